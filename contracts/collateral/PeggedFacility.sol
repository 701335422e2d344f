// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBooks} from "../interfaces/IBooks.sol";
import {FacilityClass, FacilityStatus, IFacility} from "../interfaces/IFacility.sol";
import {IPeggedFacility, PegParameters} from "../interfaces/IPeggedFacility.sol";
import {IPriceSource} from "../interfaces/IPriceSource.sol";
import {NetFlow} from "../libraries/NetFlow.sol";
import {Payout} from "../libraries/Payout.sol";
import {PegMath} from "../libraries/PegMath.sol";
import {Facility} from "./Facility.sol";

/// @title See {IPeggedFacility}
contract PeggedFacility is IPeggedFacility, Facility {
    using NetFlow for NetFlow.Flow;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    uint8 private constant _ZUSD_DECIMALS = 18;
    uint256 private constant _MAX_KAPPA = 1_000;
    uint256 private constant _MAX_FEE = 100;
    uint256 private constant _MAX_BAND = 500;
    uint256 private constant _MAX_TAU = 1_000;
    /// @dev A share in the units of a price.
    uint256 private constant _PRICE_UNIT = _ONE / _UNIT;
    /// @dev What the token may use to show that it moves.
    uint256 private constant _PROBE_GAS = 200_000;

    /// @dev One storage slot.
    struct Condition {
        bool impaired;
        bool frozen;
        uint128 lastPrice;
    }

    /// @inheritdoc IPeggedFacility
    uint256 public immutable scale;

    uint112 private _reserve;
    uint112 private _pot;
    // A slot of its own.
    uint112 private _fees;
    Condition private _condition;
    NetFlow.Flow private _flow;
    PegParameters private _parameters;

    constructor(
        address authority,
        IBooks books_,
        address token_,
        IPriceSource source_,
        PegParameters memory parameters_
    ) Facility(authority, books_, token_, source_) {
        uint8 decimals = IERC20Metadata(token_).decimals();
        if (decimals > _ZUSD_DECIMALS) revert PeggedFacility_Decimals(decimals);
        scale = 10 ** (_ZUSD_DECIMALS - decimals);
        _setParameters(parameters_);
        _condition.lastPrice = uint128(_ONE);
    }

    /// @inheritdoc IPeggedFacility
    function mint(uint256 amount, uint256 minOut, address to) external nonReentrant returns (uint256 minted) {
        if (_isStopped || _condition.frozen) revert Facility_NotLive(status());
        _requireOnPeg();
        uint256 received = _take(amount);

        PegParameters memory p = _parameters;
        (uint256 reserve_, uint256 pot_) = (_reserve, _pot);
        uint256 fee = PegMath.shareUp(received, p.mintFee);
        uint256 units = received - fee;
        uint256 rebate = Math.min(pot_, PegMath.rebate(reserve_, units, p.target, p.kappa));
        units += rebate;
        if (units == 0) revert Facility_TooSmall(amount);
        minted = units * scale;
        if (minted < minOut) revert Facility_BelowMinimum(minOut, minted);

        (_reserve, _pot) = ((reserve_ + units).toUint112(), uint112(pot_ - rebate));
        if (fee != 0) _fees = (_fees + fee).toUint112();
        _flow.enter(units, p.flowIn, p.flowOut);
        emit Minted(msg.sender, to, received, minted, fee, rebate);
        books.issue(to, minted);
    }

    /// @inheritdoc IPeggedFacility
    function redeem(
        uint256 amount,
        uint256 minOut,
        address to
    ) external nonReentrant returns (uint256 paid, uint256 burnt) {
        if (_condition.frozen) revert Facility_NotLive(FacilityStatus.FROZEN);
        _notePrice();
        PegParameters memory p = _parameters;
        (uint256 reserve_, uint256 pot_) = (_reserve, _pot);
        uint256 units = _unitsOut(amount);
        if (units > reserve_) revert PeggedFacility_ReserveTooSmall(reserve_, units);
        uint256 charge = PegMath.charge(reserve_, units, p.target, p.kappa);
        uint256 fee = PegMath.shareUp(units, p.redeemFee);
        if (units <= charge + fee) revert Facility_TooSmall(amount);
        paid = units - charge - fee;
        if (paid < minOut) revert Facility_BelowMinimum(minOut, paid);
        burnt = amount - (amount % scale);

        (_reserve, _pot) = (uint112(reserve_ - units), (pot_ + charge).toUint112());
        _fees = (_fees + fee).toUint112();
        _flow.leave(units, p.flowIn, p.flowOut);
        emit Redeemed(msg.sender, to, burnt, paid, fee, charge);
        books.retire(msg.sender, burnt, units * scale);
        IERC20(token).safeTransfer(to, paid);
    }

    /// @inheritdoc IPeggedFacility
    function sync() external nonReentrant {
        _bookLoss();
        _noteMovement();
        _notePrice();
    }

    /// @inheritdoc IPeggedFacility
    function bookFees() external nonReentrant {
        uint256 amount = _fees;
        if (amount == 0) revert Facility_TooSmall(0);
        _requireCustody();
        _fees = 0;
        _reserve = (_reserve + amount).toUint112();
        emit FeesBooked(amount);
        books.earn(amount * scale);
    }

    /// @inheritdoc IPeggedFacility
    function setParameters(PegParameters calldata parameters_) external restricted {
        _setParameters(parameters_);
    }

    /// @inheritdoc IPeggedFacility
    function previewMint(uint256 amount) external view returns (uint256) {
        PegParameters memory p = _parameters;
        uint256 units = amount - PegMath.shareUp(amount, p.mintFee);
        return (units + Math.min(_pot, PegMath.rebate(_reserve, units, p.target, p.kappa))) * scale;
    }

    /// @inheritdoc IPeggedFacility
    function previewRedeem(uint256 amount) external view returns (uint256 paid, uint256 burnt) {
        PegParameters memory p = _parameters;
        uint256 units = _unitsOut(amount);
        if (units > _reserve) return (0, 0);
        uint256 costs = PegMath.charge(_reserve, units, p.target, p.kappa) + PegMath.shareUp(units, p.redeemFee);
        return units <= costs ? (0, 0) : (units - costs, amount - (amount % scale));
    }

    /// @inheritdoc IPeggedFacility
    function leastOut(uint256 amount) external view returns (uint256) {
        return PegMath.shareUp(amount / scale, _UNIT - _parameters.tau);
    }

    /// @inheritdoc IFacility
    function weight() public view returns (uint256) {
        if (_condition.frozen) return 0;
        (bool impaired, uint256 price) = _assess();
        return impaired ? Math.min(price, _ONE) : _ONE;
    }

    /// @inheritdoc IFacility
    function status() public view returns (FacilityStatus) {
        if (_condition.frozen) return FacilityStatus.FROZEN;
        (bool impaired, ) = _assess();
        return _isStopped || impaired ? FacilityStatus.MINT_OFF : FacilityStatus.LIVE;
    }

    /// @inheritdoc IFacility
    function class() external pure returns (FacilityClass) {
        return FacilityClass.PEGGED;
    }

    /// @inheritdoc IFacility
    function reserve() external view returns (uint256) {
        return _reserve;
    }

    /// @inheritdoc IPeggedFacility
    function pot() external view returns (uint256) {
        return _pot;
    }

    /// @inheritdoc IPeggedFacility
    function fees() external view returns (uint256) {
        return _fees;
    }

    /// @inheritdoc IPeggedFacility
    function condition() external view returns (bool impaired, bool frozen, uint256 lastPrice) {
        Condition memory c = _condition;
        return (c.impaired, c.frozen, c.lastPrice);
    }

    /// @inheritdoc IPeggedFacility
    function parameters() external view returns (PegParameters memory) {
        return _parameters;
    }

    /// @inheritdoc IPeggedFacility
    function netFlow() external view returns (int256) {
        return _flow.current(_parameters.flowIn, _parameters.flowOut);
    }

    /// @return received What the balance grew by: tokens may take fees.
    function _take(uint256 amount) private returns (uint256 received) {
        uint256 before = _requireCustody();
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        return IERC20(token).balanceOf(address(this)) - before;
    }

    /// @return held What the facility holds: at least what it owes.
    function _requireCustody() private view returns (uint256 held) {
        uint256 owed = uint256(_reserve) + _pot + _fees;
        held = IERC20(token).balanceOf(address(this));
        if (held < owed) revert PeggedFacility_Deficit(owed, held);
    }

    /// @dev A price that came back makes the facility sound again.
    function _requireOnPeg() private {
        (uint256 lower, uint256 upper) = source.price();
        bool wasImpaired = _condition.impaired;
        if (_isOff(wasImpaired, lower, upper)) revert PeggedFacility_OffPeg(lower, upper);
        if (wasImpaired) _note(false, lower);
    }

    /// @return Units that a redemption takes out of the reserve.
    function _unitsOut(uint256 amount) private view returns (uint256) {
        uint256 units = amount / scale;
        uint256 chainFactor = books.factor();
        if (chainFactor == _ONE) return units;
        uint256 price = weight();
        return price <= chainFactor ? units : Math.mulDiv(units, chainFactor, price);
    }

    /// @dev Fees first, then the pot, then what backs zUSD.
    function _bookLoss() private {
        uint256 owed = uint256(_reserve) + _pot + _fees;
        uint256 held = IERC20(token).balanceOf(address(this));
        if (held >= owed) return;
        uint256 loss = owed - held;
        uint256 fromFees = Math.min(loss, _fees);
        uint256 fromPot = Math.min(loss - fromFees, _pot);
        uint256 fromReserve = loss - fromFees - fromPot;
        _fees -= uint112(fromFees);
        _pot -= uint112(fromPot);
        _reserve -= uint112(fromReserve);
        emit LossBooked(fromFees, fromPot, fromReserve);
        if (fromReserve != 0) books.writeOff(fromReserve * scale);
    }

    /// @dev An issuer that blocks this address or pauses its token freezes the facility: what cannot be paid out counts as nothing.
    function _noteMovement() private {
        // Else whoever calls could let the attempt fail by bringing little gas: it gets at most 63/64 of what is left.
        if (gasleft() < _PROBE_GAS + _PROBE_GAS / 32) revert PeggedFacility_GasTooLow(gasleft());
        bool isEmpty = IERC20(token).balanceOf(address(this)) == 0;
        bool frozen = !isEmpty && !Payout.trySend(token, address(this), 1, _PROBE_GAS);
        if (frozen == _condition.frozen) return;
        _condition.frozen = frozen;
        _announce();
    }

    /// @dev Remembers the price, if it can be read, and whether it left its band or came back.
    function _notePrice() private {
        Condition memory c = _condition;
        (bool impaired, uint256 price) = _assess();
        // The last price counts only where none can be read: it need not be exact while all is well.
        if (impaired != c.impaired || (impaired && price != c.lastPrice)) _note(impaired, price);
    }

    function _note(bool impaired, uint256 price) private {
        (_condition.impaired, _condition.lastPrice) = (impaired, uint128(price));
        _announce();
    }

    function _announce() private {
        Condition memory c = _condition;
        emit ConditionChanged(c.impaired, c.frozen, c.lastPrice);
        books.setImpaired(c.impaired || c.frozen);
    }

    /// @return impaired Whether the price is out of its band, as of now or, if it cannot be read, as it was last.
    /// @return price The lower bound, likewise.
    function _assess() private view returns (bool impaired, uint256 price) {
        Condition memory c = _condition;
        try source.price() returns (uint256 lower, uint256 upper) {
            return (_isOff(c.impaired, lower, upper), Math.min(lower, type(uint128).max));
        } catch {
            return (c.impaired, c.lastPrice);
        }
    }

    /// @dev Hysteresis: out beyond `freeze`, back within `unfreeze`.
    function _isOff(bool wasOff, uint256 lower, uint256 upper) private view returns (bool) {
        uint256 band = uint256(wasOff ? _parameters.unfreeze : _parameters.freeze) * _PRICE_UNIT;
        return lower < _ONE - band || upper > _ONE + band;
    }

    function _setParameters(PegParameters memory p) private {
        _require(p.target != 0, "target", p.target);
        _require(p.kappa <= _MAX_KAPPA, "kappa", p.kappa);
        _require(p.mintFee <= _MAX_FEE, "mintFee", p.mintFee);
        _require(p.redeemFee <= _MAX_FEE, "redeemFee", p.redeemFee);
        _require(p.freeze <= _MAX_BAND, "freeze", p.freeze);
        _require(p.unfreeze < p.freeze, "unfreeze", p.unfreeze);
        _require(p.tau <= _MAX_TAU, "tau", p.tau);
        _require(p.flowIn != 0, "flowIn", p.flowIn);
        _require(p.flowOut != 0, "flowOut", p.flowOut);
        _parameters = p;
        emit ParametersSet(p);
    }

    function _require(bool isValid, bytes32 name, uint256 value) private pure {
        if (!isValid) revert Facility_InvalidParameter(name, value);
    }
}
