// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IAggregator} from "../interfaces/IFeedPrice.sol";

/// @notice Mock: a price feed, or a sequencer's, that answers what it is told.
contract MockAggregator is IAggregator {
    // One slot, as feeds keep a round.
    uint8 public decimals;
    int128 private _answer;
    uint56 private _startedAt;
    uint56 private _updatedAt;

    constructor(uint8 decimals_, int256 answer) {
        decimals = decimals_;
        set(answer);
    }

    function set(int256 answer) public {
        setRound(answer, block.timestamp, block.timestamp);
    }

    function setRound(int256 answer, uint256 startedAt, uint256 updatedAt) public {
        (_answer, _startedAt, _updatedAt) = (int128(answer), uint56(startedAt), uint56(updatedAt));
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, _answer, _startedAt, _updatedAt, 1);
    }
}
