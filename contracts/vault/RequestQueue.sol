// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {QUEUE_RING, REQUEST_FEE_STEP} from "../generated/Spec.sol";
import {IRequestQueue} from "../interfaces/IRequestQueue.sol";
import {Payout} from "../libraries/Payout.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {NATIVE} from "../types/Types.sol";

/// @title See {IRequestQueue}
abstract contract RequestQueue is IRequestQueue, AccessManaged {
    /// @dev One slot. Coin is in units of 10^9 wei.
    struct Counters {
        uint40 count;
        uint40 consumed;
        uint48 base;
        uint48 growth;
        uint80 fees;
    }

    uint256 private constant _UNIT = 1 gwei;

    Counters private _counters;

    /// @dev Head after k requests at index k mod QUEUE_RING.
    bytes32[QUEUE_RING] private _heads;

    constructor() {
        // Fresh storage is paid for here, once, and not by the first requests. Index 0 holds the head of no requests.
        for (uint256 i = 1; i < QUEUE_RING; ++i) _heads[i] = bytes32(type(uint256).max);
    }

    /// @inheritdoc IRequestQueue
    function setRequestFee(uint48 base, uint48 growth) external restricted {
        (_counters.base, _counters.growth) = (base, growth);
        emit RequestFeeSet(base, growth);
    }

    /// @inheritdoc IRequestQueue
    function collectRequestFees(address payable recipient) external restricted {
        uint256 amount = _counters.fees * _UNIT;
        _counters.fees = 0;
        if (amount == 0 || !Payout.trySend(NATIVE, recipient, amount, gasleft())) {
            revert RequestQueue_NotCollected(recipient, amount);
        }
        emit RequestFeesCollected(recipient, amount);
    }

    /// @inheritdoc IRequestQueue
    function requestFee() external view returns (uint256) {
        return _fee() * _UNIT;
    }

    /// @inheritdoc IRequestQueue
    function requestFees() external view returns (uint48 base, uint48 growth, uint256 uncollected) {
        return (_counters.base, _counters.growth, _counters.fees * _UNIT);
    }

    /// @inheritdoc IRequestQueue
    function headAt(uint64 count) external view returns (bytes32) {
        uint64 total = _counters.count;
        if (count > total || total - count >= QUEUE_RING) revert RequestQueue_HeadUnknown(count, total);
        return _heads[count % QUEUE_RING];
    }

    /// @inheritdoc IRequestQueue
    function requestCount() external view returns (uint64) {
        return _counters.count;
    }

    /// @inheritdoc IRequestQueue
    function consumedCount() external view returns (uint64) {
        return _counters.consumed;
    }

    /// @notice Queues a request, takes its fee, and returns what was sent beyond it.
    /// @param brought Native coin that the request itself takes of what was sent.
    function _append(uint256 word0, uint256 word1, uint256 word2, uint256 brought) internal returns (uint64 index) {
        Counters storage counters = _counters;
        uint256 fee = _fee();
        uint256 due = brought + fee * _UNIT;
        if (msg.value < due) revert RequestQueue_WrongValue(due, msg.value);

        index = counters.count;
        bytes32 head = Pubdata.append(_heads[index % QUEUE_RING], Pubdata.requestHash(word0, word1, word2));
        _heads[(uint256(index) + 1) % QUEUE_RING] = head;
        (counters.count, counters.fees) = (uint40(index + 1), counters.fees + uint80(fee));
        emit RequestQueued(index, word0, word1, word2, head);

        uint256 excess = msg.value - due;
        if (excess != 0 && !Payout.trySend(NATIVE, msg.sender, excess, gasleft())) {
            revert RequestQueue_RefundRefused(msg.sender, excess);
        }
    }

    function _consume(uint256 count) internal {
        _counters.consumed += uint40(count);
    }

    /// @dev At most 2^48 + 2^48 · 2^34: below 2^83, and what exceeds 2^80 nobody has.
    function _fee() private view returns (uint256) {
        return _counters.base + uint256(_counters.growth) * ((_counters.count - _counters.consumed) / REQUEST_FEE_STEP);
    }
}
