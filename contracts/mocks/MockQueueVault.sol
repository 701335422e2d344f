// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IRollup} from "../interfaces/IRollup.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {Requests} from "../libraries/Requests.sol";

/// @notice Mock: a vault that is a queue and an outbox only. It queues anything that a chain's queue may hold, deposits of zUSD
///   too, for nothing; and it pays nothing.
contract MockQueueVault {
    /// @notice As of {IVault}.
    event RequestQueued(uint64 indexed index, uint256 word0, uint256 word1, uint256 word2, bytes32 head);

    error NotRollup(address caller);
    error NeverQueued(uint256 count);

    uint8 public immutable chainIndex;
    uint8 public immutable cellBits;
    IRollup public rollup;
    mapping(uint64 batch => bytes32 outboxHash) public outboxOf;

    bytes32[] private _heads;

    /// @dev The first two are a real vault's authority and tokens.
    constructor(address, address, uint8 chainIndex_, uint8 cellBits_) {
        chainIndex = chainIndex_;
        cellBits = cellBits_;
        _heads.push(0);
    }

    function bindRollup(IRollup rollup_) external {
        rollup = rollup_;
    }

    function queue(uint256 word0, uint256 word1, uint256 word2) external {
        Requests.check(word0, word1, word2, chainIndex, cellBits);
        uint64 index = requestCount();
        bytes32 head = Pubdata.append(_heads[index], Pubdata.requestHash(word0, word1, word2));
        _heads.push(head);
        emit RequestQueued(index, word0, word1, word2, head);
    }

    function enqueueOutbox(uint64 batch, bytes32 outboxHash) external {
        if (msg.sender != address(rollup)) revert NotRollup(msg.sender);
        outboxOf[batch] = outboxHash;
    }

    function consume(uint256 count) external view {
        if (msg.sender != address(rollup)) revert NotRollup(msg.sender);
        if (count > requestCount()) revert NeverQueued(count);
    }

    function headAt(uint64 count) external view returns (bytes32) {
        return _heads[count];
    }

    function requestCount() public view returns (uint64) {
        return uint64(_heads.length - 1);
    }
}
