/**
 * Random histories of a chain's books and facilities: the contracts do what the model in protocol/pcd does, to the wei, refuse what it
 * refuses for the same reason, and hold what the design promises after every step.
 */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import fc from "fast-check";
import { type BaseContract, type ContractTransactionResponse, Interface, isError, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { Books, ONE, PeggedFacility, type PegParameters, type Price, Refused } from "../../protocol/pcd";
import { ZUSD } from "../../protocol/spec";
import { outboxHash } from "../../protocol/witness/hashes";
import type { IssuerToken, PcdReader } from "../../typechain-types";
import { depositRequest, impersonate, payment } from "../fixtures/contracts";
import { addPeg, deployPeggedChain, fund, PARAMETERS, type Peg, type PeggedChain } from "../fixtures/pegged";

const USERS = 3;
const VAULT = "vault";

/** Facilities of other decimals, and with all that a facility can have. */
const KINDS: { decimals: number; parameters: Partial<PegParameters>; ceiling: bigint }[] = [
  {
    decimals: 6,
    parameters: { target: 5_000_000n, kappa: 1_000n, mintFee: 3n, flowIn: 3_000_000n, flowOut: 2_000_000n, tau: 100n },
    ceiling: 6_000_000n * 10n ** 12n,
  },
  {
    decimals: 18,
    parameters: { target: 5n * 10n ** 24n, kappa: 77n, mintFee: 0n, redeemFee: 0n },
    ceiling: 10n ** 25n,
  },
  {
    decimals: 0,
    parameters: { target: 40n, kappa: 1_000n, mintFee: 0n, redeemFee: 100n, freeze: 500n, unfreeze: 0n, flowOut: 60n },
    ceiling: 90n * ONE,
  },
];

/** One step of a history. Amounts are shares of 1,000 of what there is. */
type Step =
  | { kind: "mint" | "redeem"; peg: number; user: number; share: number; dust: number; minimum: number }
  | { kind: "sync" | "bookFees"; peg: number }
  | { kind: "cover" | "give"; user: number; share: number }
  | { kind: "price"; peg: number; price: number; spread: number }
  | { kind: "wait"; seconds: number }
  | { kind: "minting"; peg: number; on: boolean }
  | { kind: "lose" | "donate"; peg: number; share: number }
  | { kind: "pause"; peg: number; on: boolean }
  | { kind: "tune"; peg: number; kappa: number; flowOut: number }
  | { kind: "ceiling"; peg: number; share: number }
  | { kind: "leave"; user: number; share: number }
  | { kind: "unify"; peg: number; user: number; share: number }
  | { kind: "arrive"; user: number; share: number };

const peg = fc.nat(KINDS.length - 1);
const user = fc.nat(USERS - 1);
const share = fc.oneof(fc.nat(1_000), fc.constantFrom(0, 1_000, 1_001, 300, 100));

const mintOrRedeem = (kind: "mint" | "redeem") =>
  fc.record({
    kind: fc.constant(kind),
    peg,
    user,
    share,
    dust: fc.nat(3),
    minimum: fc.constantFrom(0, 0, 0, 0, -1, 1),
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: mintOrRedeem("mint"), weight: 8 },
  { arbitrary: mintOrRedeem("redeem"), weight: 8 },
  { arbitrary: fc.record({ kind: fc.constant("sync" as const), peg }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant("bookFees" as const), peg }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constantFrom("cover" as const, "give" as const), user, share }), weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constant("price" as const),
      peg,
      price: fc.oneof(
        fc.constantFrom(10_000, 10_000, 10_000, 9_900, 9_899, 9_950, 9_949, 10_100, 10_101, 10_050, 8_770, 0),
        fc.integer({ min: 1, max: 10_600 }),
      ),
      spread: fc.constantFrom(0, 0, 0, 60),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 100_000 }) }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ kind: fc.constant("minting" as const), peg, on: fc.constantFrom(true, true, false) }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant("lose" as const), peg, share: fc.constantFrom(0, 1, 2, 30) }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant("donate" as const), peg, share: fc.nat(20) }), weight: 1 },
  {
    arbitrary: fc.record({ kind: fc.constant("pause" as const), peg, on: fc.constantFrom(true, false, false) }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant("tune" as const),
      peg,
      kappa: fc.nat(1_000),
      flowOut: fc.integer({ min: 1, max: 1_000 }),
    }),
    weight: 1,
  },
  {
    arbitrary: fc.record({ kind: fc.constant("ceiling" as const), peg, share: fc.integer({ min: 900, max: 2_000 }) }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant("leave" as const), user, share }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant("unify" as const), peg, user, share }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant("arrive" as const), user, share }), weight: 3 },
);

