// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBandedPrice} from "../../interfaces/IBandedPrice.sol";
import {IClampedPrice} from "../../interfaces/IClampedPrice.sol";
import {IPriceSource} from "../../interfaces/IPriceSource.sol";

/// @title See {IClampedPrice}: the rate and its anchor
abstract contract ClampedPrice is IClampedPrice, AccessManaged {
    using SafeCast for uint256;

    /// @dev Parts are in units of 10^-4.
    uint256 internal constant _UNIT = 1e4;
    /// @dev The anchor is finer than a rate by this, or it would not grow at all when it is poked in every block.
    uint256 private constant _FINE = 1e18;
    uint256 private constant _MAX_TOLERANCE = 500;

    /// @dev One storage slot.
    struct Anchor {
        uint192 rate;
        uint64 time;
    }

    /// @inheritdoc IClampedPrice
    address public immutable token;
    /// @inheritdoc IClampedPrice
    uint256 public immutable maxGrowth;
    /// @inheritdoc IClampedPrice
    uint256 public immutable tolerance;
    /// @inheritdoc IClampedPrice
    uint256 public immutable minSupply;

    Anchor private _anchor;

    /// @dev The heir sets the anchor when it can tell the rate.
    constructor(
        address authority,
        address token_,
        uint256 maxGrowth_,
        uint256 tolerance_,
        uint256 minSupply_
    ) AccessManaged(authority) {
        if (token_.code.length == 0) revert Price_NoCode(token_);
        if (maxGrowth_ > _UNIT) revert Price_InvalidParameter("maxGrowth", maxGrowth_);
        if (tolerance_ > _MAX_TOLERANCE) revert Price_InvalidParameter("tolerance", tolerance_);
        if (minSupply_ == 0) revert Price_InvalidParameter("minSupply", minSupply_);
        (token, maxGrowth, tolerance, minSupply) = (token_, maxGrowth_, tolerance_, minSupply_);
    }

    /// @inheritdoc IClampedPrice
    function poke() external {
        uint256 actual = _checkedRate() * _FINE;
        uint256 highest = _anchor.rate;
        _set(Math.max(highest, Math.min(actual, _limit())));
    }

    /// @inheritdoc IClampedPrice
    function accept(uint256 rate) external restricted {
        uint256 actual = _rate();
        if (rate == 0 || rate > actual) revert ClampedPrice_WrongRate(actual, rate);
        _set(rate * _FINE);
    }

    /// @inheritdoc IPriceSource
    function price() external view returns (uint256 lower, uint256 upper) {
        (lower, upper, ) = quote();
    }

    /// @inheritdoc IBandedPrice
    function quote() public view virtual returns (uint256 lower, uint256 upper, bool inBand);

    /// @inheritdoc IClampedPrice
    function rates() public view returns (uint256 counted, uint256 actual) {
        actual = _checkedRate();
        counted = Math.min(actual, _limit() / _FINE);
    }

    /// @inheritdoc IClampedPrice
    function anchor() external view returns (uint256 rate, uint256 time) {
        return (_anchor.rate / _FINE, _anchor.time);
    }

    /// @dev Called once, at the end of the heir's construction.
    function _start() internal {
        uint256 rate = _rate();
        if (rate == 0) revert ClampedPrice_WrongRate(0, 0);
        _set(rate * _FINE);
    }

    /// @return The rate as the pool tells it, rounded down. Reverts when it cannot be told now.
    function _rate() internal view virtual returns (uint256);

    function _set(uint256 fine) private {
        _anchor = Anchor(fine.toUint192(), uint64(block.timestamp));
        emit AnchorSet(fine / _FINE);
    }

    function _checkedRate() private view returns (uint256 rate) {
        uint256 supply = IERC20(token).totalSupply();
        if (supply < minSupply) revert Price_TooFewShares(minSupply, supply);
        rate = _rate();
        uint256 highest = _anchor.rate;
        if (rate * _FINE * _UNIT < highest * (_UNIT - tolerance)) revert ClampedPrice_Fell(highest / _FINE, rate);
    }

    /// @return The anchor with the growth since it was set, rounded down.
    function _limit() private view returns (uint256) {
        Anchor memory r = _anchor;
        return r.rate + (uint256(r.rate) * maxGrowth * (block.timestamp - r.time)) / (_UNIT * 365 days);
    }
}
