pragma circom 2.2.0;

include "../lib/range.circom";
include "rules.circom";

// Withdraw: `amount` leaves the rollup for the token's own chain.
//
// | signal               | meaning                                            |
// | -------------------- | -------------------------------------------------- |
// | enabled              | bit: the op is a Withdraw                          |
// | chain, asset         | chain and local number named in the word           |
// | fromChain, fromLocal | chain and local number of the paying cell's token  |
// | amount               | unpacked amount                                    |
// | moved                | what leaves `from`                                 |
template Withdraw() {
    signal input enabled;
    signal input chain;
    signal input asset;
    signal input fromChain;
    signal input fromLocal;
    signal input amount;
    signal output moved;

    AssertEqualIf()(enabled, chain, fromChain);
    AssertEqualIf()(enabled, asset, fromLocal);
    AssertNotZeroIf()(enabled, chain);
    AssertNotZeroIf()(enabled, asset);
    moved <== enabled * amount;
}
