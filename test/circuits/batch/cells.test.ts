import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { BalanceCell, CountersCell, OwnerCell, SIZES, pack } from "../../../protocol/spec";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { SMALL } from "./world";

/** A template's fields, and the linear steps from them to the value. */
interface Reading {
  names: string[];
  sums: (fields: Record<string, bigint>) => Record<string, bigint>;
}

const BALANCE: Reading = {
  names: ["balance", "nonce", "local", "chain", "account"],
  sums: ({ balance, nonce, local, chain, account }) => {
    const token = F.mod(local + (chain << 10n));
    const low = F.mod(balance + (nonce << 128n));
    const high = F.mod(token + (account << 16n));
    return { token, low, high, value: F.mod(low + (high << 168n)) };
  },
};

const OWNER: Reading = {
  names: ["owner", "home", "kind"],
  sums: ({ owner, home, kind }) => {
    const low = F.mod(owner + (home << 160n));
    return { low, value: F.mod(low + (kind << 166n)) };
  },
};

/** Of the small state: accounts of 4 bits, balance cells of 5. */
const COUNTERS: Reading = {
  names: ["nextAccount", "noAccount", "nextBalance", "noBalance"],
  sums: ({ nextAccount, noAccount, nextBalance, noBalance }) => {
    const low = F.mod(nextAccount + (noAccount << 4n));
    const high = F.mod(nextBalance + (noBalance << 5n));
    return { low, high, value: F.mod(low + (high << 24n)) };
  },
};

describe("cells", () => {
  /**
   * Another reading of a decomposed value: fields are tampered so that their sum still is the value, and so are the sums
   * between them, so that nothing but a range can refuse it.
   */
  async function readsOtherwise(
    tester: CircuitTester,
    value: bigint,
    fields: Record<string, bigint>,
    reading: Reading,
  ): Promise<void> {
    const witness = await tester.expectPass({ value });
    const { names, sums } = reading;
    const honest: Record<string, bigint> = {};
    for (const name of names) honest[name] = await tester.signal(witness, name);
    for (const [name, sum] of Object.entries(sums(honest))) {
      expect(await tester.signal(witness, name), name).to.equal(sum);
    }
    const tampered = { ...honest, ...fields };
    expect(sums(tampered).value).to.equal(value);
    await tester.expectUnsatisfied(await tester.tamper(witness, { ...tampered, ...sums(tampered) }));
  }

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
      const value = pack(BalanceCell, { balance: 5n, nonce: 7n, token: (2n << 10n) | 3n, account: 1n });
      const readings: Record<string, bigint>[] = [
        { balance: 5n + (1n << 128n), nonce: 6n },
        { balance: F.mod(5n - (1n << 128n)), nonce: 8n },
        { nonce: 7n + (1n << 40n), local: 2n },
        { local: 3n + 1024n, chain: 1n },
        { local: F.mod(3n - 1024n), chain: 3n },
        { chain: 2n + 64n, account: 0n },
        { account: F.mod(1n - F.inv(1n << 184n)), balance: 6n },
      ];
      for (const fields of readings) await readsOtherwise(tester, value, fields, BALANCE);
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
      const value = pack(OwnerCell, { owner: 9n, home: 2n, kind: 1n });
      await readsOtherwise(tester, value, { owner: 9n + (1n << 160n), home: 1n }, OWNER);
      await readsOtherwise(tester, value, { home: 2n + 64n, kind: 0n }, OWNER);
      await readsOtherwise(tester, value, { kind: 2n, home: F.mod(2n - 64n) }, OWNER);
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
      const { value } = counters(15n, 5n);
      await readsOtherwise(tester, value, { noAccount: 1n, nextAccount: F.R - 1n }, COUNTERS);
      await readsOtherwise(tester, value, { nextAccount: 15n + (1n << 24n), nextBalance: 4n }, COUNTERS);
      await readsOtherwise(tester, value, { noBalance: 1n, nextBalance: F.mod(5n - 32n) }, COUNTERS);
    });
  });
});
