pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// Deposit: credits a request of a chain's queue, if and only if all its conditions hold; else it changes nothing, and is refunded.
//
// | signal                  | meaning                                                                     |
// | ----------------------- | --------------------------------------------------------------------------- |
// | chain ... usedAccount   | fields of the words, see `QueueWords`                                       |
// | isNewAccount, isNewCell | bits: account = 0, cell = 0                                                 |
// | isZusd, isOwnChain      | bits: the token is zUSD; its chain is the queue's                           |
// | kind                    | of the used account's owner                                                 |
// | cellMatches             | bit: the used cell is the used account's and has the token                  |
// | noAccount, noBalance    | bits: no room                                                               |
// | balanceFits             | bit: the new balance is below 2^128                                         |
// | fits                    | bit: all conditions hold, but for what the ledger says of zUSD              |
template DepositFits() {
    signal input chain;
    signal input local;
    signal input isNewAccount;
    signal input isNewCell;
    signal input isZusd;
    signal input isOwnChain;
    signal input kind;
    signal input cellMatches;
    signal input noAccount;
    signal input noBalance;
    signal input balanceFits;
    signal output fits;

    // A. The token is one of the queue's chain, or zUSD. (Of chain 0, where both hold, there is no queue.)
    signal noChain <== IsZero()(chain);
    signal noLocal <== IsZero()(local);
    signal tokenFits <== isZusd + isOwnChain * (1 - noLocal);

    // B. The account is of kind user; a new one has room and no named cell.
    signal isUser <== IsEqual()(kind, KIND_USER());
    signal accountRoom <== isNewCell * (1 - noAccount);
    signal accountFits <== Select()(isNewAccount, accountRoom, isUser);

    // C. The cell is the account's and has the token; a new one has room. (A named cell with a new account fails in B, so that
    //    usedAccount ≠ 0 here.)
    signal cellFits <== Select()(isNewCell, 1 - noBalance, cellMatches);

    fits <== Product(5)([1 - noChain, tokenFits, accountFits, cellFits, balanceFits]);
}
