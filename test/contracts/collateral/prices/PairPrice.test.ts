import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, encodeBytes32String, MaxUint256, toBeHex } from "ethers";
import { ethers } from "hardhat";
import { deployBooks, deployPair, ONE } from "../../../fixtures/pcd";
import type { MockToken } from "../../../../typechain-types";

const MIN_SUPPLY = 10n ** 6n;

/** ⌊√a⌋ by Newton's method. */
function sqrt(a: bigint): bigint {
  if (a < 2n) return a;
  let x = 1n << BigInt(Math.ceil(a.toString(2).length / 2));
  for (;;) {
    const next = (x + a / x) / 2n;
    if (next >= x) return x;
    x = next;
  }
}

const sqrtUp = (a: bigint): bigint => (sqrt(a) ** 2n === a ? sqrt(a) : sqrt(a) + 1n);
const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

describe("PairPrice", () => {
  /** One million dollars of each of two tokens, with 6 and 18 decimals: the supply is 10^18. */
  async function fixture() {
    const { zusd, admin, alice } = await deployBooks();
    const six = await ethers.deployContract("MockToken", ["SIX", 6]);
    const eighteen = await ethers.deployContract("MockToken", ["EIGHTEEN", 18]);
    const made = await deployPair(six, eighteen, admin);
    const isFirst = (await made.view.token0()) === (await six.getAddress());
    const [token0, token1] = isFirst ? [six, eighteen] : [eighteen, six];
    const sources = await Promise.all([0, 1].map(() => ethers.deployContract("MockPrice", [ONE, ONE])));
    await give(made.address, six, 10n ** 12n);
    await give(made.address, eighteen, 10n ** 24n);
    await made.pair.getFunction("mint")(admin);
    const args = [made.view, sources[0], sources[1], zusd, MIN_SUPPLY] as const;
    const price = await ethers.deployContract("PairPrice", [...args]);
    const scale = 10n ** 24n;
    return { zusd, admin, alice, six, eighteen, token0, token1, isFirst, sources, args, price, scale, ...made };
  }

  async function give(to: string, token: MockToken, amount: bigint): Promise<void> {
    await token.mint(to, amount);
  }

  type Fixture = Awaited<ReturnType<typeof fixture>>;

  /** The formula, with the rounding of each step. */
  async function expected({ view, sources, scale }: Fixture): Promise<[bigint, bigint]> {
    const [r0, r1] = await view.getReserves();
    const [supply, kLast] = [await view.totalSupply(), await view.kLast()];
    const [[low0, high0], [low1, high1]] = [await sources[0].price(), await sources[1].price()];
    const [root, rootLast] = [sqrt(r0 * r1), sqrt(kLast)];
    const due = kLast === 0n || root <= rootLast ? 0n : ceilDiv(supply * (root - rootLast), 5n * root + rootLast);
    return [
      (2n * sqrt((r0 * r1 * low0 * low1) / scale) * ONE) / (supply + due),
      ceilDiv(2n * sqrtUp(ceilDiv(r0 * r1 * high0 * high1, scale)) * ONE, supply),
    ];
  }

  /** Sells `amount` of `token` to the pair. */
  async function sell(f: Fixture, token: MockToken, amount: bigint): Promise<void> {
    const [r0, r1] = await f.view.getReserves();
    const first = token === f.token0;
    const [reserveIn, reserveOut] = first ? [r0, r1] : [r1, r0];
    const out = (amount * 997n * reserveOut) / (reserveIn * 1000n + amount * 997n);
    await give(f.address, token, amount);
    await f.pair.getFunction("swap")(first ? 0 : out, first ? out : 0, f.admin, "0x");
  }

  it("is $2,000,000 for the one share of two million dollars of 6 and 18 decimals", async () => {
    const f = await loadFixture(fixture);
    expect(await f.view.totalSupply()).to.equal(ONE);
    expect(await f.price.price()).to.deep.equal([2_000_000n * ONE, 2_000_000n * ONE]);
    expect(await f.price.quote()).to.deep.equal([2_000_000n * ONE, 2_000_000n * ONE, true]);
  });

  it("goes by the legs: lower by the lower ones, upper by the upper ones", async () => {
    const f = await loadFixture(fixture);
    await f.sources[0].set(4n * ONE, 9n * ONE);
    expect(await f.price.price()).to.deep.equal([4_000_000n * ONE, 6_000_000n * ONE]);
    await f.sources[1].set((9n * ONE) / 4n, 16n * ONE);
    expect(await f.price.price()).to.deep.equal([6_000_000n * ONE, 24_000_000n * ONE]);
    await f.sources[0].set(3n, 123_456_789_012_345_678_901n);
    await f.sources[1].set(7n * ONE + 1n, 7n * ONE + 3n);
    expect(await f.price.price()).to.deep.equal(await expected(f));
  });

  it("O5: is out of band when a leg is", async () => {
    const f = await loadFixture(fixture);
    for (const source of f.sources) {
      await source.setInBand(false);
      expect((await f.price.quote()).inBand).to.equal(false);
      await source.setInBand(true);
    }
    expect((await f.price.quote()).inBand).to.equal(true);
  });

  it("O1: moves by fee and rounding only when the reserves are skewed 10, 1000 and a million times", async () => {
    for (const factor of [10n, 1000n, 10n ** 6n]) {
      for (const key of ["token0", "token1"] as const) {
        const f = await loadFixture(fixture);
        const [before] = await f.price.price();
        const isSix = (await f[key].decimals()) === 6n;
        const reserve = isSix ? 10n ** 12n : 10n ** 24n;
        await sell(f, f[key], (factor - 1n) * reserve);
        const [lower, upper] = await f.price.price();
        expect([lower, upper]).to.deep.equal(await expected(f));
        // r0·r1 has grown by the fee: (1 + (n − 1))·1/(1 + 0.997·(n − 1)), below 1/0.997, and its root below 1.0016.
        expect(lower).to.be.at.least(before - before / 10n ** 5n);
        expect(upper).to.be.below((before * 10_016n) / 10_000n);
      }
    }
  });

  it("O1: does not move at all with reserves skewed at a constant product", async () => {
    const f = await loadFixture(fixture);
    for (const factor of [10n, 1000n]) {
      // The reserves as storage has them: 112 bits each, then 32 of time.
      const reserves = [10n ** 12n, 10n ** 24n];
      if (!f.isFirst) reserves.reverse();
      const word = (reserves[0] * factor) | ((reserves[1] / factor) << 112n);
      await ethers.provider.send("hardhat_setStorageAt", [f.address, "0x8", toBeHex(word, 32)]);
      expect(await f.view.getReserves()).to.deep.equal([reserves[0] * factor, reserves[1] / factor, 0n]);
      expect(await f.price.price()).to.deep.equal([2_000_000n * ONE, 2_000_000n * ONE]);
    }
  });

  it("O2: a donation counts when it is synced, for real and at the donor's loss", async () => {
    const f = await loadFixture(fixture);
    await give(f.address, f.six, 10n ** 12n);
    expect((await f.price.price()).lower).to.equal(2_000_000n * ONE);
    await f.pair.getFunction("sync")();
    expect(await f.price.price()).to.deep.equal(await expected(f));
    const [lower] = await f.price.price();
    // Twice the one reserve is √2 times as much for all, less the protocol's part of the growth: 1 + (√2 − 1)/(5·√2 + 1).
    expect(lower / ONE).to.equal(2_690_355n);
  });

  it("counts the shares that the protocol's fee is due, in the lower bound only", async () => {
    const f = await loadFixture(fixture);
    for (let i = 0; i < 3; i++) {
      await sell(f, f.six, 10n ** 12n);
      await sell(f, f.eighteen, 10n ** 24n);
    }
    const before = await f.price.price();
    expect(before).to.deep.equal(await expected(f));
    expect(before.lower).to.be.below(before.upper);
    // The next mint makes those shares: then the upper bound falls to where the lower one was.
    await give(f.address, f.six, 10n ** 9n);
    await give(f.address, f.eighteen, 10n ** 21n);
    await f.pair.getFunction("mint")(f.admin);
    const after = await f.price.price();
    expect(after.upper).to.be.below(before.upper);
    expect(after.lower).to.be.at.least(before.lower);
    expect(after.lower - before.lower).to.be.below(before.lower / 1000n);
  });

  it("has no fee due when the protocol takes none, nor when it has just been minted", async () => {
    const f = await loadFixture(fixture);
    expect(await f.view.kLast()).to.not.equal(0n);
    await f.factory.getFunction("setFeeTo")(ethers.ZeroAddress);
    await sell(f, f.six, 10n ** 12n);
    await give(f.address, f.six, 10n ** 9n);
    await give(f.address, f.eighteen, 10n ** 21n);
    await f.pair.getFunction("mint")(f.admin);
    expect(await f.view.kLast()).to.equal(0n);
    await sell(f, f.eighteen, 10n ** 24n);
    const [lower, upper] = await f.price.price();
    expect([lower, upper]).to.deep.equal(await expected(f));
    expect(upper - lower).to.be.at.most(10n);
  });

  it("O3: cannot be read in the pair's own callback", async () => {
    const f = await loadFixture(fixture);
    const borrower = await ethers.deployContract("MockPairBorrower", [f.price]);
    await give(await borrower.getAddress(), f.six, 10n ** 13n);
    const data = AbiCoder.defaultAbiCoder().encode(
      ["address", "uint256"],
      [await f.six.getAddress(), 10n ** 12n + 10n ** 11n],
    );
    const half = 5n * 10n ** 11n;
    await f.pair.getFunction("swap")(f.isFirst ? half : 0, f.isFirst ? 0 : half, borrower, data);
    expect(await borrower.called()).to.equal(true);
    expect(await borrower.succeeded()).to.equal(false);
    expect(await borrower.answer()).to.equal(f.price.interface.encodeErrorResult("Price_Locked", [f.address]));
    await f.price.price();
  });

  it("O3: with too little gas for the probe nothing is read", async () => {
    const f = await loadFixture(fixture);
    const borrower = await ethers.deployContract("MockPairBorrower", [f.price]);
    const prices = AbiCoder.defaultAbiCoder().encode(["uint256[2]"], [await f.price.price()]);
    const tooLow = f.price.interface.getError("Price_GasTooLow")!.selector;
    const answers = new Set<string>();
    for (let gas = 1_000; gas <= 200_000; gas += 1_000) {
      const [success, result] = await borrower.readWith(gas);
      answers.add(success ? result : result.slice(0, 10));
    }
    // Out of gas, or told, or read: nothing else.
    expect([...answers]).to.deep.equal(["0x", tooLow, prices]);
  });

  it("reads the largest reserves there are", async () => {
    const f = await loadFixture(fixture);
    await ethers.provider.send("hardhat_setStorageAt", [f.address, "0x8", toBeHex(2n ** 224n - 1n, 32)]);
    for (const source of f.sources) await source.set(ONE / 10n ** 6n, ONE / 10n ** 6n);
    expect(await f.price.price()).to.deep.equal(await expected(f));
    // More than 2^128 · 10^-18 dollars on a side is no price.
    for (const source of f.sources) await source.set(ONE, ONE);
    await expect(f.price.price()).to.be.reverted;
    await ethers.provider.send("hardhat_setStorageAt", [f.address, "0x8", toBeHex(0n, 32)]);
    expect(await f.price.price()).to.deep.equal([0n, 0n]);
  });

  it("O2: refuses a pair with fewer shares than the minimum", async () => {
    const f = await loadFixture(fixture);
    const supply = await f.view.totalSupply();
    const [pair, source0, source1, zusd] = f.args;
    const at = await ethers.deployContract("PairPrice", [pair, source0, source1, zusd, supply]);
    await at.price();
    const above = await ethers.deployContract("PairPrice", [pair, source0, source1, zusd, supply + 1n]);
    await expect(above.price())
      .to.be.revertedWithCustomError(above, "Price_TooFewShares")
      .withArgs(supply + 1n, supply);
  });

  it("refuses when a leg does", async () => {
    const f = await loadFixture(fixture);
    for (const source of f.sources) {
      await source.setRefuses(true);
      await expect(f.price.price()).to.be.revertedWithCustomError(source, "Refused");
      await source.setRefuses(false);
    }
  });

  it("O8: refuses a pair that contains zUSD, on either side", async () => {
    const f = await loadFixture(fixture);
    for (const leg of [f.token0, f.token1]) {
      const { view } = await deployPair(leg, f.zusd);
      await expect(ethers.deployContract("PairPrice", [view, f.sources[0], f.sources[1], f.zusd, MIN_SUPPLY]))
        .to.be.revertedWithCustomError(f.price, "Price_OwnToken")
        .withArgs(f.zusd);
    }
    const { view } = await deployPair(f.token0, f.zusd);
    await expect(ethers.deployContract("PairPrice", [view, f.sources[0], f.sources[1], f.token0, MIN_SUPPLY])).to.be
      .reverted;
  });

  it("O7, G5: refuses addresses without code, and parameters out of range", async () => {
    const f = await loadFixture(fixture);
    for (const i of [0, 1, 2, 3]) {
      const args = [...f.args] as unknown[];
      args[i] = f.alice.address;
      await expect(ethers.deployContract("PairPrice", args as never))
        .to.be.revertedWithCustomError(f.price, "Price_NoCode")
        .withArgs(f.alice.address);
    }
    const [pair, source0, source1, zusd] = f.args;
    await expect(ethers.deployContract("PairPrice", [pair, source0, source1, zusd, MIN_SUPPLY - 1n]))
      .to.be.revertedWithCustomError(f.price, "Price_InvalidParameter")
      .withArgs(encodeBytes32String("minSupply"), MIN_SUPPLY - 1n);
    for (const [decimals, fits] of [
      [24, true],
      [25, false],
    ] as const) {
      const token = await ethers.deployContract("MockToken", ["T", decimals]);
      const { view } = await deployPair(token, f.six);
      const deployed = ethers.deployContract("PairPrice", [view, source0, source1, zusd, MIN_SUPPLY]);
      if (fits) await deployed;
      else {
        await expect(deployed)
          .to.be.revertedWithCustomError(f.price, "Price_InvalidParameter")
          .withArgs(encodeBytes32String("decimals"), 25);
      }
    }
    expect(await f.price.token()).to.equal(f.address);
    expect(await f.price.source0()).to.equal(f.sources[0]);
    expect(await f.price.source1()).to.equal(f.sources[1]);
    expect(await f.price.minSupply()).to.equal(MIN_SUPPLY);
    expect(MaxUint256).to.be.above(f.scale);
  });
});
