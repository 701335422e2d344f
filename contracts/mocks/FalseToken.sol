// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";

/// @notice Mock: returns false instead of moving anything, while set so; refuses zero amounts.
contract FalseToken is MockToken {
    error ZeroAmount();

    bool public fails = true;

    constructor() MockToken("FALSE", 18) {}

    function setFails(bool fails_) external {
        fails = fails_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (amount == 0) revert ZeroAmount();
        return !fails && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !fails && super.transferFrom(from, to, amount);
    }
}
