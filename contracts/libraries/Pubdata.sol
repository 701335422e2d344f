// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {
    ADDRESS_BITS,
    DEPOSIT_0_AMOUNT_MASK,
    DEPOSIT_0_AMOUNT_OFFSET,
    DEPOSIT_0_CHAIN_MASK,
    DEPOSIT_0_CHAIN_OFFSET,
    DEPOSIT_0_COVERED_MASK,
    DEPOSIT_0_COVERED_OFFSET,
    DEPOSIT_0_EXECUTED_MASK,
    DEPOSIT_0_EXECUTED_OFFSET,
    DEPOSIT_0_TOKEN_MASK,
    DEPOSIT_0_TOKEN_OFFSET,
    DEPOSIT_1_OWNER_MASK,
    DEPOSIT_1_OWNER_OFFSET,
    DEPOSIT_REQUEST_MASK,
    EXACT_AMOUNT_MASK,
    EXACT_AMOUNT_OFFSET,
    EXACT_MIN_OUT_MASK,
    EXACT_MIN_OUT_OFFSET,
    EXIT_1_PAYER_MASK,
    EXIT_1_PAYER_OFFSET,
    FIELD_ORDER,
    HEADER_NUMBER_MASK,
    HEADER_NUMBER_OFFSET,
    HEADER_SUSPENDED_MASK,
    HEADER_SUSPENDED_OFFSET,
    HEADER_TIMESTAMP_MASK,
    HEADER_TIMESTAMP_OFFSET,
    LOCAL_TOKEN_BITS,
    OP_DEPOSIT,
    OP_EXACT,
    OP_FULL_EXIT,
    OP_MASK,
    OP_NOOP,
    OP_ROUTE,
    OP_WITHDRAW,
    OP_WITHDRAW_ZUSD,
    PAYMENT_INTO_OFFSET,
    PAYMENT_MIN_OUT_OFFSET,
    PAYMENT_RECIPIENT_OFFSET,
    PAYMENT_TOKEN_OFFSET,
    REQUEST_0_MASK,
    REQUEST_1_MASK,
    ROUTE_2_BITS,
    ROUTE_2_INTO_MASK,
    ROUTE_2_INTO_OFFSET,
    ROUTE_2_MIN_OUT_MASK,
    ROUTE_2_MIN_OUT_OFFSET,
    ROUTE_2_RECIPIENT_MASK,
    ROUTE_2_RECIPIENT_OFFSET,
    WITHDRAW_AMOUNT_MASK,
    WITHDRAW_AMOUNT_OFFSET,
    WITHDRAW_ASSET_MASK,
    WITHDRAW_ASSET_OFFSET,
    WITHDRAW_RECIPIENT_MASK,
    WITHDRAW_RECIPIENT_OFFSET,
    WORDS_PER_BATCH,
    WORDS_PER_QUEUE_OP,
    WORDS_PER_SIGNED_OP,
    ZUSD
} from "../generated/Spec.sol";
import {PackedAmount} from "./PackedAmount.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Pubdata words: header, queue ops, signed ops
/// @notice What the words mean is proven; this library reads from them what a chain has to know, and fails closed on what
///   no proof can contain.
library Pubdata {
    /// @notice A word is not below the field's order.
    error Pubdata_WordTooLarge(uint256 index, uint256 word);
    /// @notice A queue op is none of Noop, Deposit, SetKey, FullExit and Route.
    error Pubdata_UnknownQueueOp(uint256 index, uint256 op);
    /// @notice A payment does not fit 128 bits.
    error Pubdata_AmountTooLarge(uint256 index, uint256 amount);
    /// @notice An exit's recipient is no address.
    error Pubdata_InvalidRecipient(uint256 index, uint256 recipient);
    /// @notice A route's third word has a bit above its fields.
    error Pubdata_InvalidRoute(uint256 index, uint256 word);

    /// @dev Fields of a queue op's first two words that a chain has to know.
    struct QueueOp {
        /// @dev OP_NOOP: an empty slot; all else is 0 then.
        uint256 op;
        uint256 chain;
        uint256 token;
        uint256 amount;
        bool executed;
        bool covered;
        uint256 owner;
        uint256 payer;
        /// @dev The third word: a key, an exit's recipient, or whom a route pays and in what.
        uint256 last;
    }

    /// @return Words of a batch with so many slots for queue ops and for signed ops.
    function wordCount(uint256 queueSlots, uint256 signedSlots) internal pure returns (uint256) {
        return WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * queueSlots + WORDS_PER_SIGNED_OP * signedSlots;
    }

    /// @return number The batch's number.
    /// @return timestamp Unix seconds.
    /// @return suspended Mask of suspended chains: bit c is chain c's.
    function header(uint256 word) internal pure returns (uint64 number, uint64 timestamp, uint64 suspended) {
        number = uint64((word >> HEADER_NUMBER_OFFSET) & HEADER_NUMBER_MASK);
        timestamp = uint64((word >> HEADER_TIMESTAMP_OFFSET) & HEADER_TIMESTAMP_MASK);
        suspended = uint64((word >> HEADER_SUSPENDED_OFFSET) & HEADER_SUSPENDED_MASK);
    }

    /// @return y Σ words[k]·x^k in the field. Reverts on a word that is not below the field's order.
    function evaluate(uint256[] calldata words, uint256 x) internal pure returns (uint256 y) {
        bool tooLarge;
        // Assembly, for this is done for every word of every batch.
        assembly ("memory-safe") {
            let order := FIELD_ORDER
            let start := words.offset
            for {
                let at := add(start, shl(5, words.length))
            } gt(at, start) {} {
                at := sub(at, 0x20)
                let word := calldataload(at)
                y := addmod(mulmod(y, x, order), word, order)
                tooLarge := or(tooLarge, iszero(lt(word, order)))
            }
        }
        if (!tooLarge) return y;
        uint256 k = 0;
        while (words[k] < FIELD_ORDER) ++k;
        revert Pubdata_WordTooLarge(k, words[k]);
    }

    /// @return positions Of the batch's withdrawals among its words, in their order.
    function withdrawals(
        uint256[] calldata words,
        uint256 queueSlots
    ) internal pure returns (uint256[] memory positions) {
        uint256 first = wordCount(queueSlots, 0);
        uint256 codes = OP_WITHDRAW | OP_WITHDRAW_ZUSD;
        // Assembly, for this is done for every signed op of every batch.
        assembly ("memory-safe") {
            positions := mload(0x40)
            let next := add(positions, 0x20)
            let end := add(words.offset, shl(5, words.length))
            for {
                let at := add(words.offset, shl(5, first))
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                if and(calldataload(at), codes) {
                    mstore(next, shr(5, sub(at, words.offset)))
                    next := add(next, 0x20)
                }
            }
            mstore(positions, shr(5, sub(sub(next, positions), 0x20)))
            mstore(0x40, next)
        }
    }

    /// @return ops The batch's queue ops. Reverts on an undefined op code.
    function queueOps(uint256[] calldata words, uint256 queueSlots) internal pure returns (QueueOp[] memory ops) {
        ops = new QueueOp[](queueSlots);
        for (uint256 i = 0; i < queueSlots; ++i) ops[i] = queueOp(words, i);
    }

    /// @return op Queue op `i`. Reverts on an undefined op code.
    function queueOp(uint256[] calldata words, uint256 i) internal pure returns (QueueOp memory op) {
        uint256 at = WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * i;
        uint256 word0 = words[at];
        op.op = word0 & OP_MASK;
        if (op.op == OP_NOOP) return op;
        // The four codes follow each other.
        if (op.op < OP_DEPOSIT || op.op > OP_ROUTE) revert Pubdata_UnknownQueueOp(at, op.op);
        (uint256 word1, uint256 word2) = (words[at + 1], words[at + 2]);
        op.chain = (word0 >> DEPOSIT_0_CHAIN_OFFSET) & DEPOSIT_0_CHAIN_MASK;
        op.token = (word0 >> DEPOSIT_0_TOKEN_OFFSET) & DEPOSIT_0_TOKEN_MASK;
        op.amount = (word0 >> DEPOSIT_0_AMOUNT_OFFSET) & DEPOSIT_0_AMOUNT_MASK;
        op.executed = (word0 >> DEPOSIT_0_EXECUTED_OFFSET) & DEPOSIT_0_EXECUTED_MASK == 1;
        op.covered = (word0 >> DEPOSIT_0_COVERED_OFFSET) & DEPOSIT_0_COVERED_MASK == 1;
        op.owner = (word1 >> DEPOSIT_1_OWNER_OFFSET) & DEPOSIT_1_OWNER_MASK;
        op.payer = (word1 >> EXIT_1_PAYER_OFFSET) & EXIT_1_PAYER_MASK;
        op.last = word2;
        if (op.op == OP_FULL_EXIT && word2 >> ADDRESS_BITS != 0) revert Pubdata_InvalidRecipient(at + 2, word2);
        if (op.op == OP_ROUTE && word2 >> ROUTE_2_BITS != 0) revert Pubdata_InvalidRoute(at + 2, word2);
    }

    /// @notice Appends a batch's requests of one chain to a rolling queue head.
    /// @return newHead The head after them.
    /// @return taken How many there are.
    function consume(
        uint256[] calldata words,
        uint256 queueSlots,
        uint256 chain,
        bytes32 head
    ) internal pure returns (bytes32 newHead, uint256 taken) {
        newHead = head;
        for (uint256 i = 0; i < queueSlots; ++i) {
            uint256 at = WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * i;
            uint256 word0 = words[at];
            if (!_isRequestOf(word0, chain)) continue;
            newHead = append(newHead, requestHash(word0, words[at + 1], words[at + 2]));
            ++taken;
        }
    }

    /// @return count Requests in the batch: of one chain, or of all if `chain` is 0.
    function countRequests(
        uint256[] calldata words,
        uint256 queueSlots,
        uint256 chain
    ) internal pure returns (uint256 count) {
        for (uint256 i = 0; i < queueSlots; ++i) {
            uint256 word0 = words[WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * i];
            if (chain == 0 ? word0 & OP_MASK != OP_NOOP : _isRequestOf(word0, chain)) ++count;
        }
    }

    /// @return Hash of a request: of what the requester chose in the op's words.
    function requestHash(uint256 word0, uint256 word1, uint256 word2) internal pure returns (bytes32) {
        uint256 op = word0 & OP_MASK;
        uint256 mask = op == OP_DEPOSIT || op == OP_ROUTE ? DEPOSIT_REQUEST_MASK : REQUEST_0_MASK;
        return _hash(word0 & mask, word1 & REQUEST_1_MASK, word2);
    }

    /// @return Queue head after one more request.
    function append(bytes32 head, bytes32 request) internal pure returns (bytes32) {
        return Hashes.efficientKeccak256(head, request);
    }

    /// @return Queue head after all of `requests`.
    function appendAll(bytes32 head, bytes32[] calldata requests) internal pure returns (bytes32) {
        for (uint256 i = 0; i < requests.length; ++i) head = append(head, requests[i]);
        return head;
    }

    /// @param ops As `queueOps` reads them.
    /// @param positions As `withdrawals` finds them.
    /// @return hash Outbox hash of what a batch pays on `chain`: for its queue ops, then its withdrawals; 0: nothing.
    function outboxHash(
        uint256[] calldata words,
        QueueOp[] memory ops,
        uint256[] memory positions,
        uint256 chain
    ) internal pure returns (bytes32 hash) {
        uint256 firstSigned = wordCount(ops.length, 0);
        for (uint256 i = positions.length; i > 0;) {
            unchecked {
                --i;
            }
            uint256 word = words[positions[i]];
            uint256 op = word & OP_MASK;
            if (op == OP_WITHDRAW + chain || op == OP_WITHDRAW_ZUSD + chain) {
                (uint256 amount, uint256 minOut) = withdrawn(words, positions[i], firstSigned);
                hash = chainPayment(_withdrawal(word, chain, minOut), amount, hash);
            }
        }
        for (uint256 i = ops.length; i > 0;) {
            unchecked {
                --i;
            }
            QueueOp memory op = ops[i];
            if (!op.executed) {
                if (_isRefund(op, chain)) hash = chainPayment(_payment(op.owner, op.token, 0, 0), op.amount, hash);
            } else if (op.payer == chain) {
                if (op.op == OP_FULL_EXIT) hash = chainPayment(_payment(op.last, op.token, 0, 0), op.amount, hash);
                if (op.op == OP_ROUTE) hash = chainPayment(_routed(op.last), op.amount, hash);
            }
        }
    }

    /// @notice Amount of the withdrawal at `at`: its own, or the exact one in the second word of its pair of slots.
    /// @return amount In the token's own units.
    /// @return minOut Packed amount: the least to accept from a redemption; 0 if there is none.
    function withdrawn(
        uint256[] calldata words,
        uint256 at,
        uint256 firstSigned
    ) internal pure returns (uint256 amount, uint256 minOut) {
        if ((at - firstSigned) % 2 == 0 && at + 1 < words.length) {
            uint256 second = words[at + 1];
            if (second & OP_MASK == OP_EXACT) {
                amount = (second >> EXACT_AMOUNT_OFFSET) & EXACT_AMOUNT_MASK;
                minOut = (second >> EXACT_MIN_OUT_OFFSET) & EXACT_MIN_OUT_MASK;
                return (amount, minOut);
            }
        }
        uint256 packed = (words[at] >> WITHDRAW_AMOUNT_OFFSET) & WITHDRAW_AMOUNT_MASK;
        // Below 2^35 · 10^31 < 2^138.
        amount = PackedAmount.unpack(packed);
        if (amount > type(uint128).max) revert Pubdata_AmountTooLarge(at, amount);
    }

    /// @param word Everything of the payment but the amount.
    /// @return Outbox hash of one payment and what follows it.
    function chainPayment(uint256 word, uint256 amount, bytes32 rest) internal pure returns (bytes32) {
        return _hash(word, amount, uint256(rest));
    }

    /// @dev keccak256 of three 32-byte words, without an encoding in memory that stays: for every request and payment of a batch.
    function _hash(uint256 a, uint256 b, uint256 c) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore(at, a)
            mstore(add(at, 0x20), b)
            mstore(add(at, 0x40), c)
            hash := keccak256(at, 0x60)
        }
    }

    /// @dev A withdrawal's payment without its amount.
    function _withdrawal(uint256 word, uint256 chain, uint256 minOut) private pure returns (uint256) {
        uint256 recipient = (word >> WITHDRAW_RECIPIENT_OFFSET) & WITHDRAW_RECIPIENT_MASK;
        uint256 asset = (word >> WITHDRAW_ASSET_OFFSET) & WITHDRAW_ASSET_MASK;
        bool isZusd = word & OP_MASK > OP_WITHDRAW_ZUSD;
        return
            isZusd
                ? _payment(recipient, ZUSD, asset, minOut)
                : _payment(recipient, (chain << LOCAL_TOKEN_BITS) | asset, 0, 0);
    }

    /// @dev A route's payment without its amount.
    function _routed(uint256 word) private pure returns (uint256) {
        uint256 recipient = (word >> ROUTE_2_RECIPIENT_OFFSET) & ROUTE_2_RECIPIENT_MASK;
        uint256 into = (word >> ROUTE_2_INTO_OFFSET) & ROUTE_2_INTO_MASK;
        uint256 minOut = (word >> ROUTE_2_MIN_OUT_OFFSET) & ROUTE_2_MIN_OUT_MASK;
        return _payment(recipient, ZUSD, into, minOut);
    }

    function _payment(uint256 recipient, uint256 token, uint256 into, uint256 minOut) private pure returns (uint256) {
        return
            (recipient << PAYMENT_RECIPIENT_OFFSET) |
            (token << PAYMENT_TOKEN_OFFSET) |
            (into << PAYMENT_INTO_OFFSET) |
            (minOut << PAYMENT_MIN_OUT_OFFSET);
    }

    /// @dev Whether an op that is not executed is refunded by this chain: a deposit or a route that came in here. One of a foreign token cannot
    ///   come from this chain's vault.
    function _isRefund(QueueOp memory op, uint256 chain) private pure returns (bool) {
        if (op.chain != chain || (op.op != OP_DEPOSIT && op.op != OP_ROUTE)) return false;
        return op.token == ZUSD || op.token >> LOCAL_TOKEN_BITS == chain;
    }

    function _isRequestOf(uint256 word0, uint256 chain) private pure returns (bool) {
        return word0 & OP_MASK != OP_NOOP && (word0 >> DEPOSIT_0_CHAIN_OFFSET) & DEPOSIT_0_CHAIN_MASK == chain;
    }
}
