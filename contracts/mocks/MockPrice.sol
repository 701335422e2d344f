// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBandedPrice} from "../interfaces/IBandedPrice.sol";

/// @notice Mock: a price that is what it is told to be, or refused.
contract MockPrice is IBandedPrice {
    error Refused();

    uint256 private _lower;
    uint256 private _upper;
    bool private _inBand = true;
    bool private _refuses;

    constructor(uint256 lower, uint256 upper) {
        (_lower, _upper) = (lower, upper);
    }

    function set(uint256 lower, uint256 upper) external {
        (_lower, _upper) = (lower, upper);
    }

    function setInBand(bool inBand) external {
        _inBand = inBand;
    }

    function setRefuses(bool refuses) external {
        _refuses = refuses;
    }

    function price() external view returns (uint256 lower, uint256 upper) {
        (lower, upper, ) = quote();
    }

    function quote() public view returns (uint256 lower, uint256 upper, bool inBand) {
        if (_refuses) revert Refused();
        return (_lower, _upper, _inBand);
    }
}
