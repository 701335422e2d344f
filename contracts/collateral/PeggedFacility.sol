// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBooks} from "../interfaces/IBooks.sol";
import {FacilityClass, FacilityStatus, IFacility} from "../interfaces/IFacility.sol";
import {IMintPayer, IPeggedFacility, PegParameters} from "../interfaces/IPeggedFacility.sol";
import {IPriceSource} from "../interfaces/IPriceSource.sol";
import {NetFlow} from "../libraries/NetFlow.sol";
import {Payout} from "../libraries/Payout.sol";
import {PegMath} from "../libraries/PegMath.sol";
import {Facility} from "./Facility.sol";

/// @title See {IPeggedFacility}
contract PeggedFacility is IPeggedFacility, Facility {
    using NetFlow for int256;
    using SafeCast for int256;
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
    /// @dev What the source may use to answer: one that burns all it gets must not stop redemption, here and elsewhere. Whoever lets
    ///   it run out of gas by bringing little has not enough left to redeem.
    uint256 private constant _PRICE_GAS = 200_000;

    /// @dev One storage slot: all that `weight` reads.
    struct Condition {
        bool impaired;
        bool frozen;
        uint16 freeze;
        uint16 unfreeze;
        uint128 lastPrice;
    }

    /// @dev Two storage slots.
    struct Account {
        uint112 reserve;
        uint112 pot;
        uint96 fees;
        /// @dev Net flow as of `time`, see {NetFlow}.
        int120 net;
        uint40 time;
    }

    /// @dev Two storage slots.
    struct Terms {
        uint112 target;
        uint16 kappa;
        uint16 mintFee;
        uint16 redeemFee;
        uint16 tau;
        uint112 flowIn;
        uint112 flowOut;
    }

    /// @inheritdoc IPeggedFacility
    uint256 public immutable scale;

    Account private _account;
    Terms private _terms;
    Condition private _condition;

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
        uint256 held = _beginMint();
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        return _mint(held, minOut, to);
    }

    /// @inheritdoc IPeggedFacility
    function mintByCall(uint256 minOut, address to) external nonReentrant returns (uint256 minted) {
        uint256 held = _beginMint();
        IMintPayer(msg.sender).payMint();
        return _mint(held, minOut, to);
    }

    /// @inheritdoc IPeggedFacility
    function redeem(
        uint256 amount,
        uint256 minOut,
        address to
    ) external nonReentrant returns (uint256 paid, uint256 burnt) {
        if (_condition.frozen) revert Facility_NotLive(FacilityStatus.FROZEN);
        // Else whoever comes first would leave a loss that is not booked yet to the others.
        _requireCustody();
        uint256 ownWeight = _notePrice();
        Terms memory terms = _terms;
        Account memory account = _account;
        uint256 units = _unitsOut(amount, ownWeight);
        if (units > account.reserve) revert PeggedFacility_ReserveTooSmall(account.reserve, units);
        uint256 charge = PegMath.charge(account.reserve, units, terms.target, terms.kappa);
        uint256 fee = PegMath.shareUp(units, terms.redeemFee);
        if (units <= charge + fee) revert Facility_TooSmall(amount);
        paid = units - charge - fee;
        if (paid < minOut) revert Facility_BelowMinimum(minOut, paid);
        burnt = amount - (amount % scale);

        _account = Account({
            reserve: uint112(account.reserve - units),
            pot: (account.pot + charge).toUint112(),
            fees: (account.fees + fee).toUint96(),
            net: _net(account, terms).leave(units, terms.flowOut).toInt120(),
            time: uint40(block.timestamp)
        });
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
        uint256 amount = _account.fees;
        if (amount == 0) revert Facility_TooSmall(0);
        _requireCustody();
        _account.fees = 0;
        _account.reserve = (_account.reserve + amount).toUint112();
        emit FeesBooked(amount);
        books.earn(amount * scale);
    }

    /// @inheritdoc IPeggedFacility
    function setParameters(PegParameters calldata parameters_) external restricted {
        _setParameters(parameters_);
    }

    /// @inheritdoc IPeggedFacility
    function previewMint(uint256 amount) external view returns (uint256) {
        Terms memory terms = _terms;
        uint256 units = amount - PegMath.shareUp(amount, terms.mintFee);
        return (units + _rebate(_account, terms, units)) * scale;
    }

    /// @inheritdoc IPeggedFacility
    function previewRedeem(uint256 amount) external view returns (uint256 paid, uint256 burnt) {
        Terms memory terms = _terms;
        uint256 reserve_ = _account.reserve;
        uint256 units = _unitsOut(amount, weight());
        if (units > reserve_) return (0, 0);
        uint256 costs =
            PegMath.charge(reserve_, units, terms.target, terms.kappa) + PegMath.shareUp(units, terms.redeemFee);
        return units <= costs ? (0, 0) : (units - costs, amount - (amount % scale));
    }

    /// @inheritdoc IPeggedFacility
    function leastOut(uint256 amount) external view returns (uint256) {
        uint256 least = PegMath.shareUp(amount / scale, _UNIT - _terms.tau);
        uint256 worth = weight();
        // A frozen token pays nothing, whatever is asked for.
        return worth == _ONE || worth == 0 ? least : Math.mulDiv(least, _ONE, worth, Math.Rounding.Ceil);
    }

    /// @inheritdoc IFacility
    function weight() public view returns (uint256) {
        if (_condition.frozen) return 0;
        (bool impaired, uint256 price) = _assess();
        return _weightOf(impaired, price);
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
        return _account.reserve;
    }

    /// @inheritdoc IPeggedFacility
    function pot() external view returns (uint256) {
        return _account.pot;
    }

    /// @inheritdoc IPeggedFacility
    function fees() external view returns (uint256) {
        return _account.fees;
    }

    /// @inheritdoc IPeggedFacility
    function condition() external view returns (bool impaired, bool frozen, uint256 lastPrice) {
        Condition memory c = _condition;
        return (c.impaired, c.frozen, c.lastPrice);
    }

    /// @inheritdoc IPeggedFacility
    function parameters() external view returns (PegParameters memory) {
        Terms memory t = _terms;
        return
            PegParameters({
                target: t.target,
                kappa: t.kappa,
                mintFee: t.mintFee,
                redeemFee: t.redeemFee,
                tau: t.tau,
                flowIn: t.flowIn,
                flowOut: t.flowOut,
                freeze: _condition.freeze,
                unfreeze: _condition.unfreeze
            });
    }

    /// @inheritdoc IPeggedFacility
    function netFlow() external view returns (int256) {
        return _net(_account, _terms);
    }

    /// @return held What the facility holds, before anything comes in.
    function _beginMint() private returns (uint256 held) {
        if (_isStopped || _condition.frozen) revert Facility_NotLive(status());
        _requireOnPeg();
        return _requireCustody();
    }

    /// @param held What the facility held before: what its balance grew by counts, for tokens may take fees.
    function _mint(uint256 held, uint256 minOut, address to) private returns (uint256 minted) {
        uint256 received = IERC20(token).balanceOf(address(this)) - held;
        Terms memory terms = _terms;
        Account memory account = _account;
        uint256 fee = PegMath.shareUp(received, terms.mintFee);
        uint256 rebate = _rebate(account, terms, received - fee);
        uint256 units = received - fee + rebate;
        if (units == 0) revert Facility_TooSmall(received);
        minted = units * scale;
        if (minted < minOut) revert Facility_BelowMinimum(minOut, minted);

        _account = Account({
            reserve: (account.reserve + units).toUint112(),
            pot: uint112(account.pot - rebate),
            fees: (account.fees + fee).toUint96(),
            net: _net(account, terms).enter(units, terms.flowIn).toInt120(),
            time: uint40(block.timestamp)
        });
        emit Minted(msg.sender, to, received, minted, fee, rebate);
        books.issue(to, minted);
    }

    /// @return held What the facility holds: at least what it owes.
    function _requireCustody() private view returns (uint256 held) {
        uint256 owed = _owed();
        held = IERC20(token).balanceOf(address(this));
        if (held < owed) revert PeggedFacility_Deficit(owed, held);
    }

    function _owed() private view returns (uint256) {
        return uint256(_account.reserve) + _account.pot + _account.fees;
    }

    /// @dev A price that came back makes the facility sound again.
    function _requireOnPeg() private {
        (uint256 lower, uint256 upper) = source.price();
        Condition memory c = _condition;
        if (_isOff(c, lower, upper)) revert PeggedFacility_OffPeg(lower, upper);
        if (c.impaired) _note(false, lower);
    }

    /// @return Units that a redemption takes out of the reserve.
    function _unitsOut(uint256 amount, uint256 ownWeight) private view returns (uint256) {
        uint256 units = amount / scale;
        uint256 chainFactor = books.factorWith(ownWeight);
        return ownWeight <= chainFactor ? units : Math.mulDiv(units, chainFactor, ownWeight);
    }

    /// @dev Fees first, then the pot, then what backs zUSD.
    function _bookLoss() private {
        uint256 owed = _owed();
        uint256 held = IERC20(token).balanceOf(address(this));
        if (held >= owed) return;
        uint256 loss = owed - held;
        uint256 fromFees = Math.min(loss, _account.fees);
        uint256 fromPot = Math.min(loss - fromFees, _account.pot);
        uint256 fromReserve = loss - fromFees - fromPot;
        _account.fees -= uint96(fromFees);
        _account.pot -= uint112(fromPot);
        _account.reserve -= uint112(fromReserve);
        emit LossBooked(fromFees, fromPot, fromReserve);
        if (fromReserve != 0) books.writeOff(fromReserve * scale);
    }

    /// @dev An issuer that blocks this address or pauses its token freezes the facility: what cannot be paid out counts as nothing.
    function _noteMovement() private {
        bool isEmpty = IERC20(token).balanceOf(address(this)) == 0;
        // Else whoever calls could let the attempt fail by bringing little gas: it gets at most 63/64 of what is left.
        if (gasleft() < _PROBE_GAS + _PROBE_GAS / 32) revert PeggedFacility_GasTooLow(gasleft());
        bool frozen = !isEmpty && !Payout.trySend(token, address(this), 1, _PROBE_GAS);
        if (frozen == _condition.frozen) return;
        _condition.frozen = frozen;
        _announce();
    }

    /// @dev Remembers the price, if it can be read, and whether it left its band or came back.
    /// @return As `weight`, of a facility that is not frozen.
    function _notePrice() private returns (uint256) {
        Condition memory c = _condition;
        (bool impaired, uint256 price) = _assess();
        // The last price counts only where none can be read: it need not be exact while all is well.
        if (impaired != c.impaired || (impaired && price != c.lastPrice)) _note(impaired, price);
        return _weightOf(impaired, price);
    }

    function _weightOf(bool impaired, uint256 price) private pure returns (uint256) {
        return impaired ? Math.min(price, _ONE) : _ONE;
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
        try source.price{gas: _PRICE_GAS}() returns (uint256 lower, uint256 upper) {
            return (_isOff(c, lower, upper), Math.min(lower, type(uint128).max));
        } catch {
            return (c.impaired, c.lastPrice);
        }
    }

    /// @dev Hysteresis: out beyond `freeze`, back within `unfreeze`.
    function _isOff(Condition memory c, uint256 lower, uint256 upper) private pure returns (bool) {
        uint256 band = uint256(c.impaired ? c.unfreeze : c.freeze) * _PRICE_UNIT;
        return lower < _ONE - band || upper > _ONE + band;
    }

    function _rebate(Account memory account, Terms memory terms, uint256 amount) private pure returns (uint256) {
        return Math.min(account.pot, PegMath.rebate(account.reserve, amount, terms.target, terms.kappa));
    }

    function _net(Account memory account, Terms memory terms) private view returns (int256) {
        return NetFlow.current(account.net, account.time, terms.flowIn, terms.flowOut);
    }

    function _setParameters(PegParameters memory p) private {
        _require(p.target != 0, "target", p.target);
        _require(p.kappa <= _MAX_KAPPA, "kappa", p.kappa);
        _require(p.mintFee <= _MAX_FEE, "mintFee", p.mintFee);
        _require(p.redeemFee <= _MAX_FEE, "redeemFee", p.redeemFee);
        _require(p.tau <= _MAX_TAU, "tau", p.tau);
        _require(p.flowIn != 0, "flowIn", p.flowIn);
        _require(p.flowOut != 0, "flowOut", p.flowOut);
        _require(p.freeze <= _MAX_BAND, "freeze", p.freeze);
        _require(p.unfreeze < p.freeze, "unfreeze", p.unfreeze);
        _terms = Terms(p.target, p.kappa, p.mintFee, p.redeemFee, p.tau, p.flowIn, p.flowOut);
        (_condition.freeze, _condition.unfreeze) = (p.freeze, p.unfreeze);
        emit ParametersSet(p);
    }

    function _require(bool isValid, bytes32 name, uint256 value) private pure {
        if (!isValid) revert Facility_InvalidParameter(name, value);
    }
}