/** What the other side of the model is: a facility, the token's state, and the price that is set. */
interface Side {
  peg: Peg;
  token: IssuerToken;
  model: PeggedFacility;
  set: { price: Price; paused: boolean };
  whole: bigint;
}

interface World {
  chain: PeggedChain;
  users: HardhatEthersSigner[];
  rollup: HardhatEthersSigner;
  abi: Interface;
  reader: PcdReader;
  pegs: { peg: Peg; token: IssuerToken; parameters: PegParameters; whole: bigint }[];
}

async function deploy(): Promise<World> {
  const chain = await deployPeggedChain();
  const users = (await ethers.getSigners()).slice(2, 2 + USERS);
  const pegs: World["pegs"] = [];
  for (const { decimals, parameters, ceiling } of KINDS) {
    const token = await ethers.deployContract("IssuerToken", ["USD", decimals]);
    const peg = await addPeg(chain, decimals, parameters, { token });
    await chain.books.setCeiling(peg.facility, ceiling);
    for (const who of users) await fund(peg, who, chain.vault);
    pegs.push({
      peg,
      token,
      parameters: { ...PARAMETERS, ...parameters },
      whole: ceiling / 10n ** BigInt(18 - decimals),
    });
  }
  const rollup = await impersonate(await chain.rollup.getAddress());
  const contracts: BaseContract[] = [
    chain.books,
    chain.zusd,
    chain.vault,
    pegs[0].peg.facility,
    pegs[0].token,
    pegs[0].peg.source,
  ];
  const abi = new Interface(
    contracts.flatMap(({ interface: { fragments } }) => fragments.filter(({ type }) => type === "error")),
  );
  const reader = await ethers.deployContract("PcdReader");
  return { chain, users, rollup, abi, reader, pegs };
}

/** Errors of the token and the price source, which the model has one word for each for. */
const WORDS: Record<string, string> = { Paused: "token", NoPrice: "price" };

/** Plays histories in the model and on the chain. */
class Play {
  readonly clock = { now: 0n };
  readonly books = new Books(this.clock);
  readonly sides: Side[];
  readonly tally = new Map<string, number>();
  private batch = 0n;

  constructor(private readonly world: World) {
    this.sides = world.pegs.map(({ peg, token, parameters, whole }, i) => {
      const set: Side["set"] = { price: { lower: ONE, upper: ONE }, paused: false };
      const { decimals, ceiling } = KINDS[i];
      const model = new PeggedFacility(
        this.books,
        decimals,
        () => set.price,
        parameters,
        () => !set.paused,
      );
      this.books.add(model, ceiling);
      return { peg, token, model, set, whole };
    });
  }

