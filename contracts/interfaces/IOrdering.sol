// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AcceptedBatch, ChainStatus, Post, Taken} from "../types/Types.sol";
import {IRollup} from "./IRollup.sol";

/// @title What the primary chain alone decides: who orders batches, which chains are suspended, which requests must come first
/// @notice Operators submit batches. A request is *known* once somebody posted its content here and it belongs to its chain's
///   queue. When a known request is older than `forceDelay`, anyone may submit, and every batch, an operator's too, fills its
///   queue slots, oldest first, as long as such requests are left.
/// @notice A chain is *suspended* in a batch whose timestamp is more than `lease` after that of the highest batch which the
///   chain acknowledged. It may be up from half of that. Nothing of a suspended chain moves, and its requests wait.
/// @notice Times are in seconds. The age of a chain counts from batch to batch; that of a request from its posting, by this
///   chain's clock.
interface IOrdering {
    /// @notice The force delay is not in 1 hour .. 7 days.
    error Ordering_InvalidForceDelay(uint64 forceDelay);
    /// @notice The caller is not the rollup.
    error Ordering_NotRollup(address caller);
    /// @notice No rollup is bound yet.
    error Ordering_NotBound();
    /// @notice The rollup is bound already.
    error Ordering_AlreadyBound(address rollup);
    /// @notice The rollup's address has no code, or the rollup uses another ordering.
    error Ordering_WrongRollup(address rollup);
    /// @notice Only operators submit while no known request is overdue.
    error Ordering_NotOperator(address caller);
    /// @notice The chain is the primary, or has no lease.
    error Ordering_UnknownChain(uint8 chain);
    /// @notice The chain index is not in 1..63, or is the primary's, which needs no lease.
    error Ordering_InvalidChain(uint8 chain);
    /// @notice The lease is not in 1 hour .. 7 days.
    error Ordering_InvalidLease(uint32 lease);
    /// @notice A batch that does not suspend a chain which is silent for longer than its lease.
    error Ordering_MustSuspend(uint8 chain, uint256 silence, uint32 lease);
    /// @notice A batch that suspends a chain which is silent for less than half of its lease.
    error Ordering_MustNotSuspend(uint8 chain, uint256 silence, uint32 lease);
    /// @notice Requests posted at `posted` are overdue and left over, while the batch has empty queue slots or takes younger ones.
    error Ordering_OverdueRequests(uint256 posted);
    /// @notice No such batch was accepted here.
    error Ordering_UnknownBatch(uint64 number, bytes32 hash);
    /// @notice The chain acknowledged this batch, or a later one, already.
    error Ordering_NotLater(uint8 chain, uint64 number);
    /// @notice A fact that is needed does not hold (yet).
    error Ordering_FactMissing(uint8 kind, uint8 chain, uint64 number, bytes32 value);
    /// @notice No request was posted.
    error Ordering_NoRequests();
    /// @notice What was posted is not the continuation of the chain's queue.
    error Ordering_WrongQueueHead(uint64 count, bytes32 expected, bytes32 actual);
    /// @notice All known requests of the chain are consumed.
    error Ordering_NothingKnown(uint8 chain);
    /// @notice The head that proved the last post is this chain's own, or its fact holds.
    error Ordering_StillProven(uint8 chain, uint64 count, bytes32 head);

    event OperatorSet(address indexed operator, bool allowed);
    event LeaseSet(uint8 indexed chain, uint32 lease);
    event Acknowledged(uint8 indexed chain, uint64 number, uint64 timestamp);
    /// @notice Requests of a chain's queue are known now: those before position `end` that were not.
    event RequestsPosted(uint8 indexed chain, uint64 end, uint64 time);
    /// @notice Requests of a chain's queue from position `end` on are not known any more.
    event RequestsForgotten(uint8 indexed chain, uint64 end);
    event RollupBound(address rollup);

    /// @notice Names the rollup, once. Restricted.
    function bindRollup(IRollup rollup) external;

    /// @notice Allows or forbids an address to submit batches. Restricted.
    function setOperator(address operator, bool allowed) external;

    /// @notice Lets a chain take part, or changes its lease. Restricted. A new chain counts as having acknowledged now.
    function setLease(uint8 chain, uint32 lease) external;

    /// @notice Takes note that a chain accepted a batch. Anyone may, once the fact of the batch's hash from that chain holds.
    function acknowledge(uint8 chain, AcceptedBatch calldata batch) external;

    /// @notice Makes the next requests of a chain's queue known. Anyone may.
    /// @param requests Words of the requests after those that are known or consumed, oldest first.
    /// @param later Hashes of the requests after them, up to a head that is proven.
    /// @param count Requests of the queue up to that head: a recent one of this chain's vault, or a fact's.
    /// @dev Refuses requests that no vault queues: they could block batches. Those of a forged queue are forced as long as its fact holds.
    function post(uint8 chain, uint256[3][] calldata requests, bytes32[] calldata later, uint64 count) external;

    /// @notice Forgets what is known of a chain's queue and not consumed, once the fact that proved the last post does not hold: its gateways
    ///   were removed, or the source is frozen. Else overdue requests that no batch can take would stop all batches. Anyone may.
    /// @dev What is real may be posted again; its time begins again.
    function forget(uint8 chain) external;

    /// @notice Checks a batch against all of this, and takes note of what it consumes. Only the rollup.
    /// @param submitter Who submits it.
    /// @param timestamp The batch's.
    /// @param suspended The batch's mask of suspended chains.
    /// @param queueOps Its queue op slots.
    /// @param taken What it consumes of each queue.
    function admit(
        address submitter,
        uint64 timestamp,
        uint64 suspended,
        uint256 queueOps,
        Taken[] calldata taken
    ) external;

    function isOperator(address operator) external view returns (bool);

    function statusOf(uint8 chain) external view returns (ChainStatus memory);

    /// @return The posts of a chain's requests, oldest first.
    function postOf(uint8 chain, uint256 index) external view returns (Post memory);

    /// @return posted When the oldest known request that was not consumed was posted, of the chains that `suspended` leaves;
    ///   the largest number if there is none.
    function oldestKnown(uint64 suspended) external view returns (uint256 posted);

    /// @return Mask of the chains with a lease.
    function leased() external view returns (uint64);

    function forceDelay() external view returns (uint64);

    function rollup() external view returns (IRollup);
}
