// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AcceptedBatch, Batch, G1Point} from "../types/Types.sol";
import {ICircuitRegistry} from "./ICircuitRegistry.sol";
import {IFacts} from "./IFacts.sol";
import {IOrdering} from "./IOrdering.sol";
import {IVault} from "./IVault.sol";
import {IZusdLedger} from "./IZusdLedger.sol";

/// @title Accepts batches and keeps the state commitment; every chain of the deployment has one
/// @notice Challenge: keccak256(CHALLENGE_TAG, domain, circuit, number, C, C', C_Q, digest, words) modulo the field's order.
/// @notice Batch hash: keccak256(BATCH_TAG, domain, circuit, words[0], previous hash, C', keccak256(words)); the genesis hash is
///   that of circuit 0, first word 0, previous hash 0, the genesis commitment and no words.
interface IRollup is IZusdLedger {
    struct Config {
        /// @dev 160-bit domain of the deployment, not 0; the same on every chain.
        uint256 domain;
        /// @dev Index of the primary chain, 1..63; it is this chain if it is the vault's.
        uint8 primaryChain;
        IVault vault;
        IFacts facts;
        ICircuitRegistry circuits;
        /// @dev On the primary chain only; 0 on the others.
        IOrdering ordering;
        /// @dev [τ]₂ of the SRS as EIP-197 orders it: x's imaginary part, x's real part, y's imaginary part, y's real part.
        uint256[4] tauG2;
        /// @dev State commitment of batch 0, C_0.
        G1Point genesis;
    }

    /// @notice The domain is 0 or not below 2^160.
    error Rollup_InvalidDomain(uint256 domain);
    /// @notice The primary chain's index is not in 1..63.
    error Rollup_InvalidChain(uint8 chain);
    /// @notice The SRS point is infinity.
    error Rollup_InvalidSrs();
    /// @notice No such circuit.
    error Rollup_UnknownCircuit(bytes32 circuit);
    /// @notice The number of words is not the circuit's.
    error Rollup_WrongWordCount(uint256 expected, uint256 actual);
    /// @notice The batch is not the next one.
    error Rollup_WrongNumber(uint256 expected, uint256 actual);
    /// @notice The timestamp is before `earliest` (the previous batch's; on the primary also an hour ago) or after `latest`
    ///   (on the primary, now).
    error Rollup_WrongTimestamp(uint256 earliest, uint256 latest, uint256 actual);
    /// @notice The primary chain needs an ordering, and no other chain has one.
    error Rollup_InvalidOrdering(address ordering);
    /// @notice Batches of this number may not be proven with the circuit: not yet, or not any more.
    error Rollup_InactiveCircuit(bytes32 circuit, uint32 activeFrom, uint32 retiredFrom);
    /// @notice A fact that the batch needs does not hold (yet).
    error Rollup_FactMissing(uint8 kind, uint8 chain, uint64 number, bytes32 value);
    /// @notice The later batches do not follow each other: item `i` is not the next.
    error Rollup_NotLater(uint256 i);
    /// @notice The primary chain follows no other.
    error Rollup_NothingToFollow();
    /// @notice Folds are not strictly increasing by chain.
    error Rollup_FoldsUnsorted(uint8 chain);
    /// @notice Another chain's queue is checked on the primary chain only.
    error Rollup_UnexpectedFold(uint8 chain);
    /// @notice What the batch consumes is not a prefix of the own queue.
    error Rollup_WrongQueueHead(uint64 count, bytes32 expected, bytes32 actual);
    /// @notice The batch consumes requests of a queue for which it brings no fold.
    error Rollup_UncheckedRequests(uint256 consumed, uint256 covered);
    /// @notice The openings at the challenge are wrong.
    error Rollup_InvalidOpening();
    /// @notice The proof is wrong.
    error Rollup_InvalidProof();

    /// @notice A batch was accepted. Its words are in the calldata of `submitBatch` or `followBatch`.
    event BatchAccepted(uint64 indexed number, bytes32 hash, uint256 commitmentX, uint256 commitmentY, bytes32 circuit);

    /// @notice Verifies a batch and moves the state.
    /// @dev On the primary chain: who may, and with which requests and suspended chains, is `ordering`'s to say; needs the
    ///   facts of the other chains' queue heads. On a secondary chain:
    ///   anyone; needs the fact of the batch's hash, see `IFacts.isAccepted`; no check against the own clock.
    ///   Warning: the state commitment after a batch is bound by proof and openings, its degree by the SRS only.
    function submitBatch(Batch calldata batch) external;

    /// @notice As `submitBatch` on a secondary chain, under the fact of a later batch: one message for several batches.
    /// @param later The batches after this one up to the one whose fact is here, in order.
    function followBatch(Batch calldata batch, AcceptedBatch[] calldata later) external;

    /// @return State commitment after the latest batch.
    function commitment() external view returns (G1Point memory);

    /// @return Number of the latest batch; 0: genesis.
    function number() external view returns (uint64);

    /// @return Timestamp of the latest batch, unix seconds; 1 at genesis.
    function timestamp() external view returns (uint64);

    /// @return Hash of an accepted batch; 0: not accepted here.
    function batchHash(uint64 number) external view returns (bytes32);

    /// @return Queue head of a chain after the last consumed request; 0 before the first. The head stands for all requests
    ///   before it, so there is no count. Warning: a secondary chain knows its own only.
    function consumedHead(uint8 chain) external view returns (bytes32);

    function domain() external view returns (uint256);

    /// @return This chain's index, 1..63.
    function chainIndex() external view returns (uint8);

    function primaryChain() external view returns (uint8);

    /// @return n: the state has 2^n cells.
    function cellBits() external view returns (uint8);

    function vault() external view returns (IVault);

    function facts() external view returns (IFacts);

    function circuits() external view returns (ICircuitRegistry);

    /// @return What orders batches on the primary chain; 0 on the others.
    function ordering() external view returns (IOrdering);

    /// @return [τ]₂ as EIP-197 orders it.
    function tauG2() external view returns (uint256[4] memory);
}
