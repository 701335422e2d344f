// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {
    DEPOSIT_0_AMOUNT_MASK,
    DEPOSIT_0_AMOUNT_OFFSET,
    DEPOSIT_0_CHAIN_MASK,
    DEPOSIT_0_CHAIN_OFFSET,
    DEPOSIT_0_EXECUTED_MASK,
    DEPOSIT_0_EXECUTED_OFFSET,
    DEPOSIT_0_REQUEST_MASK,
    DEPOSIT_0_TOKEN_MASK,
    DEPOSIT_0_TOKEN_OFFSET,
    DEPOSIT_1_OWNER_MASK,
    DEPOSIT_1_OWNER_OFFSET,
    DEPOSIT_1_REQUEST_MASK,
    FIELD_ORDER,
    HEADER_NUMBER_MASK,
    HEADER_NUMBER_OFFSET,
    HEADER_TIMESTAMP_MASK,
    HEADER_TIMESTAMP_OFFSET,
    LOCAL_TOKEN_BITS,
    LOCAL_TOKEN_MASK,
    MANTISSA_BITS,
    MANTISSA_MASK,
    OP_DEPOSIT,
    OP_MASK,
    OP_NOOP,
    OP_WITHDRAW,
    WITHDRAW_AMOUNT_MASK,
    WITHDRAW_AMOUNT_OFFSET,
    WITHDRAW_ASSET_MASK,
    WITHDRAW_ASSET_OFFSET,
    WITHDRAW_RECIPIENT_MASK,
    WITHDRAW_RECIPIENT_OFFSET,
    WORDS_PER_BATCH,
    WORDS_PER_QUEUE_OP,
    WORDS_PER_SIGNED_OP
} from "../generated/Spec.sol";

