pragma circom 2.2.0;

include "../lib/range.circom";
include "rules.circom";

// Transfer: the holder of `from` pays `amount` to `to`, an allocated cell of the named account with the same token.
//
// | signal      | meaning                                          |
// | ----------- | ------------------------------------------------ |
// | enabled     | bit: the op is a Transfer                        |
// | account     | account named in the word                        |
// | fromToken   | token of the paying cell                         |
// | toAccount   | account of the receiving cell                    |
// | toToken     | token of the receiving cell                      |
// | amount      | unpacked amount                                  |
// | moved       | what leaves `from` and arrives at `to`           |
//
// That the balances stay in range is checked where they are written.
template Transfer() {
    signal input enabled;
    signal input account;
    signal input fromToken;
    signal input toAccount;
    signal input toToken;
    signal input amount;
    signal output moved;

    AssertEqualIf()(enabled, account, toAccount);
    AssertNotZeroIf()(enabled, account);
    AssertEqualIf()(enabled, fromToken, toToken);
    moved <== enabled * amount;
}
