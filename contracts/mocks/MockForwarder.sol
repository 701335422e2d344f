// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice Mock: passes calls on, as a wallet or a multicall does.
contract MockForwarder {
    bytes private _kept;

    function forward(address to, bytes calldata data) external {
        Address.functionCall(to, data);
    }

    function keep(bytes calldata data) external {
        _kept = data;
    }

    /// @notice Makes the call that was kept: its data is in no calldata of the transaction.
    function forwardKept(address to) external {
        Address.functionCall(to, _kept);
    }
}
