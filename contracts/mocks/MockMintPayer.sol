// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";
import {IMintPayer, IPeggedFacility} from "../interfaces/IPeggedFacility.sol";

/// @notice Mock: mints by call, pays what it is told, and calls what it is told before.
contract MockMintPayer is IMintPayer {
    MockToken private immutable _token;
    uint256 private _amount;
    address private _target;
    bytes private _data;
    bool public succeeded;
    /// @notice First bytes of what the call answered: an error's selector.
    bytes4 public answer;

    constructor(MockToken token) {
        _token = token;
    }

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function mint(IPeggedFacility facility, uint256 amount, uint256 minOut, address to) external {
        _amount = amount;
        facility.mintByCall(minOut, to);
    }

    function payMint() external {
        if (_target != address(0)) {
            (bool success, bytes memory result) = _target.call(_data);
            (succeeded, answer) = (success, bytes4(result));
        }
        _token.transfer(msg.sender, _amount);
    }
}
