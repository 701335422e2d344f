import { expect } from "chai";
import {
  decodeBalance,
  decodeCounters,
  decodeOwner,
  encodeBalance,
  encodeCounters,
  encodeOwner,
  fromAddress,
  toAddress,
} from "../../../protocol/state";
import { alice } from "../../fixtures/states";

const BITS = 5; // 8 accounts, 16 balance cells

describe("cells", () => {
  it("round-trips the largest values of each field", () => {
    const balance = { balance: 2n ** 128n - 1n, nonce: 2 ** 40 - 1, token: 2 ** 16 - 1, account: 7 };
    expect(decodeBalance(BITS, encodeBalance(BITS, balance))).to.deep.equal(balance);
    const owner = { owner: alice.address, home: 63, kind: 2 };
    expect(decodeOwner(encodeOwner(owner))).to.deep.equal(owner);
    const counters = { nextAccount: 8, nextBalance: 16 };
    expect(decodeCounters(BITS, encodeCounters(BITS, counters))).to.deep.equal(counters);
  });

  it("C22: refuses account indices that would land on balance cells", () => {
    const account = 8;
    expect(() => encodeBalance(BITS, { balance: 1n, nonce: 0, token: 1, account })).to.throw(
      "BalanceCell.account must be below 8, got 8",
    );
    const cell = 1n | (BigInt(account) << 184n);
    expect(() => decodeBalance(BITS, cell)).to.throw("BalanceCell.account must be below 8, got 8");
    expect(() => decodeCounters(BITS, 9n)).to.throw("CountersCell.nextAccount must be below 9, got 9");
    expect(() => decodeCounters(BITS, 17n << 24n)).to.throw("CountersCell.nextBalance must be below 17, got 17");
  });

  it("C21: has one reading of a balance cell, and refuses to write another", () => {
    const cell = 5n + (7n << 128n) + (1n << 168n) + (1n << 184n);
    expect(decodeBalance(BITS, cell)).to.deep.equal({ balance: 5n, nonce: 7, token: 1, account: 1 });
    expect(() => encodeBalance(BITS, { balance: 5n + 2n ** 128n, nonce: 6, token: 1, account: 1 })).to.throw(
      "BalanceCell.balance must be below 2^128",
    );
    expect(() => decodeBalance(BITS, 1n << 208n)).to.throw("BalanceCell.unused bits must be zero");
    expect(() => decodeOwner(1n << 168n)).to.throw("OwnerCell.unused bits must be zero");
    expect(() => decodeCounters(BITS, 1n << 48n)).to.throw("CountersCell.unused bits must be zero");
  });

  it("refuses fractions, negative and unsafe numbers", () => {
    for (const nonce of [0.5, -1, 2 ** 60, NaN]) {
      expect(() => encodeBalance(BITS, { balance: 1n, nonce, token: 1, account: 1 })).to.throw(
        "BalanceCell.nonce must be",
      );
    }
  });

  it("reads and writes addresses with their checksum", () => {
    expect(toAddress(fromAddress("a", alice.address))).to.equal(alice.address);
    expect(fromAddress("a", alice.address.toLowerCase())).to.equal(BigInt(alice.address));
    const wrong = alice.address.replace(/[a-f]/, (letter) => letter.toUpperCase());
    if (wrong !== alice.address) expect(() => fromAddress("owner", wrong)).to.throw("owner must be an address");
    for (const text of ["", "0x12", "alice", alice.address.slice(2)]) {
      expect(() => fromAddress("owner", text)).to.throw("owner must be an address");
    }
    expect(() => toAddress(1n << 160n)).to.throw("address must be below 2^160");
  });
});
