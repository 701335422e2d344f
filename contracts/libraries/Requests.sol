// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {
    ADDRESS_BITS,
    DEPOSIT_0_ACCOUNT_MASK,
    DEPOSIT_0_ACCOUNT_OFFSET,
    DEPOSIT_0_AMOUNT_MASK,
    DEPOSIT_0_AMOUNT_OFFSET,
    DEPOSIT_0_CELL_MASK,
    DEPOSIT_0_CELL_OFFSET,
    DEPOSIT_0_CHAIN_MASK,
    DEPOSIT_0_CHAIN_OFFSET,
    DEPOSIT_0_TOKEN_MASK,
    DEPOSIT_0_TOKEN_OFFSET,
    DEPOSIT_AMOUNT_BITS,
    DEPOSIT_REQUEST_MASK,
    EXIT_1_OWNER_MASK,
    EXIT_1_PAYER_MASK,
    EXIT_1_PAYER_OFFSET,
    FIELD_ORDER,
    LOCAL_TOKEN_BITS,
    OP_DEPOSIT,
    OP_FULL_EXIT,
    OP_MASK,
    OP_ROUTE,
    OP_SET_KEY,
    REQUEST_0_MASK,
    REQUEST_1_MASK,
    ROUTE_1_DEADLINE_OFFSET,
    ROUTE_2_BITS,
    ROUTE_2_INTO_MASK,
    ROUTE_2_INTO_OFFSET,
    ROUTE_2_MIN_OUT_MASK,
    ROUTE_2_MIN_OUT_OFFSET,
    ROUTE_2_RECIPIENT_MASK,
    ROUTE_2_RECIPIENT_OFFSET,
    ZUSD
} from "../generated/Spec.sol";

