// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IBooks} from "../interfaces/IBooks.sol";
import {IFacility} from "../interfaces/IFacility.sol";
import {IPriceSource} from "../interfaces/IPriceSource.sol";

/// @title What every facility is made of: a token, its price, the books, and a switch for new zUSD
abstract contract Facility is IFacility, AccessManaged, ReentrancyGuardTransient {
    uint256 internal constant _ONE = 1e18;
    /// @dev Shares of parameters are in units of 10^-4.
    uint256 internal constant _UNIT = 1e4;

    /// @inheritdoc IFacility
    IBooks public immutable books;
    /// @inheritdoc IFacility
    address public immutable token;
    /// @inheritdoc IFacility
    IPriceSource public immutable source;

    /// @dev Set by the guardian, taken back by the administrator.
    bool internal _isStopped;

    constructor(address authority, IBooks books_, address token_, IPriceSource source_) AccessManaged(authority) {
        if (address(books_).code.length == 0) revert Facility_NoCode(address(books_));
        if (token_.code.length == 0) revert Facility_NoCode(token_);
        if (address(source_).code.length == 0) revert Facility_NoCode(address(source_));
        (books, token, source) = (books_, token_, source_);
    }

    /// @inheritdoc IFacility
    function stopMinting() external restricted {
        _isStopped = true;
        emit MintingSet(false);
    }

    /// @inheritdoc IFacility
    function startMinting() external restricted {
        _isStopped = false;
        emit MintingSet(true);
    }
}
