// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ADDRESS_BITS, CHAIN_MASK, FACT_BATCH, FACT_QUEUE, MAX_TIMESTAMP_AGE} from "../generated/Spec.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IFacts} from "../interfaces/IFacts.sol";
import {IOrdering} from "../interfaces/IOrdering.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {IVault} from "../interfaces/IVault.sol";
import {IZusdLedger} from "../interfaces/IZusdLedger.sol";
import {BatchHashes} from "../libraries/BatchHashes.sol";
import {BN254} from "../libraries/BN254.sol";
import {KZG} from "../libraries/KZG.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {AcceptedBatch, Batch, Circuit, G1Point, QueueFold, Taken} from "../types/Types.sol";
import {ProofVerifier} from "../verifiers/ProofVerifier.sol";
import {ZusdLedger} from "./ZusdLedger.sol";

/// @title See {IRollup}
contract Rollup is IRollup, ZusdLedger, AccessManaged {
    /// @inheritdoc IRollup
    uint256 public immutable domain;
    /// @inheritdoc IRollup
    uint8 public immutable chainIndex;
    /// @inheritdoc IRollup
    uint8 public immutable primaryChain;
    /// @inheritdoc IRollup
    uint8 public immutable cellBits;
    /// @inheritdoc IRollup
    IVault public immutable vault;
    /// @inheritdoc IRollup
    IFacts public immutable facts;
    /// @inheritdoc IRollup
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IRollup
    IOrdering public immutable ordering;

    uint256 private immutable _tauG2XIm;
    uint256 private immutable _tauG2XRe;
    uint256 private immutable _tauG2YIm;
    uint256 private immutable _tauG2YRe;

    G1Point private _commitment;

    // One slot.
    /// @inheritdoc IRollup
    uint64 public number;
    /// @inheritdoc IRollup
    uint64 public timestamp;

    /// @inheritdoc IRollup
    mapping(uint64 number => bytes32) public batchHash;
    /// @inheritdoc IRollup
    mapping(uint8 chain => bytes32 head) public consumedHead;

    constructor(address authority, Config memory config) AccessManaged(authority) {
        if (config.domain == 0 || config.domain >> ADDRESS_BITS != 0) revert Rollup_InvalidDomain(config.domain);
        if (config.primaryChain == 0 || config.primaryChain > CHAIN_MASK) {
            revert Rollup_InvalidChain(config.primaryChain);
        }
        domain = config.domain;
        primaryChain = config.primaryChain;
        chainIndex = config.vault.chainIndex();
        cellBits = config.vault.cellBits();
        vault = config.vault;
        facts = config.facts;
        circuits = config.circuits;
        ordering = config.ordering;
        if (_isPrimary() != (address(config.ordering) != address(0))) {
            revert Rollup_InvalidOrdering(address(config.ordering));
        }

        uint256[4] memory tau = config.tauG2;
        if (tau[0] | tau[1] | tau[2] | tau[3] == 0) revert Rollup_InvalidSrs();
        (_tauG2XIm, _tauG2XRe, _tauG2YIm, _tauG2YRe) = (tau[0], tau[1], tau[2], tau[3]);
        // The precompiles revert on points that are not in their groups; e(∞, ·) is 1.
        G1Point memory infinity = G1Point(0, 0);
        if (!BN254.pairing(infinity, infinity, tau)) revert Rollup_InvalidSrs();
        _commitment = BN254.add(config.genesis, infinity);
        // Not 0, so that the first batch need not pay for a new storage slot.
        timestamp = 1;
        batchHash[0] = BatchHashes.batchHash(config.domain, 0, 0, 0, config.genesis, keccak256(""));
    }

    /// @inheritdoc IRollup
    function submitBatch(Batch calldata batch) external {
        _accept(batch, new AcceptedBatch[](0));
    }

    /// @inheritdoc IRollup
    function followBatch(Batch calldata batch, AcceptedBatch[] calldata later) external {
        if (_isPrimary()) revert Rollup_NothingToFollow();
        _accept(batch, later);
    }

    /// @inheritdoc IZusdLedger
    function setCap(uint8 chain, uint104 cap, uint48 from) external restricted {
        _setCap(chain, cap, from, number);
    }

    /// @inheritdoc IRollup
    function commitment() external view returns (G1Point memory) {
        return _commitment;
    }

    /// @inheritdoc IRollup
    function tauG2() public view returns (uint256[4] memory) {
        return [_tauG2XIm, _tauG2XRe, _tauG2YIm, _tauG2YRe];
    }

    function _accept(Batch calldata batch, AcceptedBatch[] memory later) private {
        Circuit memory circuit = circuits.circuitOf(batch.circuit);
        if (circuit.verifier == address(0)) revert Rollup_UnknownCircuit(batch.circuit);
        uint256 wordCount = Pubdata.wordCount(circuit.queueOps, circuit.signedOps);
        if (batch.words.length != wordCount) revert Rollup_WrongWordCount(wordCount, batch.words.length);

        (uint64 newNumber, uint64 newTimestamp, uint64 suspended) = _checkHeader(batch.words[0]);
        if (newNumber < circuit.activeFrom || (circuit.retiredFrom != 0 && newNumber >= circuit.retiredFrom)) {
            revert Rollup_InactiveCircuit(batch.circuit, circuit.activeFrom, circuit.retiredFrom);
        }
        bytes32 newHash = _hash(batch, newNumber);
        (bytes32[] memory newHeads, Taken[] memory taken) = _foldQueues(batch, circuit.queueOps);
        if (_isPrimary()) {
            ordering.admit(msg.sender, newTimestamp, suspended, circuit.queueOps, taken);
        } else {
            _requireAccepted(newNumber, newHash, later);
        }
        _verify(batch, circuit.verifier, newNumber);

        _commitment = batch.newCommitment;
        (number, timestamp) = (newNumber, newTimestamp);
        batchHash[newNumber] = newHash;
        for (uint256 i = 0; i < newHeads.length; ++i) consumedHead[batch.folds[i].chain] = newHeads[i];
        emit BatchAccepted(newNumber, newHash, batch.newCommitment.x, batch.newCommitment.y, batch.circuit);

        _countConsumed(taken);
        _applyEffects(batch.words, circuit.queueOps, newNumber);
    }

    /// @dev What the ops do outside of the state: to the zUSD ledger, and to this chain's outbox.
    function _applyEffects(uint256[] calldata words, uint256 queueSlots, uint64 newNumber) private {
        Pubdata.QueueOp[] memory ops = Pubdata.queueOps(words, queueSlots);
        uint256[] memory withdrawals = Pubdata.withdrawals(words, queueSlots);
        _applyToLedger(words, ops, withdrawals, newNumber);
        bytes32 outboxHash = Pubdata.outboxHash(words, ops, withdrawals, chainIndex);
        if (outboxHash != 0) vault.enqueueOutbox(newNumber, outboxHash);
    }

    /// @dev A secondary chain folds its own queue only.
    function _countConsumed(Taken[] memory taken) private {
        for (uint256 i = 0; i < taken.length; ++i) {
            if (taken[i].chain == chainIndex && taken[i].count != 0) vault.consume(taken[i].count);
        }
    }

    function _checkHeader(uint256 word) private view returns (uint64 newNumber, uint64 newTimestamp, uint64 suspended) {
        (newNumber, newTimestamp, suspended) = Pubdata.header(word);
        uint256 expected = uint256(number) + 1;
        if (newNumber != expected) revert Rollup_WrongNumber(expected, newNumber);

        uint256 earliest = timestamp;
        uint256 latest = type(uint256).max;
        // A secondary chain follows the primary's clock: its own must not refuse what the primary accepted.
        if (_isPrimary()) {
            latest = block.timestamp;
            if (earliest + MAX_TIMESTAMP_AGE < latest) earliest = latest - MAX_TIMESTAMP_AGE;
        }
        if (newTimestamp < earliest || newTimestamp > latest) {
            revert Rollup_WrongTimestamp(earliest, latest, newTimestamp);
        }
    }

    function _hash(Batch calldata batch, uint64 newNumber) private view returns (bytes32) {
        bytes32 wordsHash = BatchHashes.wordsHash(batch.words);
        bytes32 previous = batchHash[newNumber - 1];
        return BatchHashes.batchHash(domain, batch.circuit, batch.words[0], previous, batch.newCommitment, wordsHash);
    }

    /// @notice Checks that what the batch consumes of each queue is a prefix of it.
    /// @return newHeads Of each fold's queue, the head after the last consumed request.
    /// @return taken Of each fold's queue, how many requests are consumed.
    function _foldQueues(
        Batch calldata batch,
        uint256 queueOps
    ) private view returns (bytes32[] memory newHeads, Taken[] memory taken) {
        newHeads = new bytes32[](batch.folds.length);
        taken = new Taken[](batch.folds.length);
        uint256 covered = 0;
        uint8 previous = 0;
        for (uint256 i = 0; i < newHeads.length; ++i) {
            QueueFold calldata fold = batch.folds[i];
            if (fold.chain <= previous) revert Rollup_FoldsUnsorted(fold.chain);
            previous = fold.chain;
            uint256 count;
            (newHeads[i], count) = _foldQueue(batch.words, queueOps, fold);
            taken[i] = Taken(fold.chain, uint16(count));
            covered += count;
        }
        uint256 requests = Pubdata.countRequests(batch.words, queueOps, _isPrimary() ? 0 : chainIndex);
        if (covered != requests) revert Rollup_UncheckedRequests(requests, covered);
    }

    function _foldQueue(
        uint256[] calldata words,
        uint256 queueOps,
        QueueFold calldata fold
    ) private view returns (bytes32 newHead, uint256 taken) {
        uint8 chain = fold.chain;
        if (chain != chainIndex && !_isPrimary()) revert Rollup_UnexpectedFold(chain);
        (newHead, taken) = Pubdata.consume(words, queueOps, chain, consumedHead[chain]);
        // Heads chain from 0, so a known head can be reached from the consumed one by the queue's own requests only.
        bytes32 head = Pubdata.appendAll(newHead, fold.later);
        if (chain == chainIndex) {
            bytes32 known = vault.headAt(fold.count);
            if (head != known) revert Rollup_WrongQueueHead(fold.count, known, head);
        } else {
            _requireFact(FACT_QUEUE, chain, fold.count, head);
        }
    }

    function _requireFact(uint256 kind, uint8 chain, uint64 factNumber, bytes32 value) private view {
        if (!facts.holds(uint8(kind), chain, factNumber, value)) {
            revert Rollup_FactMissing(uint8(kind), chain, factNumber, value);
        }
    }

    /// @notice Checks that the primary accepted a batch, by the fact of the last of those that came after it.
    /// @dev A batch's hash holds the hash of the batch before: only the primary's own batches lead to what it accepted.
    function _requireAccepted(uint64 newNumber, bytes32 newHash, AcceptedBatch[] memory later) private view {
        (uint64 last, bytes32 hash) = (newNumber, newHash);
        for (uint256 i = 0; i < later.length; ++i) {
            AcceptedBatch memory next = later[i];
            if (next.previousHash != hash) revert Rollup_NotLater(i);
            (last, , ) = Pubdata.header(next.header);
            hash = BatchHashes.acceptedHash(domain, next);
        }
        if (!facts.isAccepted(last, hash)) revert Rollup_FactMissing(uint8(FACT_BATCH), primaryChain, last, hash);
    }

    function _verify(Batch calldata batch, address verifier, uint64 newNumber) private view {
        G1Point memory current = _commitment;
        uint256 x = BatchHashes.challenge(batch, domain, newNumber, current);
        uint256 wordsEval = Pubdata.evaluate(batch.words, x);
        uint256[6] memory inputs = [batch.digest, x, wordsEval, batch.oldEval, batch.quotientEval, batch.newEval];
        KZG.Claim memory claim = KZG.Claim({
            oldCommitment: current,
            quotient: batch.quotient,
            newCommitment: batch.newCommitment,
            oldEval: batch.oldEval,
            quotientEval: batch.quotientEval,
            newEval: batch.newEval
        });
        if (!KZG.verify(claim, x, batch.opening, tauG2())) revert Rollup_InvalidOpening();
        if (!ProofVerifier.verify(verifier, batch.proof, inputs)) revert Rollup_InvalidProof();
    }

    function _isPrimary() private view returns (bool) {
        return chainIndex == primaryChain;
    }
}