  async step(s: Step): Promise<void> {
    this.clock.now = BigInt((await time.latest()) + (s.kind === "wait" ? s.seconds : 1));
    await time.setNextBlockTimestamp(this.clock.now);
    const { chain, users } = this.world;
    const side = "peg" in s ? this.sides[s.peg] : this.sides[0];
    const { peg, token, model, set } = side;
    const name = (i: number) => users[i].address;
    const ofBalance = (i: number, of: number) => (this.books.balanceOf(name(i)) * BigInt(of)) / 1_000n;
    switch (s.kind) {
      case "mint": {
        // Up to a third of the ceiling at once.
        const amount = (side.whole * BigInt(s.share)) / 3_000n + BigInt(s.dust);
        const minimum = s.minimum === 0 ? 0n : (await peg.facility.previewMint(amount)) + BigInt(s.minimum);
        await this.both(
          () => model.mint(amount, minimum < 0n ? 0n : minimum, name(s.user)),
          () => peg.facility.connect(users[s.user]).mint(amount, minimum < 0n ? 0n : minimum, users[s.user]),
        );
        return;
      }
      case "redeem": {
        const amount = ofBalance(s.user, s.share) + BigInt(s.dust);
        const [preview] = await peg.facility.previewRedeem(amount);
        const minimum = s.minimum === 0 || preview === 0n ? 0n : preview + BigInt(s.minimum);
        const who = users[s.user];
        const before = [await token.balanceOf(who), await chain.zusd.balanceOf(who)];
        const done = await this.both(
          () => model.redeem(name(s.user), amount, minimum),
          () => peg.facility.connect(who).redeem(amount, minimum, who),
        );
        if (!done) return;
        expect((await token.balanceOf(who)) - before[0], "paid").to.equal(done.paid);
        expect(before[1] - (await chain.zusd.balanceOf(who)), "burnt").to.equal(done.burnt);
        return;
      }
      case "sync":
        await this.both(
          () => model.sync(),
          () => peg.facility.sync(),
        );
        return;
      case "bookFees":
        await this.both(
          () => model.bookFees(),
          () => peg.facility.bookFees(),
        );
        return;
      case "cover": {
        const amount = ofBalance(s.user, s.share) / 20n;
        await this.both(
          () => this.books.cover(name(s.user), amount),
          () => chain.books.connect(users[s.user]).cover(amount),
        );
        return;
      }
      case "give": {
        const [to, amount] = [(s.user + 1) % USERS, ofBalance(s.user, s.share)];
        await this.both(
          () => this.books.transfer(name(s.user), name(to), amount),
          () => chain.zusd.connect(users[s.user]).transfer(users[to], amount),
        );
        return;
      }
      case "price": {
        const lower = (BigInt(s.price) * ONE) / 10_000n;
        const upper = lower + (BigInt(s.spread) * ONE) / 10_000n;
        set.price = s.price === 0 ? undefined : { lower, upper };
        await peg.source.set(lower, upper);
        return;
      }
      case "minting":
        model.isStopped = !s.on;
        await (s.on ? peg.facility.startMinting() : peg.facility.stopMinting());
        return;
      case "lose": {
        const loss = (model.held * BigInt(s.share)) / 1_000n + 1n;
        if (loss > model.held) return;
        model.held -= loss;
        await token.take(peg.facility, loss);
        return;
      }
      case "donate": {
        const gift = (side.whole * BigInt(s.share)) / 10_000n;
        model.held += gift;
        await this.mintTo(side, gift);
        return;
      }
      case "pause":
        set.paused = s.on;
        await token.setPaused(s.on);
        return;
      case "tune": {
        const flowOut = (side.whole * BigInt(s.flowOut)) / 1_000n + 1n;
        model.parameters = { ...model.parameters, kappa: BigInt(s.kappa), flowOut };
        await peg.facility.setParameters(model.parameters);
        return;
      }
      case "ceiling": {
        const ceiling = (this.books.debtOf(model) * BigInt(s.share)) / 1_000n;
        await this.both(
          () => this.books.setCeiling(model, ceiling),
          () => chain.books.setCeiling(peg.facility, ceiling),
        );
        return;
      }
      case "leave": {
        const amount = ofBalance(s.user, s.share) / 2n;
        if (amount === 0n) return;
        const request = depositRequest({ token: await chain.zusd.getAddress(), amount });
        await this.both(
          () => this.books.leave(name(s.user), amount),
          () => chain.vault.connect(users[s.user]).deposit(request),
        );
        return;
      }
      case "unify": {
        const amount = (side.whole * BigInt(s.share)) / 10_000n;
        const request = depositRequest({ token: await token.getAddress(), amount });
        await this.both(
          () => {
            const minted = model.mint(amount, 0n, VAULT);
            this.books.leave(VAULT, minted);
          },
          () => chain.vault.connect(users[s.user]).deposit(request),
        );
        return;
      }
      case "arrive": {
        const amount = (this.books.abroad * BigInt(s.share)) / 1_000n;
        const payments = [payment(ZUSD, name(s.user), amount)];
        const { vault } = chain;
        await vault.connect(this.world.rollup).enqueueOutbox(++this.batch, outboxHash(payments));
        await vault.pay(this.batch, payments, ZeroHash);
        if (amount <= this.books.abroad) this.books.arrive(name(s.user), amount);
        return;
      }
      case "wait":
        await time.increaseTo(this.clock.now);
    }
  }

