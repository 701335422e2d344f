// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {DECISION_TIME, HOLD_TIME} from "../generated/Spec.sol";
import {IOutflow} from "../interfaces/IOutflow.sol";
import {NetFlow} from "../libraries/NetFlow.sol";

/// @title See {IOutflow}
abstract contract Outflow is IOutflow {
    /// @inheritdoc IOutflow
    uint64 public constant HOLD = uint64(HOLD_TIME);
    /// @inheritdoc IOutflow
    uint64 public constant DECISION = uint64(DECISION_TIME);
    /// @inheritdoc IOutflow
    uint64 public constant BETWEEN_HOLDS = 30 days;

    /// @dev One slot. `used` is as of `time`, and falls by the limit in a day.
    struct Bucket {
        uint112 limit;
        uint112 used;
        uint32 time;
    }

    /// @dev One slot.
    struct Hold {
        uint64 first;
        uint64 last;
        uint64 until;
    }

    mapping(uint16 token => Bucket) private _buckets;
    mapping(bytes32 key => uint256 amount) private _delayed;
    Hold private _hold;

    /// @inheritdoc IOutflow
    function outflowOf(uint16 token) external view returns (uint256 limit, uint256 available) {
        Bucket memory bucket = _buckets[token];
        return (bucket.limit, bucket.limit == 0 ? type(uint256).max : _available(bucket));
    }

    /// @inheritdoc IOutflow
    function delayedOf(uint64 batch, address recipient, uint16 token) external view returns (uint256 amount) {
        return _delayed[_key(batch, recipient, token)];
    }

    /// @inheritdoc IOutflow
    function hold() external view returns (uint64 first, uint64 last, uint64 until) {
        return (_hold.first, _hold.last, _hold.until);
    }

    function _setLimit(uint16 token, uint112 limit) internal {
        Bucket storage bucket = _buckets[token];
        uint256 used = _used(bucket);
        (bucket.limit, bucket.used, bucket.time) = (limit, uint112(used), uint32(block.timestamp));
        emit OutflowLimitSet(token, limit);
    }

    /// @param latest The latest batch: who holds later ones would hold what is yet to come.
    function _holdBatches(uint64 first, uint64 last, uint64 latest) internal {
        uint64 earliest = _hold.until + BETWEEN_HOLDS;
        if (block.timestamp < earliest) revert Outflow_HeldLately(earliest);
        if (first > last || last > latest) revert Outflow_InvalidRange(first, last, latest);
        uint64 until = uint64(block.timestamp) + HOLD;
        _hold = Hold(first, last, until);
        emit PaymentsHeld(first, last, until);
    }

    /// @dev The new recipient's is held, too, as long as the hold lasts.
    function _redirect(uint64 batch, address recipient, uint16 token, address to) internal {
        if (to == address(0) || to == address(this)) revert Outflow_InvalidRecipient(to);
        if (!_isHeld(batch)) revert Outflow_NotHeld(batch);
        uint64 earliest = _hold.until - DECISION;
        if (block.timestamp < earliest) revert Outflow_TooEarly(earliest);
        bytes32 key = _key(batch, recipient, token);
        uint256 amount = _delayed[key];
        if (amount == 0) revert Outflow_NotDelayed(batch, recipient, token);
        delete _delayed[key];
        emit PaymentRedirected(batch, recipient, token, to, amount);
        _delay(batch, to, token, amount);
    }

    /// @return part What of the amount may leave now. It is taken out of the bucket: all, or nothing unless `inParts`.
    function _release(uint16 token, uint256 amount, bool inParts) internal returns (uint256 part) {
        Bucket memory bucket = _buckets[token];
        if (bucket.limit == 0) return amount;
        uint256 available = _available(bucket);
        part =
            amount <= available
                ? amount
                : inParts
                    ? available
                    : 0;
        if (part == 0) return 0;
        bucket.used = uint112(_used(bucket) + part);
        bucket.time = uint32(block.timestamp);
        _buckets[token] = bucket;
    }

    function _delay(uint64 batch, address recipient, uint16 token, uint256 amount) internal {
        _delayed[_key(batch, recipient, token)] += amount;
        emit PaymentDelayed(batch, recipient, token, amount);
    }

    /// @return part What of a delayed payment is to be paid now; it is delayed no more.
    function _takeDelayed(uint64 batch, address recipient, uint16 token) internal returns (uint128 part) {
        bytes32 key = _key(batch, recipient, token);
        uint256 amount = _delayed[key];
        if (amount == 0) revert Outflow_NotDelayed(batch, recipient, token);
        if (_isHeld(batch)) revert Outflow_Held(batch, _hold.until);
        uint256 most = amount < type(uint128).max ? amount : type(uint128).max;
        part = uint128(_release(token, most, true));
        if (part == 0) revert Outflow_Spent(token);
        _delayed[key] = amount - part;
    }

    function _isHeld(uint64 batch) private view returns (bool) {
        Hold memory held = _hold;
        return batch >= held.first && batch <= held.last && block.timestamp < held.until;
    }

    function _available(Bucket memory bucket) private view returns (uint256) {
        uint256 used = _used(bucket);
        return used < bucket.limit ? bucket.limit - used : 0;
    }

    function _used(Bucket memory bucket) private view returns (uint256) {
        return uint256(-NetFlow.current(-int256(uint256(bucket.used)), bucket.time, 0, bucket.limit));
    }

    function _key(uint64 batch, address recipient, uint16 token) private pure returns (bytes32) {
        return keccak256(abi.encode(batch, recipient, token));
    }
}
