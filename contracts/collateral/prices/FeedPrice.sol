// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAggregator, IFeedPrice} from "../../interfaces/IFeedPrice.sol";
import {IBandedPrice} from "../../interfaces/IBandedPrice.sol";
import {IPriceSource} from "../../interfaces/IPriceSource.sol";

/// @title See {IFeedPrice}
contract FeedPrice is IFeedPrice {
    uint256 private constant _ONE = 1e18;
    uint256 private constant _UNIT = 1e4;
    uint256 private constant _MAX_TIME = 7 days;
    uint256 private constant _MAX_PART = 1_000;
    /// @dev A feed of more digits would not fit when it is scaled.
    uint8 private constant _MAX_DECIMALS = 36;

    IAggregator private immutable _aggregator;
    IAggregator private immutable _sequencer;
    uint32 private immutable _heartbeat;
    uint32 private immutable _grace;
    uint16 private immutable _deviation;
    uint16 private immutable _band;
    uint128 private immutable _min;
    uint128 private immutable _max;
    uint8 private immutable _decimals;

    constructor(Config memory c) {
        if (address(c.aggregator).code.length == 0) revert Price_NoCode(address(c.aggregator));
        if (c.heartbeat == 0 || c.heartbeat > _MAX_TIME) revert Price_InvalidParameter("heartbeat", c.heartbeat);
        if (c.deviation > _MAX_PART) revert Price_InvalidParameter("deviation", c.deviation);
        if (c.band > _MAX_PART) revert Price_InvalidParameter("band", c.band);
        if (c.min == 0) revert Price_InvalidParameter("min", c.min);
        if (c.max <= c.min) revert Price_InvalidParameter("max", c.max);
        bool hasSequencer = address(c.sequencer) != address(0);
        if (hasSequencer && address(c.sequencer).code.length == 0) revert Price_NoCode(address(c.sequencer));
        if ((c.grace != 0) != hasSequencer || c.grace > _MAX_TIME) revert Price_InvalidParameter("grace", c.grace);
        uint8 decimals = c.aggregator.decimals();
        if (decimals > _MAX_DECIMALS) revert Price_InvalidParameter("decimals", decimals);
        (_aggregator, _sequencer, _decimals) = (c.aggregator, c.sequencer, decimals);
        (_heartbeat, _grace, _deviation, _band) = (c.heartbeat, c.grace, c.deviation, c.band);
        (_min, _max) = (c.min, c.max);
    }

    /// @inheritdoc IPriceSource
    function price() external view returns (uint256 lower, uint256 upper) {
        (lower, upper, ) = quote();
    }

    /// @inheritdoc IBandedPrice
    function quote() public view returns (uint256 lower, uint256 upper, bool inBand) {
        if (address(_sequencer) != address(0)) _checkSequencer();
        uint256 value = _answer();
        lower = (value * (_UNIT - _deviation)) / _UNIT;
        upper = Math.ceilDiv(value * (_UNIT + _deviation), _UNIT);
        uint256 away = value > _ONE ? value - _ONE : _ONE - value;
        inBand = _band == 0 || away * _UNIT <= _ONE * _band;
    }

    /// @inheritdoc IFeedPrice
    function config() external view returns (Config memory) {
        return Config(_aggregator, _heartbeat, _deviation, _band, _min, _max, _sequencer, _grace);
    }

    /// @return value In units of 10^-18 dollar, rounded down.
    function _answer() private view returns (uint256 value) {
        uint8 decimals = _aggregator.decimals();
        if (decimals != _decimals) revert FeedPrice_WrongDecimals(_decimals, decimals);
        (, int256 answer, , uint256 updatedAt, ) = _aggregator.latestRoundData();
        if (answer <= 0) revert FeedPrice_NotPositive(answer);
        if (updatedAt == 0 || updatedAt > block.timestamp) revert FeedPrice_WrongTime(block.timestamp, updatedAt);
        uint256 age = block.timestamp - updatedAt;
        if (age > _heartbeat) revert FeedPrice_Stale(_heartbeat, age);
        value = decimals > 18 ? uint256(answer) / 10 ** (decimals - 18) : uint256(answer) * 10 ** (18 - decimals);
        if (value <= _min) revert FeedPrice_TooLow(_min, value);
        if (value >= _max) revert FeedPrice_TooHigh(_max, value);
    }

    function _checkSequencer() private view {
        (, int256 answer, uint256 startedAt, , ) = _sequencer.latestRoundData();
        // Some sequencers' feeds start with a round of time 0, which says nothing.
        if (answer != 0 || startedAt == 0 || startedAt > block.timestamp) revert FeedPrice_SequencerDown(answer);
        uint256 up = block.timestamp - startedAt;
        if (up <= _grace) revert FeedPrice_SequencerGrace(_grace, up);
    }
}
