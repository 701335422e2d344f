// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBooks} from "../interfaces/IBooks.sol";
import {FacilityClass, FacilityStatus} from "../interfaces/IFacility.sol";
import {IPriceSource} from "../interfaces/IPriceSource.sol";
import {Facility} from "../collateral/Facility.sol";

/// @notice Mock: a pegged facility that mints zUSD for anyone against nothing, so that discounted ones have room.
contract MockPeggedFacility is Facility {
    uint256 public weight = 1e18;

    constructor(
        address authority,
        IBooks books_,
        address token_,
        IPriceSource source_
    ) Facility(authority, books_, token_, source_) {}

    function issue(address to, uint256 amount) external {
        books.issue(to, amount);
    }

    function setWeight(uint256 weight_) external {
        weight = weight_;
    }

    function setImpaired(bool impaired) external {
        books.setImpaired(impaired);
    }

    function class() external pure returns (FacilityClass) {
        return FacilityClass.PEGGED;
    }

    function status() external pure returns (FacilityStatus) {
        return FacilityStatus.LIVE;
    }

    function reserve() external view returns (uint256) {
        return books.debtOf(address(this));
    }
}