/// @title Pubdata words: header, queue ops, signed ops
/// @notice What the words mean is proven; this library reads from them what a chain has to know, and fails closed on what
///   no proof can contain.
library Pubdata {
    /// @notice A word is not below the field's order.
    error Pubdata_WordTooLarge(uint256 index, uint256 word);
    /// @notice A queue op is neither a Noop nor a Deposit.
    error Pubdata_UnknownQueueOp(uint256 index, uint256 op);
    /// @notice A payment does not fit 128 bits.
    error Pubdata_AmountTooLarge(uint256 index, uint256 amount);

    /// @return Words of a batch with `queueOps` and `signedOps` slots.
    function wordCount(uint256 queueOps, uint256 signedOps) internal pure returns (uint256) {
        return WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * queueOps + WORDS_PER_SIGNED_OP * signedOps;
    }

    /// @return number The batch's number.
    /// @return timestamp Unix seconds.
    function header(uint256 word) internal pure returns (uint64 number, uint64 timestamp) {
        number = uint64((word >> HEADER_NUMBER_OFFSET) & HEADER_NUMBER_MASK);
        timestamp = uint64((word >> HEADER_TIMESTAMP_OFFSET) & HEADER_TIMESTAMP_MASK);
    }

    /// @return y Σ words[k]·x^k in the field. Reverts on a word that is not below the field's order.
    function evaluate(uint256[] calldata words, uint256 x) internal pure returns (uint256 y) {
        uint256 order = FIELD_ORDER;
        for (uint256 k = words.length; k != 0;) {
            unchecked {
                --k;
            }
            uint256 word;
            assembly ("memory-safe") {
                // k is below the length.
                word := calldataload(add(words.offset, shl(5, k)))
                y := addmod(mulmod(y, x, order), word, order)
            }
            if (word >= order) revert Pubdata_WordTooLarge(k, word);
        }
    }

    /// @notice Appends a batch's requests of one chain to a rolling queue head.
    /// @return newHead The head after them.
    /// @return taken How many there are.
    function consume(
        uint256[] calldata words,
        uint256 queueOps,
        uint256 chain,
        bytes32 head
    ) internal pure returns (bytes32 newHead, uint256 taken) {
        newHead = head;
        for (uint256 i = 0; i < queueOps; ++i) {
            (uint256 word0, uint256 at) = _queueOp(words, i);
            if (!_isDeposit(word0, at) || _depositChain(word0) != chain) continue;
            newHead = append(newHead, requestHash(word0, words[at + 1], words[at + 2]));
            ++taken;
        }
    }

    /// @return count Deposits in the batch: of one chain, or of all if `chain` is 0.
    function countRequests(
        uint256[] calldata words,
        uint256 queueOps,
        uint256 chain
    ) internal pure returns (uint256 count) {
        for (uint256 i = 0; i < queueOps; ++i) {
            (uint256 word0, uint256 at) = _queueOp(words, i);
            if (_isDeposit(word0, at) && (chain == 0 || _depositChain(word0) == chain)) ++count;
        }
    }

    /// @return Hash of a request: of what the requester chose in the deposit's words.
    function requestHash(uint256 word0, uint256 word1, uint256 word2) internal pure returns (bytes32) {
        return keccak256(abi.encode(word0 & DEPOSIT_0_REQUEST_MASK, word1 & DEPOSIT_1_REQUEST_MASK, word2));
    }

    /// @return Queue head after one more request.
    function append(bytes32 head, bytes32 request) internal pure returns (bytes32) {
        return keccak256(abi.encode(head, request));
    }

    /// @return Queue head after all of `requests`.
    function appendAll(bytes32 head, bytes32[] calldata requests) internal pure returns (bytes32) {
        for (uint256 i = 0; i < requests.length; ++i) head = append(head, requests[i]);
        return head;
    }

    /// @return hash Outbox hash of what a batch pays on `chain`: refunds of its queue ops, then withdrawals; 0: nothing.
    function outboxHash(
        uint256[] calldata words,
        uint256 queueOps,
        uint256 chain
    ) internal pure returns (bytes32 hash) {
        uint256 firstSigned = WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * queueOps;
        uint256 withdraw = OP_WITHDRAW + chain;
        for (uint256 at = words.length; at > firstSigned;) {
            unchecked {
                --at;
            }
            uint256 word;
            assembly ("memory-safe") {
                // Below the length.
                word := calldataload(add(words.offset, shl(5, at)))
            }
            if (word & OP_MASK == withdraw) hash = _withdrawal(word, at, hash);
        }
        for (uint256 i = queueOps; i > 0;) {
            unchecked {
                --i;
            }
            (uint256 word0, uint256 at) = _queueOp(words, i);
            if (_isRefund(word0, at, chain)) hash = _refund(word0, words[at + 1], hash);
        }
    }

    /// @return Outbox hash of one payment and what follows it.
    function chainPayment(
        uint256 token,
        uint256 recipient,
        uint256 amount,
        bytes32 rest
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(token, recipient, amount, rest));
    }

    function _withdrawal(uint256 word, uint256 at, bytes32 rest) private pure returns (bytes32) {
        uint256 packed = (word >> WITHDRAW_AMOUNT_OFFSET) & WITHDRAW_AMOUNT_MASK;
        // Below 2^35 · 10^31 < 2^138.
        uint256 amount = (packed & MANTISSA_MASK) * 10 ** (packed >> MANTISSA_BITS);
        if (amount > type(uint128).max) revert Pubdata_AmountTooLarge(at, amount);
        uint256 token = (word >> WITHDRAW_ASSET_OFFSET) & WITHDRAW_ASSET_MASK;
        return chainPayment(token, (word >> WITHDRAW_RECIPIENT_OFFSET) & WITHDRAW_RECIPIENT_MASK, amount, rest);
    }

    function _refund(uint256 word0, uint256 word1, bytes32 rest) private pure returns (bytes32) {
        uint256 token = _depositToken(word0) & LOCAL_TOKEN_MASK;
        uint256 amount = (word0 >> DEPOSIT_0_AMOUNT_OFFSET) & DEPOSIT_0_AMOUNT_MASK;
        return chainPayment(token, (word1 >> DEPOSIT_1_OWNER_OFFSET) & DEPOSIT_1_OWNER_MASK, amount, rest);
    }

    /// @dev A deposit of this chain that was not executed. One of a foreign token cannot come from this chain's vault.
    function _isRefund(uint256 word0, uint256 at, uint256 chain) private pure returns (bool) {
        return
            _isDeposit(word0, at) &&
            _depositChain(word0) == chain &&
            _depositToken(word0) >> LOCAL_TOKEN_BITS == chain &&
            (word0 >> DEPOSIT_0_EXECUTED_OFFSET) & DEPOSIT_0_EXECUTED_MASK == 0;
    }

    /// @return word0 First word of queue op `i`.
    /// @return at Its position.
    function _queueOp(uint256[] calldata words, uint256 i) private pure returns (uint256 word0, uint256 at) {
        at = WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * i;
        word0 = words[at];
    }

    function _isDeposit(uint256 word0, uint256 at) private pure returns (bool) {
        uint256 op = word0 & OP_MASK;
        if (op != OP_DEPOSIT && op != OP_NOOP) revert Pubdata_UnknownQueueOp(at, op);
        return op == OP_DEPOSIT;
    }

    function _depositChain(uint256 word0) private pure returns (uint256) {
        return (word0 >> DEPOSIT_0_CHAIN_OFFSET) & DEPOSIT_0_CHAIN_MASK;
    }

    function _depositToken(uint256 word0) private pure returns (uint256) {
        return (word0 >> DEPOSIT_0_TOKEN_OFFSET) & DEPOSIT_0_TOKEN_MASK;
    }
}
