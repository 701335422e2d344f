import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { BalanceCell, CountersCell, OwnerCell, SIZES, pack } from "../../../protocol/spec";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { notReadAs, type Reading } from "./reading";
import { SMALL } from "./world";

/** Of the small state: accounts of 4 bits, balance cells of 5. */
const BALANCE: Reading = {
  widths: { balance: 128, nonce: 40, local: 10, chain: 6, account: 4 },
  sums: ({ balance, nonce, local, chain, account }) => {
    const token = F.mod(local + (chain << 10n));
    const low = F.mod(balance + (nonce << 128n));
    const high = F.mod(token + (account << 16n));
    return { token, low, high, value: F.mod(low + (high << 168n)) };
  },
};

const OWNER: Reading = {
  widths: { owner: 160, home: 6, kind: 2 },
  sums: ({ owner, home, kind }) => {
    const low = F.mod(owner + (home << 160n));
    return { low, value: F.mod(low + (kind << 166n)) };
  },
};

const COUNTERS: Reading = {
  widths: { nextAccount: 4, noAccount: 1, nextBalance: 5, noBalance: 1 },
  sums: ({ nextAccount, noAccount, nextBalance, noBalance }) => {
    const low = F.mod(nextAccount + (noAccount << 4n));
    const high = F.mod(nextBalance + (noBalance << 5n));
    return { low, high, value: F.mod(low + (high << 24n)) };
  },
};

