// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IBandedPrice} from "../interfaces/IBandedPrice.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {IDiscountedFacility} from "../interfaces/IDiscountedFacility.sol";
import {FacilityClass, FacilityStatus, IFacility} from "../interfaces/IFacility.sol";
import {Facility} from "./Facility.sol";

/// @title See {IDiscountedFacility}
contract DiscountedFacility is IDiscountedFacility, Facility {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    uint256 private constant _MAX_HAIRCUT = 9_000;
    uint256 private constant _MIN_LIQUIDATION_HAIRCUT = 100;
    uint256 private constant _MAX_FEE = 500;
    uint256 private constant _MAX_SPREAD = 1_000;
    uint256 private constant _MAX_POOL_SHARE = 5_000;
    uint256 private constant _LEAST_MIN_DEBT = 1e18;
    /// @dev What the smallest debt is worth in units of the token, so that the unit of rounding never matters to a position.
    uint256 private constant _MIN_UNITS = 1e6;
    uint256 private constant _MIN_DECIMALS = 6;
    uint256 private constant _MAX_DECIMALS = 24;
    uint256 private constant _MIN_BASE = 1e6;
    uint256 private constant _MAX_BASE = 1e33;

    uint256 private constant _STEPS = 100;
    uint256 private constant _LAST_BUCKET = 255;

    /// @dev Shares of a unit of debt are at least 2^16, and below 2^32 when a redemption ends: debt is below 2^112, so shares are below
    ///   2^144. The index counts in 2^-144, so rounding it up takes less than one unit of collateral from all shares together.
    uint256 private constant _SHARE_BITS = 16;
    uint256 private constant _MAX_SHARE_BITS = 32;
    uint256 private constant _INDEX_ONE = 2 ** 144;
    /// @dev Instead of a shift: no shares are left.
    uint256 private constant _CLEARED = 255;
    /// @dev Epochs that a position goes through in one call, about 3,000 gas each.
    uint256 private constant _MAX_EPOCHS = 100;

    /// @dev Three storage slots. Shares, index and collateral are as of `epoch`, at the time of the last settlement.
    struct Account {
        address owner;
        uint8 bucket;
        uint144 shares;
        uint112 collateral;
        uint224 index;
        uint32 epoch;
    }

    /// @dev One storage slot: how an epoch ended.
    struct End {
        uint224 index;
        uint8 shift;
    }

    /// @inheritdoc IDiscountedFacility
    uint256 public immutable basePrice;

    /// @dev 10^decimals of the token.
    uint256 private immutable _whole;
    /// @dev The width of a bucket.
    uint256 private immutable _step;

    Parameters private _parameters;

    // One slot.
    uint144 private _shares;
    uint112 private _reserve;

    // One slot.
    uint224 private _index;
    uint32 private _epoch;

    uint256 private _count;
    mapping(uint256 id => Account) private _accounts;
    mapping(uint256 epoch => End) private _ends;

    /// @dev Bit i: bucket i is not empty.
    uint256 private _buckets;
    /// @dev Positions in each bucket; eight in a slot.
    uint32[_LAST_BUCKET + 1] private _inBucket;

    /// @param basePrice_ About the price at listing, 10^6 to 10^33: ratios up to 2.54 times as much are told apart.
    constructor(
        address authority,
        IBooks books_,
        address token_,
        IBandedPrice source_,
        uint256 basePrice_,
        Parameters memory parameters_
    ) Facility(authority, books_, token_, source_) {
        uint256 decimals = IERC20Metadata(token_).decimals();
        if (decimals < _MIN_DECIMALS || decimals > _MAX_DECIMALS)
            revert Facility_InvalidParameter("decimals", decimals);
        if (basePrice_ < _MIN_BASE || basePrice_ > _MAX_BASE) revert Facility_InvalidParameter("basePrice", basePrice_);
        (_whole, basePrice, _step) = (10 ** decimals, basePrice_, basePrice_ / _STEPS);
        _setParameters(parameters_);
    }

    /// @inheritdoc IDiscountedFacility
    function setParameters(Parameters calldata parameters_) external restricted {
        _setParameters(parameters_);
    }

    /// @inheritdoc IDiscountedFacility
    function open(
        address owner,
        uint256 collateral,
        uint256 debt,
        address to
    ) external nonReentrant returns (uint256 id) {
        if (owner == address(0)) revert DiscountedFacility_ZeroOwner();
        id = ++_count;
        Account memory account;
        (account.owner, account.index, account.epoch) = (owner, _index, _epoch);
        _take(account, collateral);
        _checkPoolShare();
        uint256 owed = debt == 0 ? 0 : _lend(account, debt);
        _store(id, account, owed);
        emit Opened(id, owner, msg.sender, collateral, debt);
        if (debt != 0) books.issue(to, debt);
    }

    /// @inheritdoc IDiscountedFacility
    function add(uint256 id, uint256 amount) external nonReentrant {
        Account memory account = _load(id);
        _take(account, amount);
        _store(id, account, _debtOf(account, _shares, books.debtOf(address(this))));
        emit Added(id, msg.sender, amount);
    }

    /// @inheritdoc IDiscountedFacility
    function borrow(uint256 id, uint256 amount, address to) external nonReentrant {
        if (amount == 0) revert Facility_TooSmall(amount);
        Account memory account = _load(id);
        _checkOwner(account);
        _checkPoolShare();
        _store(id, account, _lend(account, amount));
        emit Borrowed(id, to, amount);
        books.issue(to, amount);
    }

    /// @inheritdoc IDiscountedFacility
    function repay(uint256 id, uint256 amount) external nonReentrant returns (uint256 repaid) {
        Account memory account = _load(id);
        uint256 all = books.debtOf(address(this));
        uint256 owed = _debtOf(account, _shares, all);
        repaid = Math.min(amount, owed);
        if (repaid == 0) revert Facility_TooSmall(repaid);
        _store(id, account, _pay(account, repaid, owed, all));
        emit Repaid(id, msg.sender, repaid);
        books.retire(msg.sender, repaid, repaid);
    }

    /// @inheritdoc IDiscountedFacility
    function withdraw(uint256 id, uint256 amount, address to) external nonReentrant {
        Account memory account = _load(id);
        _checkOwner(account);
        if (amount == 0) revert Facility_TooSmall(amount);
        if (amount > account.collateral) revert DiscountedFacility_CollateralTooSmall(account.collateral, amount);
        account.collateral -= uint112(amount);
        _reserve -= uint112(amount);
        uint256 owed = _debtOf(account, _shares, books.debtOf(address(this)));
        if (owed != 0) {
            (uint256 lower, , ) = _price();
            _checkHealth(account, owed, lower);
        }
        _store(id, account, owed);
        emit Withdrawn(id, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IDiscountedFacility
    function liquidate(
        uint256 id,
        uint256 pay,
        uint256 minCollateral,
        address to
    ) external nonReentrant returns (uint256 paid, uint256 collateral) {
        Account memory account = _load(id);
        uint256 all = books.debtOf(address(this));
        uint256 owed = _debtOf(account, _shares, all);
        uint256 writtenOff;
        (paid, collateral, writtenOff) = _terms(account.collateral, owed, pay);
        if (paid + writtenOff == 0) revert Facility_TooSmall(pay);
        if (collateral < minCollateral) revert Facility_BelowMinimum(minCollateral, collateral);
        account.collateral -= uint112(collateral);
        _reserve -= uint112(collateral);
        _store(id, account, _pay(account, paid + writtenOff, owed, all));
        emit Liquidated(id, msg.sender, paid, collateral, writtenOff);
        if (paid != 0) books.retire(msg.sender, paid, paid);
        if (writtenOff != 0) books.writeOff(writtenOff);
        if (collateral != 0) IERC20(token).safeTransfer(to, collateral);
    }

    /// @inheritdoc IDiscountedFacility
    function redeem(
        uint256 amount,
        uint256 minCollateral,
        address to
    ) external nonReentrant returns (uint256 collateral) {
        if (_isShort()) revert Facility_NotLive(FacilityStatus.FROZEN);
        Parameters memory p = _parameters;
        (uint256 lower, uint256 upper) = _bandedPrice(p);
        _checkAllHealth(p, lower);
        uint256 debt = Math.mulDiv(amount, books.factor(), _ONE);
        uint256 all = books.debtOf(address(this));
        if (debt > all) revert DiscountedFacility_AboveDebt(all, debt);
        uint256 left = all - debt;
        if (left != 0 && left < p.minTotal) revert DiscountedFacility_DebtTooSmall(p.minTotal, left);
        collateral = Math.mulDiv(debt * (_UNIT - p.redemptionFee), _whole, _UNIT * upper);
        if (collateral == 0) revert Facility_TooSmall(amount);
        if (collateral < minCollateral) revert Facility_BelowMinimum(minCollateral, collateral);
        uint256 shares = _shares;
        _index = (_index + Math.mulDiv(collateral, _INDEX_ONE, shares, Math.Rounding.Ceil)).toUint224();
        _reserve -= uint112(collateral);
        if (left == 0) _endEpoch(_CLEARED);
        else if (shares >> _MAX_SHARE_BITS >= left) _endEpoch(Math.log2(shares / left) - _SHARE_BITS);
        emit Redeemed(msg.sender, to, amount, debt, collateral);
        books.retire(msg.sender, amount, debt);
        IERC20(token).safeTransfer(to, collateral);
    }

    /// @inheritdoc IDiscountedFacility
    function touch(uint256 id) external nonReentrant {
        Account memory account = _accounts[id];
        if (account.owner == address(0)) revert DiscountedFacility_NoPosition(id);
        if (_settle(account, _MAX_EPOCHS)) {
            _store(id, account, _debtOf(account, _shares, books.debtOf(address(this))));
        } else {
            // On the way its debt is not known yet, and its label holds on.
            _accounts[id] = account;
        }
    }

    /// @inheritdoc IDiscountedFacility
    function position(uint256 id) external view returns (Position memory) {
        Account memory account = _accounts[id];
        _settle(account, type(uint256).max);
        uint256 owed = _debtOf(account, _shares, books.debtOf(address(this)));
        return Position(account.owner, account.collateral, owed, account.bucket);
    }

    /// @inheritdoc IDiscountedFacility
    function totals() external view returns (Totals memory) {
        return Totals(_count, _shares, _index, _epoch, _highestBucket());
    }

    /// @inheritdoc IDiscountedFacility
    function parameters() external view returns (Parameters memory) {
        return _parameters;
    }

    /// @inheritdoc IFacility
    function class() external pure returns (FacilityClass) {
        return FacilityClass.DISCOUNTED;
    }

    /// @inheritdoc IFacility
    function status() public view returns (FacilityStatus) {
        if (_isShort()) return FacilityStatus.FROZEN;
        return _isStopped ? FacilityStatus.MINT_OFF : FacilityStatus.LIVE;
    }

    /// @inheritdoc IFacility
    /// @dev Whole: healthy positions hold more than their debt, and what others lack is booked when they are liquidated.
    function weight() external pure returns (uint256) {
        return _ONE;
    }

    /// @inheritdoc IFacility
    function reserve() external view returns (uint256) {
        return _reserve;
    }

    function _setParameters(Parameters memory p) private {
        if (p.haircut > _MAX_HAIRCUT) revert Facility_InvalidParameter("haircut", p.haircut);
        if (p.liquidationHaircut < _MIN_LIQUIDATION_HAIRCUT || p.liquidationHaircut >= p.haircut) {
            revert Facility_InvalidParameter("liquidationHaircut", p.liquidationHaircut);
        }
        if ((_UNIT - p.liquidationHaircut) * (_UNIT + p.bonus) >= _UNIT * _UNIT) {
            revert Facility_InvalidParameter("bonus", p.bonus);
        }
        if (p.redemptionFee > _MAX_FEE) revert Facility_InvalidParameter("redemptionFee", p.redemptionFee);
        if (p.maxSpread == 0 || p.maxSpread > _MAX_SPREAD) revert Facility_InvalidParameter("maxSpread", p.maxSpread);
        if (p.poolShare == 0 || p.poolShare > _MAX_POOL_SHARE) {
            revert Facility_InvalidParameter("poolShare", p.poolShare);
        }
        if (p.minDebt < _LEAST_MIN_DEBT || p.minDebt * _whole < _MIN_UNITS * basePrice) {
            revert Facility_InvalidParameter("minDebt", p.minDebt);
        }
        if (p.minTotal < p.minDebt) revert Facility_InvalidParameter("minTotal", p.minTotal);
        _parameters = p;
        emit ParametersSet(p);
    }

    /// @dev Pulls collateral of the caller into an account.
    function _take(Account memory account, uint256 amount) private {
        if (amount == 0) revert Facility_TooSmall(amount);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert DiscountedFacility_NotReceived(amount, received);
        account.collateral = (account.collateral + amount).toUint112();
        _reserve = (_reserve + amount).toUint112();
    }

    /// @dev Adds new debt to an account, for which the books mint afterwards.
    /// @return owed The account's debt after it.
    function _lend(Account memory account, uint256 amount) private returns (uint256 owed) {
        FacilityStatus status_ = status();
        if (status_ != FacilityStatus.LIVE) revert Facility_NotLive(status_);
        (uint256 lower, ) = _bandedPrice(_parameters);
        uint256 all = books.debtOf(address(this));
        uint256 shares = _shares;
        uint256 added = all == 0 ? amount << _SHARE_BITS : Math.mulDiv(amount, shares, all, Math.Rounding.Ceil);
        account.shares = (account.shares + added).toUint144();
        _shares = (shares + added).toUint144();
        owed = _debtOf(account, shares + added, all + amount);
        _checkMinDebt(owed);
        _checkHealth(account, owed, lower);
    }

    /// @dev Takes debt off an account, which the books burn or write off afterwards.
    /// @param amount At most `owed`, above 0.
    /// @return left The account's debt after it.
    function _pay(Account memory account, uint256 amount, uint256 owed, uint256 all) private returns (uint256 left) {
        if (amount == all) {
            // The last debt; others may have shares still, which are worth less than a unit together.
            _endEpoch(_CLEARED);
            (account.shares, account.index, account.epoch) = (0, 0, _epoch);
            return 0;
        }
        uint256 shares = _shares;
        uint256 burnt = amount == owed ? account.shares : Math.mulDiv(amount, shares, all);
        account.shares -= uint144(burnt);
        _shares = uint144(shares - burnt);
        left = _debtOf(account, shares - burnt, all - amount);
        _checkMinDebt(left);
    }

    /// @param shift Below 128, or `_CLEARED`.
    function _endEpoch(uint256 shift) private {
        (uint224 index, uint32 epoch) = (_index, _epoch);
        _ends[epoch] = End(index, uint8(shift));
        (_index, _epoch) = (0, epoch + 1);
        _shares = shift == _CLEARED ? 0 : _shares >> uint8(shift);
        emit EpochEnded(epoch, index, shift);
    }

    /// @return account A position, settled.
    function _load(uint256 id) private view returns (Account memory account) {
        account = _accounts[id];
        if (account.owner == address(0)) revert DiscountedFacility_NoPosition(id);
        if (!_settle(account, _MAX_EPOCHS)) revert DiscountedFacility_NotSettled(id);
    }

    /// @dev Writes a settled position with its label.
    function _store(uint256 id, Account memory account, uint256 owed) private {
        uint256 bucket = _bucketOf(owed, account.collateral);
        uint256 old = account.bucket;
        if (bucket != old) {
            uint256 buckets = _buckets;
            if (old != 0 && --_inBucket[old] == 0) buckets &= ~(1 << old);
            if (bucket != 0 && ++_inBucket[bucket] == 1) buckets |= 1 << bucket;
            if (buckets != _buckets) _buckets = buckets;
            account.bucket = uint8(bucket);
        }
        _accounts[id] = account;
    }

    /// @dev Takes from an account what redemptions took since it was settled, and brings its shares to the current epoch.
    /// @param epochs How many epochs to go through at most.
    /// @return Whether it is settled now.
    function _settle(Account memory account, uint256 epochs) private view returns (bool) {
        (uint256 index, uint256 epoch) = (_index, _epoch);
        for (; account.epoch < epoch && account.shares != 0; --epochs) {
            if (epochs == 0) return false;
            End memory end = _ends[account.epoch];
            _charge(account, end.index);
            account.shares = end.shift == _CLEARED ? 0 : uint144(Math.ceilDiv(account.shares, 1 << end.shift));
            (account.index, account.epoch) = (0, account.epoch + 1);
        }
        if (account.epoch == epoch) _charge(account, index);
        (account.index, account.epoch) = (uint224(index), uint32(epoch));
        return true;
    }

    function _charge(Account memory account, uint256 index) private pure {
        if (account.shares == 0 || index == account.index) return;
        uint256 taken = Math.mulDiv(account.shares, index - account.index, _INDEX_ONE, Math.Rounding.Ceil);
        account.collateral = uint112(account.collateral - Math.min(taken, account.collateral));
    }

    /// @param shares Of all.
    /// @param all The facility's debt.
    /// @return The account's debt, rounded up. Its shares may exceed all by what epochs rounded up, its debt may not.
    function _debtOf(Account memory account, uint256 shares, uint256 all) private pure returns (uint256) {
        if (account.shares == 0) return 0;
        return Math.min(all, Math.mulDiv(account.shares, all, shares, Math.Rounding.Ceil));
    }

    /// @return paid What is to be paid, at most `pay`.
    /// @return taken Collateral that it buys.
    /// @return writtenOff Debt that remains of what was bought.
    function _terms(
        uint256 collateral,
        uint256 owed,
        uint256 pay
    ) private view returns (uint256 paid, uint256 taken, uint256 writtenOff) {
        (uint256 lower, , ) = _price();
        uint256 value = Math.mulDiv(collateral, lower, _whole);
        Parameters memory p = _parameters;
        uint256 limit = (value * (_UNIT - p.liquidationHaircut)) / _UNIT;
        if (owed <= limit) revert DiscountedFacility_Healthy(limit, owed);
        uint256 withBonus = _UNIT + p.bonus;
        if (value >= owed) {
            // Both are at most collateral·paid/owed, so that the rest is as healthy as before.
            paid = Math.min(pay, owed);
            taken =
                value * _UNIT >= owed * withBonus
                    ? Math.mulDiv(paid * withBonus, _whole, lower * _UNIT)
                    : Math.mulDiv(collateral, paid, owed);
        } else {
            uint256 whole = Math.ceilDiv(value * _UNIT, withBonus);
            if (pay >= whole) return (whole, collateral, owed - whole);
            paid = pay;
            taken = Math.mulDiv(collateral, paid, whole);
            writtenOff = Math.mulDiv(owed - whole, paid, whole, Math.Rounding.Ceil);
        }
    }

    function _price() private view returns (uint256 lower, uint256 upper, bool inBand) {
        (lower, upper, inBand) = IBandedPrice(address(source)).quote();
        if (lower == 0) revert DiscountedFacility_NoPrice();
    }

    function _bandedPrice(Parameters memory p) private view returns (uint256 lower, uint256 upper) {
        bool inBand;
        (lower, upper, inBand) = _price();
        if (!inBand || upper * _UNIT > lower * (_UNIT + p.maxSpread)) revert DiscountedFacility_OutOfBand(lower, upper);
    }

    function _isShort() private view returns (bool) {
        return IERC20(token).balanceOf(address(this)) < _reserve;
    }

    function _highestBucket() private view returns (uint256) {
        return Math.log2(_buckets);
    }

    /// @return The ratio of debt and collateral in steps, rounded up.
    function _bucketOf(uint256 owed, uint256 collateral) private view returns (uint256) {
        if (owed == 0) return 0;
        if (collateral == 0) return _LAST_BUCKET;
        return Math.min(_LAST_BUCKET, Math.mulDiv(owed, _whole, collateral * _step, Math.Rounding.Ceil));
    }

    function _checkOwner(Account memory account) private view {
        if (msg.sender != account.owner) revert DiscountedFacility_NotOwner(account.owner, msg.sender);
    }

    function _checkPoolShare() private view {
        uint256 limit = (IERC20(token).totalSupply() * _parameters.poolShare) / _UNIT;
        if (_reserve > limit) revert DiscountedFacility_AbovePoolShare(limit, _reserve);
    }

    function _checkMinDebt(uint256 owed) private view {
        uint256 minimum = _parameters.minDebt;
        if (owed != 0 && owed < minimum) revert DiscountedFacility_DebtTooSmall(minimum, owed);
    }

    function _checkHealth(Account memory account, uint256 owed, uint256 lower) private view {
        uint256 value = Math.mulDiv(account.collateral, lower, _whole);
        uint256 limit = (value * (_UNIT - _parameters.haircut)) / _UNIT;
        if (owed > limit) revert DiscountedFacility_Unhealthy(limit, owed);
    }

    function _checkAllHealth(Parameters memory p, uint256 lower) private view {
        uint256 bucket = _highestBucket();
        uint256 ratio = bucket == _LAST_BUCKET ? type(uint256).max : bucket * _step;
        uint256 limit = (lower * (_UNIT - p.liquidationHaircut)) / _UNIT;
        if (ratio > limit) revert DiscountedFacility_PositionUnhealthy(limit, ratio);
    }
}
