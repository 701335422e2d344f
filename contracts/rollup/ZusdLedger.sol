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
        for (uint256 i = 0; i < ops.length; ++i) {
            Pubdata.QueueOp memory op = ops[i];
            if (op.op == OP_NOOP) continue;
            if (op.token != ZUSD) {
                if (!op.covered) revert ZusdLedger_WrongFlag(i, true);
            } else if (op.op == OP_DEPOSIT) {
                _applyDeposit(op, i, number);
            } else if (op.op == OP_ROUTE) {
                _applyRoute(op, i, number);
            } else {
                _applyExit(op, i);
            }
        }
        uint256 firstSigned = Pubdata.wordCount(ops.length, 0);
        for (uint256 i = 0; i < withdrawals.length; ++i) {
            uint256 op = words[withdrawals[i]] & OP_MASK;
            if (op < OP_WITHDRAW_ZUSD) continue;
            (uint256 amount, ) = Pubdata.withdrawn(words, withdrawals[i], firstSigned);
            _take(uint8(op - OP_WITHDRAW_ZUSD), amount);
        }
    }

    /// @dev A deposit is covered if and only if the cap leaves room for it.
    function _applyDeposit(Pubdata.QueueOp memory op, uint256 i, uint64 number) private {
        uint8 chain = uint8(op.chain);
        uint256 after_ = issued[chain] + op.amount;
        _requireFlag(op, i, after_ <= capOf(chain, number));
        if (op.executed) issued[chain] = after_;
    }

    /// @dev A route is covered if and only if the cap leaves room for it and, with it, enough is issued to where it leaves.
    function _applyRoute(Pubdata.QueueOp memory op, uint256 i, uint64 number) private {
        (uint8 source, uint8 destination) = (uint8(op.chain), uint8(op.payer));
        uint256 after_ = issued[source] + op.amount;
        uint256 there = source == destination ? after_ : issued[destination];
        _requireFlag(op, i, after_ <= capOf(source, number) && op.amount <= there);
        if (!op.executed || source == destination) return;
        issued[source] = after_;
        issued[destination] = there - op.amount;
    }

    /// @dev An exit (a SetKey has no token) that is covered pays the whole balance; one that is not, which is proven to be more, all there is.
    function _applyExit(Pubdata.QueueOp memory op, uint256 i) private {
        uint8 payer = uint8(op.payer);
        if (!op.covered && op.amount != issued[payer]) revert ZusdLedger_NotAll(i, issued[payer], op.amount);
        if (op.executed) _take(payer, op.amount);
    }

    function _requireFlag(Pubdata.QueueOp memory op, uint256 i, bool covered) private pure {
        if (op.covered != covered) revert ZusdLedger_WrongFlag(i, covered);
    }

    function _take(uint8 chain, uint256 amount) private {
        uint256 before = issued[chain];
        if (amount > before) revert ZusdLedger_NotIssued(chain, before, amount);
        issued[chain] = before - amount;
    }
}
