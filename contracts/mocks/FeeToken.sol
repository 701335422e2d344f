// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";

/// @notice Mock: takes a fee of 1 % of each transfer; 100 % when set so.
contract FeeToken is MockToken {
    uint256 public feePercent = 1;

    constructor() MockToken("FEE", 18) {}

    function setFeePercent(uint256 feePercent_) external {
        feePercent = feePercent_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : (amount * feePercent) / 100;
        super._update(from, to, amount - fee);
        if (fee != 0) super._update(from, address(this), fee);
    }
}