describe("cells", () => {
  describe("BalanceCell", () => {
    let tester: CircuitTester;
    before(async () => {
      tester = await circuit("batch/cells.circom", "BalanceCell", [SMALL.cellBits]);
    });

    it("reads what the layout packs, at both ends of each range", async () => {
      const fields = { balance: (1n << 128n) - 1n, nonce: (1n << 40n) - 1n, token: (1n << 16n) - 1n, account: 15n };
      for (const cell of [fields, { balance: 5n, nonce: 7n, token: (63n << 10n) | 1n, account: 1n }]) {
        await tester.expectPass({ value: pack(BalanceCell, cell) }, { ...cell, local: cell.token & 1023n });
      }
      await tester.expectPass({ value: 0n }, { balance: 0n, nonce: 0n, token: 0n, account: 0n });
    });

    it("C21: balance 5, nonce 7 is not balance 5 + 2^128, nonce 6, nor balance 5 - 2^128, nonce 8", async () => {
      const fields = { balance: 5n, nonce: 7n, local: 3n, chain: 2n, account: 1n };
      const { value } = BALANCE.sums(fields);
      const readings: Record<string, bigint>[] = [
        { balance: 5n + (1n << 128n), nonce: 6n },
        { balance: F.mod(5n - (1n << 128n)), nonce: 8n },
        { nonce: 7n + (1n << 40n), local: 2n },
        { local: 3n + 1024n, chain: 1n },
        { local: F.mod(3n - 1024n), chain: 3n },
        { chain: 2n + 64n, account: 0n },
        { account: F.mod(1n - F.inv(1n << 184n)), balance: 6n },
      ];
      for (const reading of readings) {
        expect(BALANCE.sums({ ...fields, ...reading }).value).to.equal(value);
        await notReadAs(tester, { ...fields, ...reading }, BALANCE);
      }
    });

    it("C22: an account of n - 2 bits, not n - 1, whatever n", async () => {
      await tester.expectFail({ value: 16n << 184n }, "Range");
      const large = await circuit("batch/cells.circom", "BalanceCell", [SIZES.test.cellBits]);
      await large.expectPass({ value: ((1n << 14n) - 1n) << 184n }, { account: (1n << 14n) - 1n });
      await large.expectFail({ value: (1n << 14n) << 184n }, "Range");
    });

    it("C5: r - 1 and 2^253 are no cells", async () => {
      for (const value of [F.R - 1n, 1n << 253n, 1n << 208n]) await tester.expectFail({ value }, "Range");
    });
  });

  describe("OwnerCell", () => {
    let tester: CircuitTester;
    before(async () => {
      tester = await circuit("batch/cells.circom", "OwnerCell");
    });

    it("reads what the layout packs, at both ends; a domain is an owner of no kind", async () => {
      for (const cell of [
        { owner: (1n << 160n) - 1n, home: 63n, kind: 3n },
        { owner: 1n, home: 1n, kind: 1n },
        { owner: (1n << 160n) - 1n, home: 0n, kind: 0n },
      ]) {
        await tester.expectPass({ value: pack(OwnerCell, cell) }, cell);
      }
      for (const value of [1n << 168n, F.R - 1n]) await tester.expectFail({ value }, "Range");
    });

    it("C21: another reading: home into owner, kind into home", async () => {
      for (const fields of [
        { owner: 9n + (1n << 160n), home: 1n, kind: 1n },
        { owner: 9n, home: 2n + 64n, kind: 0n },
        { owner: 9n, home: F.mod(2n - 64n), kind: 2n },
        { owner: 10n, home: 2n, kind: F.mod(1n - F.inv(1n << 166n)) },
      ]) {
        await notReadAs(tester, fields, OWNER);
      }
    });
  });

  describe("CountersCell", () => {
    let tester: CircuitTester;
    before(async () => {
      tester = await circuit("batch/cells.circom", "CountersCell", [SMALL.cellBits]);
    });

    const counters = (nextAccount: bigint, nextBalance: bigint): { value: bigint } => ({
      value: pack(CountersCell, { nextAccount, nextBalance }),
    });

    it("reads the next indices, and at their ends that there is no room", async () => {
      const room = { noAccount: 0n, noBalance: 0n };
      await tester.expectPass(counters(1n, 1n), { nextAccount: 1n, nextBalance: 1n, ...room });
      await tester.expectPass(counters(15n, 31n), { nextAccount: 15n, nextBalance: 31n, ...room });
      await tester.expectPass(counters(16n, 31n), { nextAccount: 0n, noAccount: 1n, nextBalance: 31n, noBalance: 0n });
      await tester.expectPass(counters(15n, 32n), { nextAccount: 15n, noAccount: 0n, nextBalance: 0n, noBalance: 1n });
    });

    it("C5: nothing beyond the ends", async () => {
      for (const [nextAccount, nextBalance] of [
        [17n, 1n],
        [32n, 1n],
        [1n, 33n],
        [1n, 64n],
      ] as const) {
        await tester.expectFail(counters(nextAccount, nextBalance));
      }
      for (const value of [1n << 48n, F.R - 1n]) await tester.expectFail({ value }, /Range|CountersCell/);
    });

    it("C21: another reading of the same counters", async () => {
      for (const fields of [
        { nextAccount: F.R - 1n, noAccount: 1n, nextBalance: 5n, noBalance: 0n },
        { nextAccount: 15n + (1n << 24n), noAccount: 0n, nextBalance: 4n, noBalance: 0n },
        { nextAccount: 0n, noAccount: 2n, nextBalance: 5n, noBalance: 0n },
        { nextAccount: 1n, noAccount: 0n, nextBalance: F.mod(5n - 32n), noBalance: 1n },
        { nextAccount: 1n, noAccount: 0n, nextBalance: 64n + 5n, noBalance: 0n },
        { nextAccount: 1n, noAccount: 0n, nextBalance: 0n, noBalance: 2n },
      ]) {
        await notReadAs(tester, fields, COUNTERS);
      }
    });
  });

  describe("TokenId", () => {
    it("C5, C21: a token id has 16 bits, read in one way", async () => {
      const tester = await circuit("batch/cells.circom", "TokenId");
      await tester.expectPass({ value: (63n << 10n) | 1023n }, { local: 1023n, chain: 63n });
      for (const value of [1n << 16n, F.R - 1n]) await tester.expectFail({ value }, "Range");
      const reading: Reading = {
        widths: { local: 10, chain: 6 },
        sums: ({ local, chain }) => ({ value: F.mod(local + (chain << 10n)) }),
      };
      await notReadAs(tester, { local: 3n + 1024n, chain: 1n }, reading);
      await notReadAs(tester, { local: 3n, chain: 66n }, reading);
    });
  });
});