  /** Plays a step on both sides: both do it, or both refuse for the same reason. @returns the model's answer, undefined: refused */
  private async both<T>(model: () => T, send: () => Promise<ContractTransactionResponse>): Promise<T | undefined> {
    let answer: T | undefined;
    let refusal: string | undefined;
    try {
      answer = model();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refusal = error.reason;
    }
    let actual: string | undefined;
    try {
      await send();
    } catch (error) {
      actual = this.reasonOf(error);
    }
    expect(actual, "refused").to.equal(refusal);
    this.tally.set(refusal ?? "done", (this.tally.get(refusal ?? "done") ?? 0) + 1);
    return refusal === undefined ? (answer ?? ({} as T)) : undefined;
  }

  private reasonOf(error: unknown): string {
    const data = (error as { data?: unknown }).data ?? (isError(error, "CALL_EXCEPTION") ? error.data : undefined);
    if (typeof data !== "string" || data.length < 10) throw error;
    const name = this.world.abi.parseError(data)?.name;
    if (name === undefined) throw error;
    return WORDS[name] ?? name;
  }

  /** A donation. The token's own mint needs it to move. */
  private async mintTo({ peg, token, set }: Side, amount: bigint): Promise<void> {
    if (set.paused) await token.setPaused(false);
    await token.mint(peg.facility, amount);
    if (set.paused) await token.setPaused(true);
  }

  /** Every book of both sides is the same, and I1, I2 and I3 hold. */
  async compare(): Promise<void> {
    const { chain, users, reader } = this.world;
    this.clock.now = BigInt(await time.latest());
    const holders = users.map(({ address }) => address);
    const [report, facilities, balances, impaired, aged] = await reader.read(chain.books, holders);
    let debts = 0n;
    for (const [i, { model }] of this.sides.entries()) {
      const [{ reserve, debt, weight }, f] = [report.facilities[i], facilities[i]];
      expect([
        [reserve, debt, weight],
        [f.pot, f.fees, f.held, f.netFlow],
        [f.impaired, f.frozen, f.lastPrice],
      ]).to.deep.equal([
        [model.reserve, this.books.debtOf(model), model.weight()],
        [model.pot, model.fees, model.held, model.netFlow()],
        [model.isImpaired, model.isFrozen, model.lastPrice],
      ]);
      expect(reserve * model.scale, "I3").to.equal(debt);
      debts += debt;
    }
    const { books } = this;
    expect([report.supply, report.abroad, report.buffer, report.factor, impaired, aged]).to.deep.equal([
      books.supply,
      books.abroad,
      books.buffer,
      books.factor(),
      BigInt(books.impaired),
      books.agedPeggedDebt(),
    ]);
    expect(report.supply + report.abroad + report.buffer, "I2").to.equal(debts);
    expect(balances).to.deep.equal(holders.map((holder) => books.balanceOf(holder)));
  }
}

async function play(runs: number, length: number): Promise<Map<string, number>> {
  const tally = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: length, maxLength: length }), async (steps) => {
      const game = new Play(await loadFixture(deploy));
      // Something is there at first.
      for (const i of [0, 1, 2]) {
        await game.step({ kind: "mint", peg: i, user: i, share: 1_000, dust: 0, minimum: 0 });
      }
      for (const s of steps) {
        await game.step(s);
        await game.compare();
      }
      for (const [reason, count] of game.tally) tally.set(reason, (tally.get(reason) ?? 0) + count);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  return tally;
}

describe("Books and pegged facilities against the model", () => {
  it("M7: every step is the model's, to the wei and to the refusal's name", async () => {
    const tally = await play(40, 40);
    // Enough happened, and enough was refused, for either to mean something.
    expect(tally.get("done")! > 200).to.equal(true);
    for (const reason of ["Facility_TooSmall", "Facility_BelowMinimum", "Books_Impaired", "PeggedFacility_Deficit"]) {
      expect(tally.has(reason), reason).to.equal(true);
    }
  });

  for (let part = 1; part <= 6; part++) {
    it(`[fuzz] M7: every step of fifty longer histories is the model's, part ${part} of 6`, async () => {
      await play(50, 60);
    });
  }
});
