// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {CHAIN_MASK, OP_DEPOSIT, OP_MASK, OP_NOOP, OP_ROUTE, OP_WITHDRAW_ZUSD, ZUSD} from "../generated/Spec.sol";
import {IZusdLedger} from "../interfaces/IZusdLedger.sol";
import {Pubdata} from "../libraries/Pubdata.sol";

/// @title See {IZusdLedger}
abstract contract ZusdLedger is IZusdLedger {
    /// @dev One storage slot. `next` holds from batch `from` on.
    struct Cap {
        uint104 current;
        uint104 next;
        uint48 from;
    }

    /// @dev The ledger in memory while a batch moves it: storage is read once for a chain, and written once.
    struct Books {
        uint64 number;
        /// @dev Bit c: chain c's issued and cap are read. Of chain 0, which no vault is of, there is nothing.
        uint256 open;
        uint256[CHAIN_MASK + 1] issued;
        uint256[CHAIN_MASK + 1] cap;
    }

    /// @inheritdoc IZusdLedger
    mapping(uint8 chain => uint256) public issued;
    mapping(uint8 chain => Cap) private _caps;

    /// @inheritdoc IZusdLedger
    function capOf(uint8 chain, uint64 number) public view returns (uint256) {
        Cap memory cap = _caps[chain];
        return number >= cap.from ? cap.next : cap.current;
    }

    /// @param latest Number of the latest batch.
    function _setCap(uint8 chain, uint104 cap, uint48 from, uint64 latest) internal {
        if (chain == 0 || chain > CHAIN_MASK) revert ZusdLedger_InvalidChain(chain);
        if (from <= latest) revert ZusdLedger_TooLate(from, latest);
        _caps[chain] = Cap(uint104(capOf(chain, latest)), cap, from);
        emit CapSet(chain, cap, from);
    }

    /// @notice Moves the ledger by a batch, op by op in the order of its words, and checks what they say of it.
    /// @param ops Its queue ops.
    /// @param withdrawals Positions of its withdrawals.
    function _applyToLedger(
        uint256[] calldata words,
        Pubdata.QueueOp[] memory ops,
        uint256[] memory withdrawals,
        uint64 number
    ) internal {
        Books memory books;
        books.number = number;
        for (uint256 i = 0; i < ops.length; ++i) {
            Pubdata.QueueOp memory op = ops[i];
            if (op.op == OP_NOOP) continue;
            if (op.token != ZUSD) {
                if (!op.covered) revert ZusdLedger_WrongFlag(i, true);
            } else if (op.op == OP_DEPOSIT) {
                _applyDeposit(books, op, i);
            } else if (op.op == OP_ROUTE) {
                _applyRoute(books, op, i);
            } else {
                _applyExit(books, op, i);
            }
        }
        uint256 firstSigned = Pubdata.wordCount(ops.length, 0);
        for (uint256 i = 0; i < withdrawals.length; ++i) {
            uint256 op = words[withdrawals[i]] & OP_MASK;
            if (op < OP_WITHDRAW_ZUSD) continue;
            (uint256 amount, ) = Pubdata.withdrawn(words, withdrawals[i], firstSigned);
            _take(books, op - OP_WITHDRAW_ZUSD, amount);
        }
        for (uint8 chain = 0; books.open >> chain != 0; ++chain) {
            if ((books.open >> chain) & 1 == 1) issued[chain] = books.issued[chain];
        }
    }

    /// @dev A deposit is covered if and only if the cap leaves room for it.
    function _applyDeposit(Books memory books, Pubdata.QueueOp memory op, uint256 i) private view {
        _open(books, op.chain);
        uint256 after_ = books.issued[op.chain] + op.amount;
        _requireFlag(op, i, after_ <= books.cap[op.chain]);
        if (op.executed) books.issued[op.chain] = after_;
    }

    /// @dev A route is covered if and only if the cap leaves room for it and, with it, enough is issued to where it leaves.
    function _applyRoute(Books memory books, Pubdata.QueueOp memory op, uint256 i) private view {
        (uint256 source, uint256 destination) = (op.chain, op.payer);
        _open(books, source);
        _open(books, destination);
        uint256 after_ = books.issued[source] + op.amount;
        uint256 there = source == destination ? after_ : books.issued[destination];
        _requireFlag(op, i, after_ <= books.cap[source] && op.amount <= there);
        if (!op.executed) return;
        books.issued[source] = after_;
        books.issued[destination] = there - op.amount;
    }

    /// @dev An exit (a SetKey has no token) that is covered pays the whole balance; one that is not, which is proven to be more, all there is.
    function _applyExit(Books memory books, Pubdata.QueueOp memory op, uint256 i) private view {
        _open(books, op.payer);
        uint256 all = books.issued[op.payer];
        if (!op.covered && op.amount != all) revert ZusdLedger_NotAll(i, all, op.amount);
        if (op.executed) _take(books, op.payer, op.amount);
    }

    function _take(Books memory books, uint256 chain, uint256 amount) private view {
        _open(books, chain);
        uint256 before = books.issued[chain];
        if (amount > before) revert ZusdLedger_NotIssued(uint8(chain), before, amount);
        books.issued[chain] = before - amount;
    }

    /// @dev Reads a chain's part of the ledger, once in a batch.
    function _open(Books memory books, uint256 chain) private view {
        if ((books.open >> chain) & 1 == 1) return;
        books.open |= 1 << chain;
        books.issued[chain] = issued[uint8(chain)];
        books.cap[chain] = capOf(uint8(chain), books.number);
    }

    function _requireFlag(Pubdata.QueueOp memory op, uint256 i, bool covered) private pure {
        if (op.covered != covered) revert ZusdLedger_WrongFlag(i, covered);
    }
}
