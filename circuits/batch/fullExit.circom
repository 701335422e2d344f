pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// FullExit: pays a cell out to whom its owner named, if and only if all conditions hold; else it changes nothing.
//
// | signal            | meaning                                                                        |
// | ----------------- | ------------------------------------------------------------------------------ |
// | enabled           | bit: the op is a FullExit                                                      |
// | tokenChain ... covered | fields of the words, see `QueueWords`                                     |
// | isZusd            | bit: the token is zUSD                                                         |
// | isByOwner         | bit: the account is a user's, owned by who asked, at home on the queue's chain |
// | cellMatches       | bit: the named cell is the named account's and has the token                   |
// | payerSuspended    | bit                                                                            |
// | balance           | of the cell                                                                    |
// | fits              | bit: all conditions hold                                                       |
// | left              | what the prover's claim leaves, to be shown to be in [0, 2^128)                |
//
// The whole balance leaves, or less and `covered` is 0: then every rollup checks that it is all that the ledger holds.
template FullExit() {
    signal input enabled;
    signal input tokenChain;
    signal input payer;
    signal input amount;
    signal input executed;
    signal input covered;
    signal input isZusd;
    signal input isByOwner;
    signal input cellMatches;
    signal input payerSuspended;
    signal input balance;
    signal output fits;
    signal output left;

    // A. The payer is the token's chain, or any for zUSD.
    signal noPayer <== IsZero()(payer);
    signal isTokenChain <== IsEqual()(payer, tokenChain);
    signal payerFits <== SelectOr(1)(1 - isZusd, isTokenChain);
    fits <== Product(5)([isByOwner, cellMatches, 1 - noPayer, payerFits, 1 - payerSuspended]);

    // B. The amount: executed and covered, the balance; executed and not covered, less than the balance; else 0, and covered.
    signal exits <== enabled * executed;
    signal nothing <== enabled - exits;
    nothing * amount === 0;
    nothing * (1 - covered) === 0;
    signal difference <== balance - amount;
    signal exitsAll <== exits * covered;
    exitsAll * difference === 0;
    left <== difference - 1 + covered;
}
