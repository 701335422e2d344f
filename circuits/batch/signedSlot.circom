pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/eddsa.circom";
include "../lib/omega.circom";
include "../lib/poseidon.circom";
include "../lib/range.circom";
include "cells.circom";
include "fees.circom";
include "open.circom";
include "rules.circom";
include "signedWord.circom";
include "suspension.circom";
include "transfer.circom";
include "withdraw.circom";

// A slot for a signed op: Noop, Transfer or Withdraw; Open in even slots; and in odd ones OpenTo, after an Open, or Exact, after a Withdraw.
//
// | signal          | meaning                                                                          |
// | --------------- | -------------------------------------------------------------------------------- |
// | word            | the op's word                                                                    |
// | secondWord      | even slots: the next slot's word                                                 |
// | nextCell        | even slots: `index` of the next slot                                             |
// | nextIsExact, nextExact, nextMinOut | even slots: `isExact`, `exact`, `minOut` of the next slot     |
// | domain          | value of the domain cell                                                         |
// | timestamp       | the header's                                                                     |
// | suspended       | the header's mask of suspended chains, by bytes                                  |
// | slotToken       | tokens of the fee slots                                                          |
// | expiry          | last timestamp at which the op is valid; 0 when nothing is signed                |
// | keyX, r8x, r8y, s | x of the key, and the signature; a dummy when nothing is signed                |
// | value           | values read by the slot's three accesses                                         |
// | cell, power     | their cells c, below N, and ω^c                                                  |
// | written         | values written                                                                   |
// | isOpen, isOpenTo | bits; an OpenTo stands exactly after an Open (checked by `Batch`)               |
// | index           | the word's first cell index                                                      |
// | isExact         | bit: an Exact; `exact` and `minOut` are its fields, 0 in other ops               |
// | feePaid         | into each fee slot                                                               |
//
// Accesses: (1) key cell of the paying cell's account; OpenTo: owner cell of the named account. (2) The paying cell; OpenTo: the new one.
// (3) Transfer: the receiving cell; Open: the counters; else balance cell 0. The paying cell of a Noop and an Exact is balance cell 0, of
// account 0.
template SignedSlot(cellBits, odd) {
    signal input word;
    signal input secondWord;
    signal input nextCell;
    signal input nextIsExact;
    signal input nextExact;
    signal input nextMinOut;
    signal input domain;
    signal input timestamp;
    signal input suspended[SUSPENDED_BYTES()];
    signal input slotToken[FEE_SLOTS()];
    signal input expiry;
    signal input keyX;
    signal input r8x;
    signal input r8y;
    signal input s;
    signal input value[3];
    signal output cell[3];
    signal output power[3];
    signal output written[3];
    signal output isOpen;
    signal output isOpenTo;
    signal output index;
    signal output isExact;
    signal output exact;
    signal output minOut;
    signal output feePaid[FEE_SLOTS()];

    var firstBalance = 2 ** (cellBits - 1);

    // A. The word.
    component op = SignedWord(cellBits, odd);
    op.word <== word;
    isOpen <== op.isOpen;
    isOpenTo <== op.isOpenTo;
    index <== op.index;
    isExact <== op.isExact;
    exact <== op.exact;
    minOut <== op.isExact * op.packedAmount;
    signal isSecond <== op.isOpenTo + op.isExact;
    signal signs <== 1 - op.isNoop - isSecond;

    // B. The cells read, in full. Any op's second and third access read a balance cell, or counters, which decode as one.
    component from = BalanceCell(cellBits);
    from.value <== value[1];
    component other = BalanceCell(cellBits);
    other.value <== value[2];

    // C. Which cells they are. ω^(N/2) = −1, and the counters are in cell 0.
    //    An OpenTo's new cell holds 0, so `from` has no account then.
    signal named <== op.isOpenTo * op.account;
    signal holder <== from.account + named;
    signal holderBits[cellBits - 2] <== ToBits(cellBits - 2)(holder);
    signal holderPower <== OmegaPower(cellBits, cellBits - 2, 1)(holderBits);
    cell[0] <== 2 * holder + op.isOpenTo;
    power[0] <== holderPower * (1 + (omega(cellBits) - 1) * op.isOpenTo);

    signal indexPower <== OmegaPower(cellBits, cellBits - 1, 0)(op.indexBits);
    cell[1] <== firstBalance + op.index;
    power[1] <== -indexPower;

    signal toPower <== OmegaPower(cellBits, cellBits - 1, 0)(op.toBits);
    signal toChange <== op.isTransfer * (toPower - 1);
    cell[2] <== firstBalance + op.to - firstBalance * op.isOpen;
    power[2] <== -1 - toChange + 2 * op.isOpen;

    // D. The ops.
    component transfer = Transfer();
    transfer.enabled <== op.isTransfer;
    transfer.account <== op.account;
    transfer.fromToken <== from.token;
    transfer.toAccount <== other.account;
    transfer.toToken <== other.token;
    transfer.amount <== op.amount;

    component withdraw = Withdraw();
    withdraw.enabled <== op.isWithdraw;
    withdraw.isZusd <== op.isZusd;
    withdraw.chain <== op.chain;
    withdraw.asset <== op.asset;
    withdraw.fromChain <== from.chain;
    withdraw.fromLocal <== from.local;
    withdraw.packedAmount <== op.packedAmount;
    withdraw.amount <== op.amount;
    withdraw.nextIsExact <== nextIsExact;
    withdraw.nextExact <== nextExact;
    withdraw.nextMinOut <== nextMinOut;

    signal countersChange;
    signal newCell;
    if (odd) {
        component openTo = OpenTo();
        openTo.enabled <== op.isOpenTo;
        openTo.token <== op.packedAmount;
        openTo.account <== op.account;
        openTo.ownerCell <== value[0];
        openTo.oldCell <== value[1];
        newCell <== openTo.change;
        countersChange <== 0;
    } else {
        component open = Open(cellBits);
        open.enabled <== op.isOpen;
        open.counters <== value[2];
        open.nextCell <== nextCell;
        countersChange <== open.change;
        newCell <== 0;
    }

    // E. What every signed op does: it is of a user's cell, in time, uses a nonce up, and pays a fee. Nothing of a suspended chain moves: of the
    //    token's or, as zUSD has none, of the one it leaves for.
    AssertNotZeroIf()(signs, from.account);
    AssertNotZeroIf()(signs, 2 ** NONCE_BITS() - 1 - from.nonce);
    Range(TIMESTAMP_BITS())(expiry);
    signal timeLeft <== expiry - timestamp;
    Range(TIMESTAMP_BITS())(signs * timeLeft);
    signal leavesFor <== op.isZusd * op.chain;
    signal touchedBits[CHAIN_BITS()] <== ToBits(CHAIN_BITS())(from.chain + leavesFor);
    signal touchesSuspended <== IsSuspended()(suspended, touchedBits);
    signs * touchesSuspended === 0;
    component fee = Fee();
    fee.token <== from.token;
    fee.fee <== op.fee;
    fee.slotToken <== slotToken;
    feePaid <== fee.paid;

    // F. The signature, over the domain and every word of the op, by the key in the key cell.
    signal tailLow <== expiry + 2 ** AT_MESSAGE_TAIL_NONCE() * from.nonce;
    signal tail <== tailLow + 2 ** AT_MESSAGE_TAIL_TOKEN() * from.token + 2 ** AT_MESSAGE_TAIL_TAG() * MESSAGE_TAG();
    signal hasSecond <== op.isOpen + nextIsExact;
    signal signedSecond <== hasSecond * secondWord;
    signal message <== Poseidon(4)([domain, word, signedSecond, tail]);
    EdDSAVerify()(signs, keyX, value[0], s, r8x, r8y, message);

    // G. What is written. Both new balances are ranged; the nonce is by E.
    signal moved <== transfer.moved + withdraw.moved;
    signal debit <== moved + fee.out;
    signal fromBalance <== from.balance - debit;
    Range(BALANCE_BITS())(fromBalance);
    signal otherBalance <== other.balance + transfer.moved;
    Range(BALANCE_BITS())(otherBalance);

    written[0] <== value[0];
    signal nonceUsed <== value[1] + 2 ** AT_BALANCE_CELL_NONCE() * signs;
    signal paid <== nonceUsed - debit;
    written[1] <== paid + newCell;
    signal received <== value[2] + transfer.moved;
    written[2] <== received + countersChange;
}
