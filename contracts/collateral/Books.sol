// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {FacilityReport, IBooks, Report} from "../interfaces/IBooks.sol";
import {FacilityClass, IFacility} from "../interfaces/IFacility.sol";
import {IZusd} from "../interfaces/IZusd.sol";
import {LowWater} from "../libraries/LowWater.sol";

/// @title See {IBooks}
contract Books is IBooks, AccessManaged {
    using LowWater for LowWater.Mark;
    using SafeCast for int256;
    using SafeCast for uint256;

    uint256 private constant _ONE = 1e18;
    uint256 private constant _SHARE_UNIT = 1e4;
    uint16 private constant _FIRST_SHARE = 3_000;
    /// @dev A redemption asks every pegged facility for its weight.
    uint256 private constant _MAX_PEGGED = 8;
    uint256 private constant _MAX_DISCOUNTED = 24;
    /// @dev Impaired and bad debt together above this part of all debt stop new zUSD.
    uint256 private constant _TOLERATED_PART = 1_000;

    /// @dev One storage slot, so that the factor costs one for each facility.
    struct Entry {
        address facility;
        uint96 debt;
    }

    /// @dev One storage slot.
    struct Account {
        FacilityClass class;
        bool impaired;
        /// @dev Position in the list of its class.
        uint8 index;
        uint96 ceiling;
    }

    /// @dev One storage slot.
    struct Totals {
        uint96 pegged;
        uint96 discounted;
        uint8 impaired;
        uint16 share;
    }

    // One slot.
    /// @inheritdoc IBooks
    IZusd public zusd;
    int96 private _buffer;

    Totals private _totals;
    LowWater.Mark private _pegged;
    mapping(address facility => Account) private _accounts;
    mapping(FacilityClass class => Entry[]) private _entries;
    /// @inheritdoc IBooks
    mapping(address token => address) public facilityOf;

    constructor(address authority) AccessManaged(authority) {
        _totals.share = _FIRST_SHARE;
    }

    modifier onlyFacility() {
        if (_accounts[msg.sender].class == FacilityClass.NONE) revert Books_NotFacility(msg.sender);
        _;
    }

    /// @inheritdoc IBooks
    function bindZusd(IZusd zusd_) external restricted {
        if (address(zusd) != address(0)) revert Books_AlreadyBound(address(zusd));
        if (address(zusd_).code.length == 0 || zusd_.books() != address(this)) revert Books_WrongZusd(address(zusd_));
        zusd = zusd_;
        emit ZusdBound(address(zusd_));
    }

    /// @inheritdoc IBooks
    function add(IFacility facility, uint256 ceiling) external restricted {
        if (address(zusd) == address(0)) revert Books_WrongZusd(address(0));
        address address_ = address(facility);
        if (address_.code.length == 0 || _accounts[address_].class != FacilityClass.NONE) {
            revert Books_WrongFacility(address_);
        }
        (FacilityClass class, address token) = (facility.class(), facility.token());
        if (class == FacilityClass.NONE || facility.books() != this) revert Books_WrongFacility(address_);
        if (token == address(zusd)) revert Books_OwnToken(token);
        Entry[] storage entries = _entries[class];
        uint256 limit = _MAX_PEGGED;
        if (class == FacilityClass.PEGGED) {
            if (facilityOf[token] != address(0)) revert Books_WrongFacility(address_);
            facilityOf[token] = address_;
        } else {
            limit = _MAX_DISCOUNTED;
        }
        if (entries.length == limit) revert Books_Full(limit);
        _accounts[address_] = Account(class, false, uint8(entries.length), ceiling.toUint96());
        entries.push(Entry(address_, 0));
        emit FacilityAdded(address_, token, class, ceiling);
    }

    /// @inheritdoc IBooks
    function remove(IFacility facility) external restricted {
        address address_ = address(facility);
        Account memory account = _accounts[address_];
        if (account.class == FacilityClass.NONE) revert Books_WrongFacility(address_);
        Entry[] storage entries = _entries[account.class];
        uint256 debt = entries[account.index].debt;
        if (debt != 0) revert Books_HasDebt(address_, debt);
        if (account.impaired) --_totals.impaired;
        if (account.class == FacilityClass.PEGGED) delete facilityOf[facility.token()];
        Entry memory last = entries[entries.length - 1];
        entries[account.index] = last;
        _accounts[last.facility].index = account.index;
        entries.pop();
        delete _accounts[address_];
        emit FacilityRemoved(address_);
    }

    /// @inheritdoc IBooks
    function setCeiling(IFacility facility, uint256 ceiling) external restricted {
        Account storage account = _accounts[address(facility)];
        if (account.class == FacilityClass.NONE) revert Books_WrongFacility(address(facility));
        uint256 debt = _entryOf(account).debt;
        if (ceiling < debt) revert Books_AboveCeiling(ceiling, debt);
        account.ceiling = ceiling.toUint96();
        emit CeilingSet(address(facility), ceiling);
    }

    /// @inheritdoc IBooks
    function setShare(uint256 share_) external restricted {
        if (share_ >= _SHARE_UNIT) revert Books_InvalidShare(share_);
        _totals.share = uint16(share_);
        emit ShareSet(share_);
    }

    /// @inheritdoc IBooks
    function issue(address to, uint256 amount) external onlyFacility {
        Account memory account = _accounts[msg.sender];
        Totals memory totals = _totals;
        int256 buffer_ = _buffer;
        uint256 all = uint256(totals.pegged) + totals.discounted;
        int256 doubtful =
            (totals.impaired == 0 ? int256(0) : int256(_impairedDebt())) - (buffer_ < 0 ? buffer_ : int256(0));
        if (doubtful * int256(_TOLERATED_PART) > int256(all)) revert Books_Impaired(totals.impaired, buffer_);
        Entry storage entry = _entryOf(account);
        uint256 debt = entry.debt + amount;
        if (debt > account.ceiling) revert Books_AboveCeiling(account.ceiling, debt);
        if (account.class == FacilityClass.DISCOUNTED) {
            // D ≤ β·(D + P) is D·(1 − β) ≤ β·P.
            uint256 limit = (_pegged.least(totals.pegged) * totals.share) / (_SHARE_UNIT - totals.share);
            uint256 discounted = totals.discounted + amount;
            if (discounted > limit) revert Books_AboveShare(limit, discounted);
        }
        _setDebt(account.class, entry, debt);
        emit Issued(msg.sender, to, amount, debt);
        zusd.mint(to, amount);
    }

    /// @inheritdoc IBooks
    function retire(address from, uint256 amount, uint256 debt) external onlyFacility {
        if (debt > amount) revert Books_DebtTooSmall(amount, debt);
        uint256 left = _lower(debt);
        if (amount != debt) _moveBuffer(int256(amount - debt));
        emit Retired(msg.sender, from, amount, left);
        zusd.burn(from, amount);
    }

    /// @inheritdoc IBooks
    function writeOff(uint256 debt) external onlyFacility {
        _lower(debt);
        _moveBuffer(-int256(debt));
    }

    /// @inheritdoc IBooks
    function earn(uint256 amount) external onlyFacility {
        Account memory account = _accounts[msg.sender];
        Entry storage entry = _entryOf(account);
        _setDebt(account.class, entry, entry.debt + amount);
        _moveBuffer(int256(amount));
    }

    /// @inheritdoc IBooks
    function setImpaired(bool impaired_) external onlyFacility {
        Account storage account = _accounts[msg.sender];
        if (account.impaired == impaired_) return;
        account.impaired = impaired_;
        if (impaired_) ++_totals.impaired;
        else --_totals.impaired;
        emit ImpairmentSet(msg.sender, impaired_);
    }

    /// @inheritdoc IBooks
    function cover(uint256 amount) external {
        _moveBuffer(amount.toInt256());
        zusd.burn(msg.sender, amount);
    }

    /// @inheritdoc IBooks
    function withdrawSurplus(address to, uint256 amount) external restricted {
        int256 buffer_ = _buffer;
        if (amount.toInt256() > buffer_) revert Books_NoSurplus(buffer_, amount);
        _moveBuffer(-int256(amount));
        if (factor() != _ONE) revert Books_NoSurplus(buffer_, amount);
        zusd.mint(to, amount);
    }

    /// @inheritdoc IBooks
    function factor() public view returns (uint256) {
        return _factor(address(0), 0);
    }

    /// @inheritdoc IBooks
    function factorWith(uint256 weight) external view returns (uint256) {
        return _factor(msg.sender, weight);
    }

    /// @inheritdoc IBooks
    function books() external view returns (Report memory report) {
        address[] memory all = facilities();
        report.facilities = new FacilityReport[](all.length);
        for (uint256 i = 0; i < all.length; ++i) {
            IFacility facility = IFacility(all[i]);
            Account memory account = _accounts[all[i]];
            report.facilities[i] = FacilityReport({
                facility: all[i],
                token: facility.token(),
                class: account.class,
                status: facility.status(),
                reserve: facility.reserve(),
                debt: debtOf(all[i]),
                ceiling: account.ceiling,
                weight: facility.weight()
            });
        }
        report.supply = zusd.totalSupply();
        report.abroad = zusd.abroad();
        report.buffer = _buffer;
        report.factor = factor();
    }

    /// @inheritdoc IBooks
    function facilities() public view returns (address[] memory all) {
        Entry[] storage pegged = _entries[FacilityClass.PEGGED];
        Entry[] storage discounted = _entries[FacilityClass.DISCOUNTED];
        uint256 first = pegged.length;
        all = new address[](first + discounted.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = i < first ? pegged[i].facility : discounted[i - first].facility;
        }
    }

    /// @inheritdoc IBooks
    function isFacility(address facility) external view returns (bool) {
        return _accounts[facility].class != FacilityClass.NONE;
    }

    /// @inheritdoc IBooks
    function debtOf(address facility) public view returns (uint256) {
        Account memory account = _accounts[facility];
        return account.class == FacilityClass.NONE ? 0 : _entryOf(account).debt;
    }

    /// @inheritdoc IBooks
    function ceilingOf(address facility) external view returns (uint256) {
        return _accounts[facility].ceiling;
    }

    /// @inheritdoc IBooks
    function peggedDebt() external view returns (uint256) {
        return _totals.pegged;
    }

    /// @inheritdoc IBooks
    function agedPeggedDebt() external view returns (uint256) {
        return _pegged.least(_totals.pegged);
    }

    /// @inheritdoc IBooks
    function discountedDebt() external view returns (uint256) {
        return _totals.discounted;
    }

    /// @inheritdoc IBooks
    function share() external view returns (uint256) {
        return _totals.share;
    }

    /// @inheritdoc IBooks
    function impaired() external view returns (uint256) {
        return _totals.impaired;
    }

    /// @inheritdoc IBooks
    function buffer() external view returns (int256) {
        return _buffer;
    }

    /// @return sum Debt of the pegged facilities that are impaired or frozen.
    function _impairedDebt() private view returns (uint256 sum) {
        Entry[] storage entries = _entries[FacilityClass.PEGGED];
        for (uint256 i = 0; i < entries.length; ++i) {
            if (_accounts[entries[i].facility].impaired) sum += entries[i].debt;
        }
    }

    /// @param known A facility whose weight is known; 0: none.
    function _factor(address known, uint256 weight) private view returns (uint256) {
        Totals memory totals = _totals;
        uint256 value = totals.discounted * _ONE;
        Entry[] storage entries = _entries[FacilityClass.PEGGED];
        uint256 length = entries.length;
        for (uint256 i = 0; i < length; ++i) {
            Entry memory entry = entries[i];
            if (entry.debt == 0) continue;
            uint256 part = entry.facility == known ? weight : IFacility(entry.facility).weight();
            value += entry.debt * part;
        }
        uint256 claims = uint256(int256(uint256(totals.pegged) + totals.discounted) - _buffer);
        return value >= claims * _ONE ? _ONE : value / claims;
    }

    function _entryOf(Account memory account) private view returns (Entry storage) {
        return _entries[account.class][account.index];
    }

    /// @return left The caller's debt after it fell by `debt`.
    function _lower(uint256 debt) private returns (uint256 left) {
        Account memory account = _accounts[msg.sender];
        Entry storage entry = _entryOf(account);
        uint256 before = entry.debt;
        if (debt > before) revert Books_DebtTooSmall(before, debt);
        left = before - debt;
        _setDebt(account.class, entry, left);
    }

    function _setDebt(FacilityClass class, Entry storage entry, uint256 debt) private {
        uint256 before = entry.debt;
        entry.debt = debt.toUint96();
        if (class == FacilityClass.PEGGED) {
            uint96 pegged = _totals.pegged;
            uint96 changed = (pegged + debt - before).toUint96();
            _totals.pegged = changed;
            _pegged.note(pegged, changed);
        } else {
            _totals.discounted = (_totals.discounted + debt - before).toUint96();
        }
    }

    function _moveBuffer(int256 amount) private {
        int256 buffer_ = _buffer + amount;
        _buffer = buffer_.toInt96();
        emit BufferMoved(msg.sender, amount, buffer_);
    }
}