/// @title Requests as three words: what a chain's queue may hold
/// @notice Any request that passes `check` can be consumed by a batch: it is executed, or changes nothing, or is refunded. So
///   it can block none.
library Requests {
    /// @notice A request's words are no request: an undefined op code, or a bit that the op does not use.
    error Requests_Malformed(uint256 word0, uint256 word1);
    /// @notice The request is of another chain.
    error Requests_WrongChain(uint256 expected, uint256 actual);
    /// @notice The owner is the zero address.
    error Requests_ZeroOwner();
    /// @notice The recipient is no address, or the zero address.
    error Requests_InvalidRecipient(uint256 recipient);
    /// @notice The account index is not below N/4, or is 0 where a request must name one.
    error Requests_AccountOutOfRange(uint256 account);
    /// @notice The balance cell index is not below N/2, or is 0 where a request must name one.
    error Requests_CellOutOfRange(uint256 cell);
    /// @notice A new account has no balance cell yet: the cell must be 0.
    error Requests_CellWithoutAccount(uint256 cell);
    /// @notice The amount is 0, or not below 2^104.
    error Requests_AmountOutOfRange(uint256 amount);
    /// @notice The key is not below the field's order.
    error Requests_KeyOutOfRange(uint256 key);
    /// @notice The token cannot be deposited or paid on this chain: neither one of its own nor zUSD. Of a route: not zUSD.
    error Requests_WrongToken(uint256 token, uint256 chain);
    /// @notice A route names no chain that pays.
    error Requests_NoPayer();
    /// @notice A route's third word is no payment: a bit above its fields, or a least output with no token to redeem into.
    error Requests_InvalidPayment(uint256 word2);

    /// @notice First word of a request.
    /// @dev Warning: fields must fit their bits; `checkIndices` sees to the indices.
    function word0(
        uint256 op,
        uint256 chain,
        uint256 account,
        uint256 cell,
        uint256 token,
        uint256 amount
    ) internal pure returns (uint256) {
        return
            op |
            (chain << DEPOSIT_0_CHAIN_OFFSET) |
            (account << DEPOSIT_0_ACCOUNT_OFFSET) |
            (cell << DEPOSIT_0_CELL_OFFSET) |
            (token << DEPOSIT_0_TOKEN_OFFSET) |
            (amount << DEPOSIT_0_AMOUNT_OFFSET);
    }

    /// @notice Second word of a request.
    /// @param payer Chain that pays an exit; else 0.
    function word1(address owner, uint256 payer) internal pure returns (uint256) {
        return uint256(uint160(owner)) | (payer << EXIT_1_PAYER_OFFSET);
    }

    /// @notice Second word of a route.
    /// @param payer Destination chain.
    /// @param deadline Last batch timestamp at which it executes, below 2^40.
    function routeWord1(address owner, uint256 payer, uint256 deadline) internal pure returns (uint256) {
        return word1(owner, payer) | (deadline << ROUTE_1_DEADLINE_OFFSET);
    }

    /// @notice Third word of a route.
    /// @param into Local number of a token of the destination, below 2^10; 0: zUSD.
    /// @param minOut Packed amount.
    function routeWord2(address recipient, uint256 into, uint256 minOut) internal pure returns (uint256) {
        return uint256(uint160(recipient)) | (into << ROUTE_2_INTO_OFFSET) | (minOut << ROUTE_2_MIN_OUT_OFFSET);
    }

    /// @notice That indices fit a state of 2^cellBits cells, and so their bits.
    function checkIndices(uint256 account, uint256 cell, uint256 cellBits) internal pure {
        if (account >> (cellBits - 2) != 0) revert Requests_AccountOutOfRange(account);
        if (cell >> (cellBits - 1) != 0) revert Requests_CellOutOfRange(cell);
    }

    /// @notice That the words are a request which a vault of `chain` may queue.
    function check(uint256 first, uint256 second, uint256 third, uint256 chain, uint256 cellBits) internal pure {
        uint256 op = first & OP_MASK;
        uint256 account = (first >> DEPOSIT_0_ACCOUNT_OFFSET) & DEPOSIT_0_ACCOUNT_MASK;
        uint256 cell = (first >> DEPOSIT_0_CELL_OFFSET) & DEPOSIT_0_CELL_MASK;
        uint256 token = (first >> DEPOSIT_0_TOKEN_OFFSET) & DEPOSIT_0_TOKEN_MASK;
        if (second & ~_chosenInSecond(op) != 0) revert Requests_Malformed(first, second);
        if (second & EXIT_1_OWNER_MASK == 0) revert Requests_ZeroOwner();
        uint256 ofChain = (first >> DEPOSIT_0_CHAIN_OFFSET) & DEPOSIT_0_CHAIN_MASK;
        if (ofChain != chain) revert Requests_WrongChain(chain, ofChain);
        checkIndices(account, cell, cellBits);

        if (op == OP_DEPOSIT) {
            if (first & ~DEPOSIT_REQUEST_MASK != 0) revert Requests_Malformed(first, second);
            _requirePaidOn(token, chain);
            _requireAmount(first);
            if (account == 0 && cell != 0) revert Requests_CellWithoutAccount(cell);
            if (third >= FIELD_ORDER) revert Requests_KeyOutOfRange(third);
            return;
        }
        if (op == OP_ROUTE) {
            if (first & ~DEPOSIT_REQUEST_MASK != 0 || account | cell != 0) revert Requests_Malformed(first, second);
            if (token != ZUSD) revert Requests_WrongToken(token, chain);
            _requireAmount(first);
            if ((second >> EXIT_1_PAYER_OFFSET) & EXIT_1_PAYER_MASK == 0) revert Requests_NoPayer();
            _requirePayment(third);
            return;
        }
        if (first & ~REQUEST_0_MASK != 0) revert Requests_Malformed(first, second);
        if (account == 0) revert Requests_AccountOutOfRange(account);
        if (op == OP_SET_KEY) {
            if (cell | token != 0) revert Requests_Malformed(first, second);
            if (third >= FIELD_ORDER) revert Requests_KeyOutOfRange(third);
        } else if (op == OP_FULL_EXIT) {
            if (cell == 0) revert Requests_CellOutOfRange(cell);
            if (third == 0 || third >> ADDRESS_BITS != 0) revert Requests_InvalidRecipient(third);
            _requirePaidOn(token, (second >> EXIT_1_PAYER_OFFSET) & EXIT_1_PAYER_MASK);
        } else {
            revert Requests_Malformed(first, second);
        }
    }

    /// @return Bits of the second word that the requester of an op may use.
    function _chosenInSecond(uint256 op) private pure returns (uint256) {
        if (op == OP_ROUTE) return REQUEST_1_MASK;
        return op == OP_FULL_EXIT ? EXIT_1_OWNER_MASK | (EXIT_1_PAYER_MASK << EXIT_1_PAYER_OFFSET) : EXIT_1_OWNER_MASK;
    }

    function _requireAmount(uint256 first) private pure {
        uint256 amount = (first >> DEPOSIT_0_AMOUNT_OFFSET) & DEPOSIT_0_AMOUNT_MASK;
        if (amount == 0 || amount >> DEPOSIT_AMOUNT_BITS != 0) revert Requests_AmountOutOfRange(amount);
    }

    /// @dev Whom a route pays and in what. minOut needs not be packed with the smallest exponent: it is paid as it stands.
    function _requirePayment(uint256 third) private pure {
        uint256 recipient = (third >> ROUTE_2_RECIPIENT_OFFSET) & ROUTE_2_RECIPIENT_MASK;
        uint256 into = (third >> ROUTE_2_INTO_OFFSET) & ROUTE_2_INTO_MASK;
        uint256 minOut = (third >> ROUTE_2_MIN_OUT_OFFSET) & ROUTE_2_MIN_OUT_MASK;
        if (recipient == 0) revert Requests_InvalidRecipient(recipient);
        if (third >> ROUTE_2_BITS != 0 || (into == 0 && minOut != 0)) revert Requests_InvalidPayment(third);
    }

    /// @dev The chain's own token, or zUSD.
    function _requirePaidOn(uint256 token, uint256 chain) private pure {
        if (chain == 0) revert Requests_WrongToken(token, chain);
        bool isOwn = token >> LOCAL_TOKEN_BITS == chain && token != chain << LOCAL_TOKEN_BITS;
        if (!isOwn && token != ZUSD) revert Requests_WrongToken(token, chain);
    }
}
