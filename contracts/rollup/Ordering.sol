// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {CHAIN_MASK, FACT_BATCH, FACT_QUEUE} from "../generated/Spec.sol";
import {IOrdering} from "../interfaces/IOrdering.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {BatchHashes} from "../libraries/BatchHashes.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {Requests} from "../libraries/Requests.sol";
import {AcceptedBatch, ChainStatus, Post, Taken} from "../types/Types.sol";

/// @title See {IOrdering}
contract Ordering is IOrdering, AccessManaged {
    uint64 private constant _MIN_FORCE_DELAY = 1 hours;
    uint64 private constant _MAX_FORCE_DELAY = 7 days;
    uint32 private constant _MIN_LEASE = 1 hours;
    uint32 private constant _MAX_LEASE = 7 days;

    /// @inheritdoc IOrdering
    uint64 public immutable forceDelay;

    /// @dev A queue's head.
    struct Proof {
        uint64 count;
        bytes32 head;
    }

    // One slot.
    /// @inheritdoc IOrdering
    IRollup public rollup;
    /// @inheritdoc IOrdering
    uint64 public leased;
    uint8 private _primary;

    /// @inheritdoc IOrdering
    mapping(address operator => bool) public isOperator;
    mapping(uint8 chain => ChainStatus) private _statuses;
    mapping(uint8 chain => Post[]) private _posts;
    /// @dev Queue head of a chain after its known requests; of no use when batches have consumed more.
    mapping(uint8 chain => bytes32 head) private _knownHeads;
    /// @dev What proved the last post of a chain's requests.
    mapping(uint8 chain => Proof) private _proofs;

    constructor(address authority, uint64 forceDelay_) AccessManaged(authority) {
        if (forceDelay_ < _MIN_FORCE_DELAY || forceDelay_ > _MAX_FORCE_DELAY) {
            revert Ordering_InvalidForceDelay(forceDelay_);
        }
        forceDelay = forceDelay_;
    }

    /// @inheritdoc IOrdering
    function bindRollup(IRollup rollup_) external restricted {
        if (address(rollup) != address(0)) revert Ordering_AlreadyBound(address(rollup));
        if (address(rollup_).code.length == 0 || rollup_.ordering() != this) {
            revert Ordering_WrongRollup(address(rollup_));
        }
        rollup = rollup_;
        _primary = rollup_.primaryChain();
        emit RollupBound(address(rollup_));
    }

    /// @inheritdoc IOrdering
    function setOperator(address operator, bool allowed) external restricted {
        isOperator[operator] = allowed;
        emit OperatorSet(operator, allowed);
    }

    /// @inheritdoc IOrdering
    function setLease(uint8 chain, uint32 lease) external restricted {
        // Else the primary would not be known, and could get a lease that nobody can take from it.
        if (address(rollup) == address(0)) revert Ordering_NotBound();
        if (chain == 0 || chain > CHAIN_MASK || chain == _primary) revert Ordering_InvalidChain(chain);
        if (lease < _MIN_LEASE || lease > _MAX_LEASE) revert Ordering_InvalidLease(lease);
        ChainStatus storage status = _statuses[chain];
        if (status.lease == 0) status.acknowledged = uint40(block.timestamp);
        status.lease = lease;
        leased |= uint64(1) << chain;
        emit LeaseSet(chain, lease);
    }

    /// @inheritdoc IOrdering
    function acknowledge(uint8 chain, AcceptedBatch calldata batch) external {
        ChainStatus storage status = _statuses[chain];
        if (status.lease == 0) revert Ordering_UnknownChain(chain);
        (uint64 number, uint64 timestamp, ) = Pubdata.header(batch.header);
        bytes32 hash = BatchHashes.acceptedHash(rollup.domain(), batch);
        if (rollup.batchHash(number) != hash) revert Ordering_UnknownBatch(number, hash);
        if (timestamp <= status.acknowledged) revert Ordering_NotLater(chain, number);
        _requireFact(FACT_BATCH, chain, number, hash);
        status.acknowledged = uint40(timestamp);
        emit Acknowledged(chain, number, timestamp);
    }

    /// @inheritdoc IOrdering
    function post(uint8 chain, uint256[3][] calldata requests, bytes32[] calldata later, uint64 count) external {
        if (!_takesPart(chain)) revert Ordering_UnknownChain(chain);
        if (requests.length == 0) revert Ordering_NoRequests();
        ChainStatus memory status = _statuses[chain];
        bool isConsumed = status.consumed >= status.known;
        bytes32 head = isConsumed ? rollup.consumedHead(chain) : _knownHeads[chain];
        uint256 cellBits = rollup.cellBits();
        for (uint256 i = 0; i < requests.length; ++i) {
            uint256[3] calldata words = requests[i];
            Requests.check(words[0], words[1], words[2], chain, cellBits);
            head = Pubdata.append(head, Pubdata.requestHash(words[0], words[1], words[2]));
        }
        bytes32 proven = Pubdata.appendAll(head, later);
        _requireQueueHead(chain, count, proven);
        _proofs[chain] = Proof(count, proven);

        uint48 end = (isConsumed ? status.consumed : status.known) + uint48(requests.length);
        _statuses[chain].known = end;
        _knownHeads[chain] = head;
        _posts[chain].push(Post(end, uint64(block.timestamp)));
        emit RequestsPosted(chain, end, uint64(block.timestamp));
    }

    /// @inheritdoc IOrdering
    function forget(uint8 chain) external {
        ChainStatus memory status = _statuses[chain];
        if (status.known <= status.consumed) revert Ordering_NothingKnown(chain);
        Proof memory proof = _proofs[chain];
        // This chain's own queue needs no fact.
        if (chain == _primary || rollup.facts().holds(uint8(FACT_QUEUE), chain, proof.count, proof.head)) {
            revert Ordering_StillProven(chain, proof.count, proof.head);
        }
        status.known = status.consumed;
        status.firstPost = uint32(_posts[chain].length);
        _statuses[chain] = status;
        emit RequestsForgotten(chain, status.consumed);
    }

    /// @inheritdoc IOrdering
    function admit(
        address submitter,
        uint64 timestamp,
        uint64 suspended,
        uint256 queueOps,
        Taken[] calldata taken
    ) external {
        if (msg.sender != address(rollup)) revert Ordering_NotRollup(msg.sender);
        _checkSuspended(timestamp, suspended);
        if (!_isOverdue(oldestKnown(suspended)) && !isOperator[submitter]) revert Ordering_NotOperator(submitter);

        uint256 total = 0;
        uint256 youngest = 0;
        for (uint256 i = 0; i < taken.length; ++i) {
            total += taken[i].count;
            uint256 posted = _consume(taken[i].chain, taken[i].count);
            if (posted > youngest) youngest = posted;
        }
        uint256 oldest = oldestKnown(suspended);
        if (_isOverdue(oldest) && (total < queueOps || youngest > oldest)) revert Ordering_OverdueRequests(oldest);
    }

    /// @inheritdoc IOrdering
    function statusOf(uint8 chain) external view returns (ChainStatus memory) {
        return _statuses[chain];
    }

    /// @inheritdoc IOrdering
    function postOf(uint8 chain, uint256 index) external view returns (Post memory) {
        return _posts[chain][index];
    }

    /// @inheritdoc IOrdering
    function oldestKnown(uint64 suspended) public view returns (uint256 posted) {
        posted = type(uint256).max;
        uint64 chains = (leased | (uint64(1) << _primary)) & ~suspended;
        for (uint8 chain = 1; chains >> chain != 0; ++chain) {
            if ((chains >> chain) & 1 == 0) continue;
            ChainStatus memory status = _statuses[chain];
            if (status.known <= status.consumed) continue;
            uint256 time = _posts[chain][status.firstPost].time;
            if (time < posted) posted = time;
        }
    }

    /// @dev Suspended, where the silence is longer than the lease; not suspended, where it is shorter than half of it.
    function _checkSuspended(uint64 timestamp, uint64 suspended) private view {
        uint64 chains = leased;
        for (uint8 chain = 1; (chains | suspended) >> chain != 0; ++chain) {
            bool isSuspended = (suspended >> chain) & 1 == 1;
            if ((chains >> chain) & 1 == 0) {
                if (isSuspended) revert Ordering_UnknownChain(chain);
                continue;
            }
            ChainStatus memory status = _statuses[chain];
            uint256 silence = timestamp > status.acknowledged ? timestamp - status.acknowledged : 0;
            if (!isSuspended && silence > status.lease) revert Ordering_MustSuspend(chain, silence, status.lease);
            if (isSuspended && 2 * silence < status.lease) {
                revert Ordering_MustNotSuspend(chain, silence, status.lease);
            }
        }
    }

    /// @return posted When the last of the consumed requests was posted; the largest number if it is not known, 0 if there is
    ///   none.
    function _consume(uint8 chain, uint256 count) private returns (uint256 posted) {
        if (!_takesPart(chain)) revert Ordering_UnknownChain(chain);
        ChainStatus memory status = _statuses[chain];
        if (count == 0) return 0;
        status.consumed += uint48(count);
        posted = type(uint256).max;
        // Each post holds at least one request: no more steps than requests are consumed, and one.
        while (status.firstPost < _posts[chain].length) {
            Post memory next = _posts[chain][status.firstPost];
            if (next.end >= status.consumed && posted > next.time) posted = next.time;
            if (next.end > status.consumed) break;
            ++status.firstPost;
        }
        _statuses[chain] = status;
    }

    function _isOverdue(uint256 posted) private view returns (bool) {
        return posted < block.timestamp && block.timestamp - posted > forceDelay;
    }

    function _takesPart(uint8 chain) private view returns (bool) {
        return chain == _primary || _statuses[chain].lease != 0;
    }

    /// @dev Heads chain from 0, so a proven head can be reached by the queue's own requests only.
    function _requireQueueHead(uint8 chain, uint64 count, bytes32 head) private view {
        if (chain != _primary) return _requireFact(FACT_QUEUE, chain, count, head);
        bytes32 expected = rollup.vault().headAt(count);
        if (head != expected) revert Ordering_WrongQueueHead(count, expected, head);
    }

    function _requireFact(uint256 kind, uint8 chain, uint64 number, bytes32 value) private view {
        if (!rollup.facts().holds(uint8(kind), chain, number, value)) {
            revert Ordering_FactMissing(uint8(kind), chain, number, value);
        }
    }
}
