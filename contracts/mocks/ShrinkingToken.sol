// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";

/// @notice Mock: a token whose transfer into the vault lowers the vault's balance.
contract ShrinkingToken is MockToken {
    constructor() MockToken("SHRINK", 18) {}

    function transferFrom(address, address to, uint256) public override returns (bool) {
        _burn(to, 1);
        return true;
    }
}
