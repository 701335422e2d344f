pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";
include "rules.circom";

// Withdraw: an amount leaves the rollup, for the token's own chain or, of zUSD, for any.
//
// | signal               | meaning                                                                   |
// | -------------------- | ------------------------------------------------------------------------- |
// | enabled              | bit: the op is a Withdraw                                                 |
// | isZusd               | bit: of zUSD; only with enabled                                           |
// | chain, asset         | chain and local number named in the word                                  |
// | fromChain, fromLocal | chain and local number of the paying cell's token                         |
// | packedAmount, amount | the word's amount                                                         |
// | nextIsExact          | bit: the next slot holds the exact amount                                 |
// | nextExact            | that amount; 0 if there is none                                           |
// | nextMinOut           | what it asks of a redemption; 0 if there is none                          |
// | moved                | what leaves `from`                                                        |
template Withdraw() {
    signal input enabled;
    signal input isZusd;
    signal input chain;
    signal input asset;
    signal input fromChain;
    signal input fromLocal;
    signal input packedAmount;
    signal input amount;
    signal input nextIsExact;
    signal input nextExact;
    signal input nextMinOut;
    signal output moved;

    // A. The token: the named one of the named chain, or zUSD: number 1 of chain 0, whatever the asset.
    signal isOwn <== enabled - isZusd;
    AssertEqualIf()(isOwn, chain, fromChain);
    AssertEqualIf()(isOwn, asset, fromLocal);
    AssertNotZeroIf()(isOwn, asset);
    isZusd * fromChain === 0;
    isZusd * (fromLocal - ZUSD()) === 0;
    AssertNotZeroIf()(enabled, chain);

    // B. The amount: the word's, or the exact one of the next slot. Only zUSD is redeemed.
    nextIsExact * (1 - enabled) === 0;
    nextIsExact * packedAmount === 0;
    nextMinOut * (1 - isZusd) === 0;
    signal packed <== enabled * amount;
    moved <== packed + nextExact;
}
