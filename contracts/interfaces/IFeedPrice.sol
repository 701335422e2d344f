// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBandedPrice} from "./IBandedPrice.sol";

/// @title What is used of a Chainlink-style price feed, and of a feed that tells whether a layer 2's sequencer is up
interface IAggregator {
    function decimals() external view returns (uint8);

    /// @return roundId Not used.
    /// @return answer The price in units of 10^-decimals dollar; of a sequencer: 0 when it is up.
    /// @return startedAt Of a sequencer: when its state changed last.
    /// @return updatedAt When the answer was given.
    /// @return answeredInRound Not used.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}

/// @title The price of a token by a feed
interface IFeedPrice is IBandedPrice {
    struct Config {
        IAggregator aggregator;
        /// @dev Oldest answer that counts, in seconds: 1 to 7 days.
        uint32 heartbeat;
        /// @dev By what the price may move before the feed answers anew, in units of 10^-4: at most 1,000.
        uint16 deviation;
        /// @dev How far from one dollar a token with a peg may be, in units of 10^-4: at most 1,000. 0: it has no peg.
        uint16 band;
        /// @dev Answers at it or below are refused, in units of 10^-18 dollar: above 0, and above the feed's own minimum.
        uint128 min;
        /// @dev Answers at it or above are refused, likewise: above `min`, and below the feed's own maximum.
        uint128 max;
        /// @dev The sequencer's feed on a layer 2; 0: there is none.
        IAggregator sequencer;
        /// @dev How long the sequencer must be up before prices count, in seconds: 1 to 7 days, or 0 without one.
        uint32 grace;
    }

    /// @notice The feed has other decimals than it had.
    error FeedPrice_WrongDecimals(uint8 expected, uint8 actual);
    /// @notice The answer is 0 or negative.
    error FeedPrice_NotPositive(int256 answer);
    /// @notice The answer has no time, or one that is to come.
    error FeedPrice_WrongTime(uint256 latest, uint256 updatedAt);
    /// @notice The answer is older, in seconds.
    error FeedPrice_Stale(uint256 heartbeat, uint256 age);
    /// @notice The answer is at the minimum or below.
    error FeedPrice_TooLow(uint256 min, uint256 price);
    /// @notice The answer is at the maximum or above.
    error FeedPrice_TooHigh(uint256 max, uint256 price);
    /// @notice The sequencer is down, or says neither.
    error FeedPrice_SequencerDown(int256 answer);
    /// @notice The sequencer has been up for less than its grace, in seconds.
    error FeedPrice_SequencerGrace(uint256 grace, uint256 up);

    function config() external view returns (Config memory);
}
