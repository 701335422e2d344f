// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IPriceSource} from "../interfaces/IPriceSource.sol";

/// @notice Mock: the price it is told, or none.
contract MockPriceSource is IPriceSource {
    error NoPrice();

    uint128 private _lower = 1e18;
    uint128 private _upper = 1e18;

    /// @param lower 0: no price can be read.
    function set(uint256 lower, uint256 upper) external {
        (_lower, _upper) = (uint128(lower), uint128(upper));
    }

    function price() external view returns (uint256, uint256) {
        if (_lower == 0) revert NoPrice();
        return (_lower, _upper);
    }
}
