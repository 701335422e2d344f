pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// Route: takes zUSD in on one chain and pays it out on another, or the same, if and only if all conditions hold; else it is refunded.
//
// | signal              | meaning                                                |
// | ------------------- | ------------------------------------------------------ |
// | chain ... covered   | fields of the words, see `QueueWords`                  |
// | isZusd              | bit: the token is zUSD                                 |
// | payerSuspended      | bit                                                    |
// | timestamp, deadline | unix seconds, ranged to 40 bits                        |
// | fits                | bit: all conditions hold, and the ledger covers it     |
template RouteFits() {
    signal input chain;
    signal input payer;
    signal input covered;
    signal input isZusd;
    signal input payerSuspended;
    signal input timestamp;
    signal input deadline;
    signal output fits;

    signal noChain <== IsZero()(chain);
    signal noPayer <== IsZero()(payer);

    // timestamp ≤ deadline: moved into the range of a comparison, where the deadline itself is 2^40 - 1.
    signal moved <== timestamp - deadline + 2 ** TIMESTAMP_BITS() - 1;
    signal inTime <== Fits(TIMESTAMP_BITS())(moved);

    fits <== Product(6)([1 - noChain, 1 - noPayer, covered, isZusd, 1 - payerSuspended, inTime]);
}
