import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";
import { DepositWord0, field, mask, packAmount, tokenId, unpackAmount, ZUSD } from "../../../protocol/spec";
import {
  encodeRequest,
  encodeSigned,
  type Outcome,
  type Request,
  type RouteRequest,
  type UnsignedOp,
} from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import {
  carryBatch,
  carryQueue,
  type Chain,
  connect,
  consumedCount,
  deployChain,
  depositOf,
  foldOf,
  makeBatch,
  OWNER,
  payment,
  PRIMARY,
  queueOf,
  recorded,
  type RequestWords,
  SECONDARY,
  submit,
  type TestBatch,
} from "../../fixtures/contracts";

const RECIPIENT = ethers.getAddress("0x00000000000000000000000000000000000000b2");
const THIRD = 3;
const MAX_AMOUNT = mask(104);

type Filled = Partial<Outcome & { amount: bigint }>;

// Requests ------------------------------------------------------------------------------------------------------------

/** Asked on the primary chain. */
const exitOf = (payer: number, token = ZUSD): Request => ({
  op: "FullExit",
  chain: PRIMARY,
  account: 1,
  cell: 1,
  token,
  payer,
  owner: OWNER,
  recipient: RECIPIENT,
});

/** zUSD from a chain to a chain, to be redeemed there; it is late for no batch. */
const routeOf = (chain: number, payer: number, amount: bigint): RouteRequest => ({
  op: "Route",
  chain,
  token: ZUSD,
  amount,
  payer,
  owner: OWNER,
  deadline: 2 ** 40 - 1,
  recipient: RECIPIENT,
  into: 7,
  minOut: packAmount(3n),
});

// Signed ops ----------------------------------------------------------------------------------------------------------

const leaving = { from: 1, fee: 0n, recipient: RECIPIENT, isZusd: true, asset: 0 };
const words = (op: UnsignedOp): bigint[] => encodeSigned(op);
const withdraw = (chain: number, amount: bigint, asset = 0): bigint[] =>
  words({ op: "Withdraw", ...leaving, chain, amount, asset });
const withdrawExact = (chain: number, amount: bigint, asset = 0, minOut = 0n): bigint[] =>
  words({ op: "WithdrawExact", ...leaving, chain, amount, asset, minOut });

/** Two chains with the queues of mock vaults, and what is needed to make and submit batches on them. */
class World {
  constructor(
    readonly primary: Chain,
    readonly secondary: Chain,
  ) {}

  static async deploy(): Promise<World> {
    const [primary, secondary] = [
      await deployChain({ index: PRIMARY, queueOnly: true }),
      await deployChain({ index: SECONDARY, queueOnly: true }),
    ];
    await connect(primary, secondary);
    await connect(secondary, primary);
    return new World(primary, secondary);
  }

  private get chains(): Chain[] {
    return [this.primary, this.secondary];
  }

  /** Queues a request on its chain; it is in a batch what `filled` says. */
  async ask(request: Request, filled: Filled = {}): Promise<RequestWords> {
    const chain = this.chains.find(({ index }) => index === request.chain)!;
    const vault = await ethers.getContractAt("MockQueueVault", chain.vault);
    const asked = encodeRequest(request) as RequestWords;
    await vault.queue(...asked);
    return recorded(asked, filled);
  }

  /** A deposit of zUSD that is credited, or refunded for the cap. */
  deposit(chain: number, amount: bigint, covered = true): Promise<RequestWords> {
    return this.ask(depositOf(chain, amount), { executed: covered, covered });
  }

  /** An exit of zUSD that is paid. */
  exit(payer: number, amount: bigint, covered = true): Promise<RequestWords> {
    return this.ask(exitOf(payer), { executed: true, covered, amount });
  }

  /** A route that is paid, or refunded for the ledger. */
  route(chain: number, payer: number, amount: bigint, covered = true): Promise<RequestWords> {
    return this.ask(routeOf(chain, payer, amount), { executed: covered, covered });
  }

  /** The next batch on the primary chain; its requests are the next ones of their queues. */
  async batch(queue: RequestWords[], signed: bigint[] = []): Promise<TestBatch> {
    const folds = [];
    for (const source of this.chains) {
      const taken = queue.filter(([word0]) => chainOf(word0) === source.index).length;
      if (taken === 0) continue;
      if (source !== this.primary) await carryQueue(this.primary, source);
      folds.push(await foldOf(source, (await consumedCount(this.primary, source)) + taken));
    }
    return makeBatch(this.primary, { queue, signed, folds });
  }

  async submit(queue: RequestWords[], signed: bigint[] = []) {
    return submit(this.primary, await this.batch(queue, signed));
  }

  async expectRefused(queue: RequestWords[], signed: bigint[], error: string, args: unknown[]): Promise<void> {
    const { rollup, operator } = this.primary;
    const batch = await this.batch(queue, signed);
    await expect(rollup.connect(operator).submitBatch.staticCall(batch), error)
      .to.be.revertedWithCustomError(rollup, error)
      .withArgs(...args);
  }

  /** Submits on the secondary chain what the primary accepted. */
  async follow(batch: TestBatch): Promise<void> {
    const number = (await this.secondary.rollup.number()) + 1n;
    await carryBatch(this.secondary, this.primary, number);
    const taken = batch.folds.filter(({ chain }) => chain === SECONDARY);
    await submit(this.secondary, { ...batch, folds: taken });
  }

  issued(chain: number): Promise<bigint> {
    return this.primary.rollup.issued(chain);
  }

  /** A cap from the next batch on. */
  async cap(chain: number, cap: bigint): Promise<void> {
    await this.primary.rollup.setCap(chain, cap, (await this.primary.rollup.number()) + 1n);
  }
}

function chainOf(word0: bigint): number {
  const { offset, bits } = field(DepositWord0, "chain");
  return Number((word0 >> BigInt(offset)) & mask(bits));
}

describe("ZusdLedger", () => {
  /** Nothing is issued. */
  const fixture = (): Promise<World> => World.deploy();

  /** 100 is issued to the primary chain, 50 to the secondary; the caps are 150 and 50. */
  async function issuedFixture(): Promise<World> {
    const world = await World.deploy();
    await world.cap(PRIMARY, 150n);
    await world.cap(SECONDARY, 50n);
    await world.submit([await world.deposit(PRIMARY, 100n), await world.deposit(SECONDARY, 50n)]);
    return world;
  }

  describe("deposits", () => {
    it("are not covered at all without a cap", async () => {
      const world = await loadFixture(fixture);
      await world.ask(depositOf(PRIMARY, 1n));
      const [request] = await queueOf(world.primary);
      await world.expectRefused([recorded(request)], [], "ZusdLedger_WrongFlag", [0, false]);
      await world.submit([recorded(request, { covered: false })]);
      expect(await world.issued(PRIMARY)).to.equal(0);
    });

    const cases: [amount: bigint, covered: boolean][] = [
      [1n, true],
      [49n, true],
      [50n, true],
      [51n, false],
      [100n, false],
      [MAX_AMOUNT, false],
    ];
    for (const [amount, covered] of cases) {
      it(`X15: of ${amount}, with 50 left below the cap: ${covered ? "covered" : "not covered"}, and not the other`, async () => {
        const world = await loadFixture(issuedFixture);
        const asked = await world.ask(depositOf(PRIMARY, amount));
        for (const executed of [true, false]) {
          const wrong = recorded(asked, { executed, covered: !covered });
          await world.expectRefused([wrong], [], "ZusdLedger_WrongFlag", [0, covered]);
        }
        await world.submit([recorded(asked, { executed: covered, covered })]);
        expect(await world.issued(PRIMARY)).to.equal(covered ? 100n + amount : 100n);
        expect(await world.issued(SECONDARY)).to.equal(50);
      });
    }

    it("that are covered and yet refunded, for another reason, issue nothing", async () => {
      const world = await loadFixture(issuedFixture);
      await world.submit([await world.ask(depositOf(PRIMARY, 50n), { covered: true })]);
      expect(await world.issued(PRIMARY)).to.equal(100);
      expect(await world.primary.vault.outboxOf(2)).to.equal(outboxHash([payment(ZUSD, OWNER, 50n)]));
    });

    it("that are not covered are refunded in zUSD by their chain", async () => {
      const world = await loadFixture(issuedFixture);
      const queue = [await world.deposit(PRIMARY, 51n, false), await world.deposit(SECONDARY, 1n, false)];
      const batch = await world.batch(queue);
      await submit(world.primary, batch);
      expect(await world.primary.vault.outboxOf(2)).to.equal(outboxHash([payment(ZUSD, OWNER, 51n)]));
    });

    it("V10: of the largest amount under the largest cap", async () => {
      const world = await loadFixture(fixture);
      await world.cap(PRIMARY, MAX_AMOUNT);
      await world.submit([await world.deposit(PRIMARY, MAX_AMOUNT)]);
      expect(await world.issued(PRIMARY)).to.equal(MAX_AMOUNT);
      for (const amount of [1n, MAX_AMOUNT]) await world.submit([await world.deposit(PRIMARY, amount, false)]);
      expect(await world.issued(PRIMARY)).to.equal(MAX_AMOUNT);
    });

    it("the wrong flag is named by its slot, Noops counted", async () => {
      const world = await loadFixture(issuedFixture);
      const noop: RequestWords = [0n, 0n, 0n];
      const right = await world.deposit(PRIMARY, 50n);
      const wrong = await world.deposit(PRIMARY, 1n);
      await world.expectRefused([noop, right, noop, wrong], [], "ZusdLedger_WrongFlag", [3, false]);
    });
  });

  it("ops of other tokens and SetKeys are always covered, and move nothing", async () => {
    const world = await loadFixture(issuedFixture);
    const [own, other] = [tokenId(PRIMARY, 1), tokenId(SECONDARY, 1)];
    const requests: [Request, Filled][] = [
      [depositOf(PRIMARY, 1000n, own), { executed: true }],
      [depositOf(PRIMARY, 1000n, own), { executed: false }],
      [{ op: "SetKey", chain: PRIMARY, account: 1, owner: OWNER, key: 5n }, { executed: true }],
      [{ op: "SetKey", chain: PRIMARY, account: 1, owner: OWNER, key: 5n }, { executed: false }],
      [exitOf(PRIMARY, own), { executed: true, amount: 1000n }],
      [exitOf(SECONDARY, other), { executed: true, amount: 1000n }],
      [exitOf(SECONDARY, other), { executed: false }],
    ];
    for (const [request, filled] of requests) {
      const asked = await world.ask(request, { ...filled, covered: false });
      await world.expectRefused([asked], [], "ZusdLedger_WrongFlag", [0, true]);
      await world.submit([recorded(asked, filled)]);
    }
    expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([100n, 50n]);
  });

  describe("exits", () => {
    const covered: [payer: number, amount: bigint][] = [
      [PRIMARY, 0n],
      [PRIMARY, 1n],
      [PRIMARY, 100n],
      [SECONDARY, 50n],
      [THIRD, 0n],
    ];
    for (const [payer, amount] of covered) {
      it(`covered, of ${amount}, take from what is issued to the payer, chain ${payer}`, async () => {
        const world = await loadFixture(issuedFixture);
        await world.submit([await world.exit(payer, amount)]);
        expect(await world.issued(PRIMARY)).to.equal(payer === PRIMARY ? 100n - amount : 100n);
        expect(await world.issued(SECONDARY)).to.equal(payer === SECONDARY ? 50n - amount : 50n);
        const paid = outboxHash([payment(ZUSD, RECIPIENT, amount)]);
        expect(await world.primary.vault.outboxOf(2)).to.equal(payer === PRIMARY ? paid : ZeroHash);
      });
    }

    it("X15: covered, of more than is issued, are refused", async () => {
      const world = await loadFixture(issuedFixture);
      const asked = [
        [PRIMARY, 100n, 101n],
        [SECONDARY, 50n, 51n],
        [THIRD, 0n, 1n],
        [PRIMARY, 100n, mask(128)],
      ] as const;
      for (const [payer, issued, amount] of asked) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        await world.expectRefused([await world.exit(payer, amount)], [], "ZusdLedger_NotIssued", [
          payer,
          issued,
          amount,
        ]);
        await ethers.provider.send("evm_revert", [snapshot]);
      }
    });

    it("not covered, pay all that is issued to the payer", async () => {
      const world = await loadFixture(issuedFixture);
      await world.submit([await world.exit(SECONDARY, 50n, false)]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([100n, 0n]);
      // Then there is nothing more, and the next one gets nothing.
      await world.submit([await world.exit(SECONDARY, 0n, false)]);
      await world.submit([await world.exit(PRIMARY, 100n, false)]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([0n, 0n]);
    });

    it("not covered, of any other amount, are refused", async () => {
      const world = await loadFixture(issuedFixture);
      for (const amount of [0n, 1n, 99n, 101n, mask(128)]) {
        for (const executed of [true, false]) {
          const snapshot = await ethers.provider.send("evm_snapshot", []);
          const asked = await world.ask(exitOf(PRIMARY), { executed, covered: false, amount });
          const noop: RequestWords = [0n, 0n, 0n];
          await world.expectRefused([noop, asked], [], "ZusdLedger_NotAll", [1, 100, amount]);
          await ethers.provider.send("evm_revert", [snapshot]);
        }
      }
    });

    it("not executed, take nothing and pay nothing", async () => {
      const world = await loadFixture(issuedFixture);
      await world.submit([await world.ask(exitOf(PRIMARY), { covered: true })]);
      expect(await world.issued(PRIMARY)).to.equal(100);
      expect(await world.primary.vault.outboxOf(2)).to.equal(ZeroHash);
    });
  });

  describe("routes", () => {
    /** Expects that the flag can be this alone, executed or not; then that the route leads to this ledger. */
    async function expectFlag(
      world: World,
      [chain, payer, amount]: readonly [number, number, bigint],
      covered: boolean,
      issued: readonly [bigint, bigint],
    ): Promise<void> {
      const asked = await world.ask(routeOf(chain, payer, amount));
      for (const executed of [true, false]) {
        const wrong = recorded(asked, { executed, covered: !covered });
        await world.expectRefused([wrong], [], "ZusdLedger_WrongFlag", [0, covered]);
      }
      await world.submit([recorded(asked, { executed: covered, covered })]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal(issued);
    }

    // 100 is issued to the primary chain and 50 to the secondary; the caps are 150 and 50.
    const toCap: [chain: number, payer: number, amount: bigint, covered: boolean, issued: [bigint, bigint]][] = [
      [PRIMARY, SECONDARY, 50n, true, [150n, 0n]],
      [PRIMARY, PRIMARY, 50n, true, [100n, 50n]],
      [PRIMARY, PRIMARY, 51n, false, [100n, 50n]],
      [SECONDARY, PRIMARY, 1n, false, [100n, 50n]],
      [SECONDARY, SECONDARY, 1n, false, [100n, 50n]],
      [PRIMARY, PRIMARY, MAX_AMOUNT, false, [100n, 50n]],
    ];
    for (const [chain, payer, amount, covered, issued] of toCap) {
      it(`X15: of ${amount} from chain ${chain} to ${payer}: the source's cap ${covered ? "covers it" : "does not cover it"}, and no flag says else`, async () => {
        const world = await loadFixture(issuedFixture);
        await expectFlag(world, [chain, payer, amount], covered, issued);
      });
    }

    it("X15: a route is covered up to exactly what is issued to the destination", async () => {
      const amounts = [
        [SECONDARY, 49n, true, [149n, 1n]],
        [SECONDARY, 50n, true, [150n, 0n]],
        [SECONDARY, 51n, false, [100n, 50n]],
        [THIRD, 1n, false, [100n, 50n]],
        [63, 1n, false, [100n, 50n]],
      ] as const;
      for (const [payer, amount, covered, issued] of amounts) {
        const world = await loadFixture(issuedFixture);
        // The cap is no reason.
        await world.cap(PRIMARY, MAX_AMOUNT);
        await expectFlag(world, [PRIMARY, payer, amount], covered, issued);
      }
    });

    it("from a chain to itself move nothing, and need no more than what comes in", async () => {
      const world = await loadFixture(fixture);
      await world.cap(PRIMARY, 70n);
      await expectFlag(world, [PRIMARY, PRIMARY, 70n], true, [0n, 0n]);
      await expectFlag(world, [PRIMARY, PRIMARY, 71n], false, [0n, 0n]);
      expect(await world.primary.vault.outboxOf(1)).to.equal(
        outboxHash([{ ...payment(ZUSD, RECIPIENT, 70n), into: 7, minOut: packAmount(3n) }]),
      );
    });

    it("are paid by the destination, with what to redeem into, and refunded by the source in zUSD", async () => {
      const world = await loadFixture(issuedFixture);
      await world.cap(SECONDARY, 150n);
      await world.submit([
        await world.route(SECONDARY, PRIMARY, 100n),
        await world.route(PRIMARY, SECONDARY, 151n, false),
        await world.route(PRIMARY, SECONDARY, 150n),
        await world.ask(routeOf(PRIMARY, THIRD, 1n), { covered: false }),
      ]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([150n, 0n]);
      const paid = { ...payment(ZUSD, RECIPIENT, 100n), into: 7, minOut: packAmount(3n) };
      expect(await world.primary.vault.outboxOf(2)).to.equal(
        outboxHash([paid, payment(ZUSD, OWNER, 151n), payment(ZUSD, OWNER, 1n)]),
      );
    });

    it("are paid and refunded by the secondary chain alike", async () => {
      const world = await loadFixture(fixture);
      for (const { rollup } of [world.primary, world.secondary]) {
        for (const chain of [PRIMARY, SECONDARY]) await rollup.setCap(chain, 100n, 1);
      }
      const batch = await world.batch([
        await world.deposit(SECONDARY, 40n),
        await world.route(PRIMARY, SECONDARY, 30n),
        await world.route(SECONDARY, THIRD, 5n, false),
      ]);
      await submit(world.primary, batch);
      await world.follow(batch);
      const { rollup, vault } = world.secondary;
      expect([await rollup.issued(PRIMARY), await rollup.issued(SECONDARY)]).to.deep.equal([30n, 10n]);
      const paid = { ...payment(ZUSD, RECIPIENT, 30n), into: 7, minOut: packAmount(3n) };
      expect(await vault.outboxOf(1)).to.equal(outboxHash([paid, payment(ZUSD, OWNER, 5n)]));
      expect(await world.primary.vault.outboxOf(1)).to.equal(ZeroHash);
    });

    it("that are covered and yet refunded, for another reason, move nothing", async () => {
      const world = await loadFixture(issuedFixture);
      await world.submit([await world.ask(routeOf(PRIMARY, SECONDARY, 50n), { covered: true })]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([100n, 50n]);
      expect(await world.primary.vault.outboxOf(2)).to.equal(outboxHash([payment(ZUSD, OWNER, 50n)]));
    });
  });

  describe("withdrawals", () => {
    const forms: [string, (chain: number, amount: bigint) => bigint[]][] = [
      ["packed", withdraw],
      ["exact", withdrawExact],
      ["packed, to be redeemed", (chain, amount) => withdraw(chain, amount, 7)],
      ["exact, to be redeemed", (chain, amount) => withdrawExact(chain, amount, 1023, 99n)],
    ];
    for (const [name, form] of forms) {
      it(`${name}: up to what is issued to their chain`, async () => {
        const world = await loadFixture(issuedFixture);
        await world.submit([], form(PRIMARY, 0n));
        await world.submit([], form(PRIMARY, 99n));
        await world.submit([], form(SECONDARY, 50n));
        expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([1n, 0n]);
        await world.submit([], form(PRIMARY, 1n));
        expect(await world.issued(PRIMARY)).to.equal(0);
      });

      it(`X15: ${name}: beyond what is issued they are refused`, async () => {
        const world = await loadFixture(issuedFixture);
        const beyond = [
          [PRIMARY, 100n, 101n],
          [SECONDARY, 50n, 51n],
          [THIRD, 0n, 1n],
          [63, 0n, 1n],
          [PRIMARY, 100n, 34_359_738_367n * 10n ** 27n],
        ] as const;
        for (const [chain, issued, amount] of beyond) {
          await world.expectRefused([], form(chain, amount), "ZusdLedger_NotIssued", [chain, issued, amount]);
        }
      });
    }

    it("X15: a packed amount beyond 128 bits is refused, whichever chain pays", async () => {
      const world = await loadFixture(issuedFixture);
      const [word] = withdraw(THIRD, 0n);
      const packed = mask(40);
      const at = 1 + 3 * 4;
      await world.expectRefused([], [word | (packed << 31n)], "Pubdata_AmountTooLarge", [at, unpackAmount(packed)]);
    });

    it("X15: to chain 0, which has no vault, they are refused: nothing is issued to it", async () => {
      const world = await loadFixture(issuedFixture);
      const [word] = withdraw(THIRD, 1n);
      await world.expectRefused([], [word - BigInt(THIRD)], "ZusdLedger_NotIssued", [0, 0, 1]);
    });

    it("in each slot, and several of one chain take one after the other", async () => {
      const world = await loadFixture(issuedFixture);
      for (const slot of [0, 1, 2, 3]) {
        const signed = new Array<bigint>(slot).fill(0n);
        await world.expectRefused([], [...signed, ...withdraw(THIRD, 1n)], "ZusdLedger_NotIssued", [THIRD, 0, 1]);
      }
      for (const slot of [0, 2]) {
        const signed = new Array<bigint>(slot).fill(0n);
        await world.expectRefused([], [...signed, ...withdrawExact(THIRD, 1n)], "ZusdLedger_NotIssued", [THIRD, 0, 1]);
      }
      const signed = [...withdrawExact(PRIMARY, 60n), ...withdraw(PRIMARY, 30n)];
      await world.expectRefused([], [...signed, ...withdraw(PRIMARY, 11n)], "ZusdLedger_NotIssued", [PRIMARY, 10, 11]);
      await world.submit([], [...signed, ...withdraw(PRIMARY, 10n)]);
      expect(await world.issued(PRIMARY)).to.equal(0);
    });

    it("of other tokens are no matter of the ledger", async () => {
      const world = await loadFixture(issuedFixture);
      const other = { ...leaving, isZusd: false, asset: 1, amount: 1000n };
      const signed = [PRIMARY, SECONDARY, THIRD, 63].flatMap((chain) => words({ op: "Withdraw", ...other, chain }));
      await world.submit([], signed);
      await world.submit([], words({ op: "WithdrawExact", ...other, chain: SECONDARY, minOut: 0n }));
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([100n, 50n]);
    });
  });

  describe("several ops of one chain in one batch count in the order of the words", () => {
    it("a deposit, then an exit of it; not the other way round", async () => {
      const world = await loadFixture(issuedFixture);
      const [deposit, exit] = [await world.deposit(PRIMARY, 50n), await world.exit(PRIMARY, 150n)];
      await world.submit([deposit, exit]);
      expect(await world.issued(PRIMARY)).to.equal(0);

      const reversed = [await world.exit(PRIMARY, 50n), await world.deposit(PRIMARY, 50n)];
      await world.expectRefused(reversed, [], "ZusdLedger_NotIssued", [PRIMARY, 0, 50]);
    });

    it("an exit, then a deposit into the room it left; not the other way round", async () => {
      const world = await loadFixture(issuedFixture);
      await world.submit([await world.exit(PRIMARY, 100n), await world.deposit(PRIMARY, 150n)]);
      expect(await world.issued(PRIMARY)).to.equal(150);
      const reversed = [await world.deposit(PRIMARY, 1n), await world.exit(PRIMARY, 150n)];
      await world.expectRefused(reversed, [], "ZusdLedger_WrongFlag", [0, false]);
    });

    it("deposits until the cap: one that is not credited leaves its room to the next", async () => {
      const world = await loadFixture(issuedFixture);
      await world.submit([
        await world.ask(depositOf(PRIMARY, 50n), { covered: true, executed: false }),
        await world.deposit(PRIMARY, 51n, false),
        await world.deposit(PRIMARY, 50n),
        await world.deposit(PRIMARY, 1n, false),
      ]);
      expect(await world.issued(PRIMARY)).to.equal(150);
    });

    it("a deposit, then a withdrawal of it; but no withdrawal makes room for a deposit", async () => {
      const world = await loadFixture(issuedFixture);
      await world.submit([await world.deposit(PRIMARY, 50n)], withdraw(PRIMARY, 150n));
      expect(await world.issued(PRIMARY)).to.equal(0);
      const deposit = await world.deposit(SECONDARY, 1n);
      await world.expectRefused([deposit], withdraw(SECONDARY, 50n), "ZusdLedger_WrongFlag", [0, false]);
    });

    it("an exit takes all that is left; the next one and a withdrawal nothing", async () => {
      const world = await loadFixture(issuedFixture);
      const queue = [
        await world.exit(PRIMARY, 30n),
        await world.exit(PRIMARY, 70n, false),
        await world.exit(PRIMARY, 0n, false),
      ];
      await world.expectRefused(queue, withdraw(PRIMARY, 1n), "ZusdLedger_NotIssued", [PRIMARY, 0, 1]);
      const again = recorded(queue[2], { covered: false, amount: 70n });
      await world.expectRefused([...queue.slice(0, 2), again], [], "ZusdLedger_NotAll", [2, 0, 70]);
      await world.submit(queue, withdraw(PRIMARY, 0n));
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([0n, 50n]);
    });

    it("a route, then an exit of what it brought in; not the other way round", async () => {
      const world = await loadFixture(issuedFixture);
      const queue = [await world.route(PRIMARY, SECONDARY, 50n), await world.exit(PRIMARY, 150n)];
      await world.submit(queue);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([0n, 0n]);
      const reversed = [await world.exit(PRIMARY, 1n), await world.route(PRIMARY, PRIMARY, 1n)];
      await world.expectRefused(reversed, [], "ZusdLedger_NotIssued", [PRIMARY, 0, 1]);
    });

    it("routes after each other: what one brings in the next takes out, and what one takes out the next lacks", async () => {
      const world = await loadFixture(issuedFixture);
      await world.cap(SECONDARY, 150n);
      await world.submit([
        await world.route(PRIMARY, SECONDARY, 50n),
        await world.route(PRIMARY, SECONDARY, 1n, false),
        await world.route(SECONDARY, PRIMARY, 150n),
        await world.route(SECONDARY, PRIMARY, 1n, false),
      ]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([0n, 150n]);
    });

    it("a deposit makes room for a route to leave, a route none for a deposit; and withdrawals come after both", async () => {
      const world = await loadFixture(issuedFixture);
      await world.cap(SECONDARY, 60n);
      const queue = [await world.deposit(SECONDARY, 10n), await world.route(PRIMARY, SECONDARY, 50n)];
      const full = await world.deposit(PRIMARY, 1n);
      await world.expectRefused([...queue, full], [], "ZusdLedger_WrongFlag", [2, false]);
      const refunded = recorded(full, { covered: false });
      await world.expectRefused([...queue, refunded], withdraw(SECONDARY, 11n), "ZusdLedger_NotIssued", [
        SECONDARY,
        10,
        11,
      ]);
      await world.submit([...queue, refunded], [...withdraw(SECONDARY, 10n), ...withdraw(PRIMARY, 150n)]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([0n, 0n]);
    });

    it("chains do not mix", async () => {
      const world = await loadFixture(issuedFixture);
      const queue = [await world.exit(SECONDARY, 50n), await world.deposit(PRIMARY, 50n)];
      await world.expectRefused(queue, withdraw(SECONDARY, 1n), "ZusdLedger_NotIssued", [SECONDARY, 0, 1]);
      await world.submit(queue, [...withdraw(PRIMARY, 1n), ...withdraw(PRIMARY, 2n)]);
      expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([147n, 0n]);
    });
  });

  it("a batch that is refused moves nothing", async () => {
    const world = await loadFixture(issuedFixture);
    const queue = [await world.deposit(PRIMARY, 50n), await world.exit(SECONDARY, 50n)];
    await expect(world.submit(queue, withdraw(SECONDARY, 1n))).to.be.revertedWithCustomError(
      world.primary.rollup,
      "ZusdLedger_NotIssued",
    );
    expect([await world.issued(PRIMARY), await world.issued(SECONDARY)]).to.deep.equal([100n, 50n]);
    expect(await world.primary.rollup.number()).to.equal(1);
  });

  describe("caps", () => {
    it("hold from a batch on: before it the old one, at it and after it the new one", async () => {
      const world = await loadFixture(fixture);
      const { rollup } = world.primary;
      const caps = async (chain: number, ...numbers: number[]) => {
        const result: bigint[] = [];
        for (const number of numbers) result.push(await rollup.capOf(chain, number));
        return result;
      };
      expect(await caps(SECONDARY, 0, 1, 1000)).to.deep.equal([0n, 0n, 0n]);
      await expect(rollup.setCap(SECONDARY, 70n, 3))
        .to.emit(rollup, "CapSet")
        .withArgs(SECONDARY, 70, 3);
      expect(await caps(SECONDARY, 0, 1, 2, 3, 4, 1000)).to.deep.equal([0n, 0n, 0n, 70n, 70n, 70n]);
      expect(await caps(PRIMARY, 0, 3, 1000)).to.deep.equal([0n, 0n, 0n]);

      const deposit = await world.deposit(SECONDARY, 70n);
      for (const number of [1, 2]) {
        expect(await rollup.number()).to.equal(number - 1);
        await world.expectRefused([deposit], [], "ZusdLedger_WrongFlag", [0, false]);
        await world.submit([]);
      }
      await world.submit([deposit]);
      expect(await world.issued(SECONDARY)).to.equal(70);

      await rollup.setCap(SECONDARY, 90n, 5);
      expect(await caps(SECONDARY, 3, 4, 5, 6)).to.deep.equal([70n, 70n, 90n, 90n]);
    });

    it("X19: are set too late for a batch that is there, or is the latest", async () => {
      const world = await loadFixture(fixture);
      const { rollup } = world.primary;
      for (const latest of [0, 1, 2]) {
        for (const from of [0, latest]) {
          await expect(rollup.setCap(PRIMARY, 5n, from))
            .to.be.revertedWithCustomError(rollup, "ZusdLedger_TooLate")
            .withArgs(from, latest);
        }
        await rollup.setCap.staticCall(PRIMARY, 5n, latest + 1);
        await world.submit([]);
      }
    });

    it("lowered below what is issued: no deposit is covered until enough has left", async () => {
      const world = await loadFixture(issuedFixture);
      await world.cap(PRIMARY, 60n);
      expect(await world.issued(PRIMARY)).to.equal(100);
      await world.submit([await world.deposit(PRIMARY, 1n, false)]);
      await world.submit([await world.exit(PRIMARY, 30n)], withdraw(PRIMARY, 10n));
      // 60 is issued: as much as the cap.
      await world.submit([await world.deposit(PRIMARY, 1n, false)]);
      await world.submit([await world.exit(PRIMARY, 1n), await world.deposit(PRIMARY, 1n)]);
      expect(await world.issued(PRIMARY)).to.equal(60);
    });

    it("of 0 stop deposits and nothing else", async () => {
      const world = await loadFixture(issuedFixture);
      await world.cap(PRIMARY, 0n);
      await world.submit(
        [await world.deposit(PRIMARY, 1n, false), await world.exit(PRIMARY, 40n)],
        withdraw(PRIMARY, 60n),
      );
      expect(await world.issued(PRIMARY)).to.equal(0);
    });

    it("replaced before they hold are given up", async () => {
      const world = await loadFixture(issuedFixture);
      const { rollup } = world.primary;
      const caps = async (...numbers: number[]) => {
        const result: bigint[] = [];
        for (const number of numbers) result.push(await rollup.capOf(PRIMARY, number));
        return result;
      };
      expect(await rollup.number()).to.equal(1);
      await rollup.setCap(PRIMARY, 200n, 4);
      expect(await caps(1, 2, 3, 4, 5, 9)).to.deep.equal([150n, 150n, 150n, 200n, 200n, 200n]);
      // Earlier, and later.
      await rollup.setCap(PRIMARY, 300n, 3);
      expect(await caps(1, 2, 3, 4, 5, 9)).to.deep.equal([150n, 150n, 300n, 300n, 300n, 300n]);
      await rollup.setCap(PRIMARY, 400n, 6);
      expect(await caps(1, 2, 3, 4, 5, 6, 9)).to.deep.equal([150n, 150n, 150n, 150n, 150n, 400n, 400n]);
      for (const number of [2, 3, 4, 5]) {
        expect(await rollup.number()).to.equal(number - 1);
        await world.submit([await world.deposit(PRIMARY, 51n, false)]);
      }
      await world.submit([await world.deposit(PRIMARY, 300n)]);
      expect(await world.issued(PRIMARY)).to.equal(400);
    });

    it("are of chains 1 to 63, below 2^104, from any batch below 2^48", async () => {
      const { primary } = await loadFixture(fixture);
      const { rollup } = primary;
      for (const chain of [0, 64, 255]) {
        await expect(rollup.setCap(chain, 5n, 1))
          .to.be.revertedWithCustomError(rollup, "ZusdLedger_InvalidChain")
          .withArgs(chain);
      }
      for (const chain of [1, 63]) {
        await rollup.setCap(chain, MAX_AMOUNT, mask(48));
        expect(await rollup.capOf(chain, mask(48) - 1n)).to.equal(0);
        expect(await rollup.capOf(chain, mask(48))).to.equal(MAX_AMOUNT);
        expect(await rollup.capOf(chain, mask(64))).to.equal(MAX_AMOUNT);
      }
      const data = rollup.interface.encodeFunctionData("setCap", [1, MAX_AMOUNT, 1]);
      const [admin] = await ethers.getSigners();
      const send = (changed: string) => admin.call({ to: rollup, data: changed });
      await send(data);
      const beyond = data.replace(
        MAX_AMOUNT.toString(16).padStart(64, "0"),
        (1n << 104n).toString(16).padStart(64, "0"),
      );
      await expect(send(beyond)).to.be.reverted;
    });

    it("X19: are set by the authority only", async () => {
      const { primary } = await loadFixture(fixture);
      const [, , stranger] = await ethers.getSigners();
      for (const caller of [stranger, primary.operator]) {
        await expect(primary.rollup.connect(caller).setCap(PRIMARY, 5n, 1))
          .to.be.revertedWithCustomError(primary.rollup, "AccessManagedUnauthorized")
          .withArgs(caller.address);
      }
    });
  });

  describe("X19: a cap that changes while batches are on their way", () => {
    /** Batches 1 to 5 on the primary chain: up to the cap of 100, and from batch 4 on up to 40. */
    async function onTheWay(world: World, change: () => Promise<unknown>): Promise<TestBatch[]> {
      const steps: (() => Promise<TestBatch>)[] = [
        async () => world.batch([await world.deposit(PRIMARY, 60n), await world.deposit(SECONDARY, 100n)]),
        async () => world.batch([await world.deposit(PRIMARY, 41n, false), await world.deposit(SECONDARY, 1n, false)]),
        async () => world.batch([await world.deposit(PRIMARY, 40n)], withdraw(PRIMARY, 5n)),
        async () => world.batch([await world.exit(PRIMARY, 56n), await world.deposit(PRIMARY, 2n, false)]),
        async () => world.batch([await world.deposit(PRIMARY, 1n), await world.deposit(PRIMARY, 1n, false)]),
      ];
      const batches: TestBatch[] = [];
      for (const [i, step] of steps.entries()) {
        if (i === 3) await change();
        const batch = await step();
        await submit(world.primary, batch);
        batches.push(batch);
      }
      return batches;
    }

    async function deployed(): Promise<World> {
      const world = await World.deploy();
      for (const { rollup } of [world.primary, world.secondary]) {
        for (const chain of [PRIMARY, SECONDARY]) await rollup.setCap(chain, 100n, 1);
      }
      return world;
    }

    const lower = ({ rollup }: Chain) => rollup.setCap(PRIMARY, 40n, 4);

    // Not before batch 1 is there: a cap that is yet to hold would be given up.
    for (const after of [1, 2, 3]) {
      it(`leaves them valid on both chains, set on the one after batch 3 and on the other after batch ${after}`, async () => {
        const world = await loadFixture(deployed);
        const batches = await onTheWay(world, () => lower(world.primary));
        for (const [i, batch] of batches.entries()) {
          if (i === after) await lower(world.secondary);
          await world.follow(batch);
        }
        for (const chain of [PRIMARY, SECONDARY]) {
          const issued = await world.issued(chain);
          expect(issued).to.equal(chain === PRIMARY ? 40 : 100);
          expect(await world.secondary.rollup.issued(chain)).to.equal(issued);
          for (const number of [3, 4, 5]) {
            expect(await world.secondary.rollup.capOf(chain, number)).to.equal(
              await world.primary.rollup.capOf(chain, number),
            );
          }
        }
        expect(await world.secondary.rollup.batchHash(5)).to.equal(await world.primary.rollup.batchHash(5));
      });
    }

    it("is refused where the batch is there already", async () => {
      const world = await loadFixture(deployed);
      const batches = await onTheWay(world, () => lower(world.primary));
      for (const batch of batches.slice(0, 3)) await world.follow(batch);
      await expect(world.secondary.rollup.setCap(PRIMARY, 40n, 3))
        .to.be.revertedWithCustomError(world.secondary.rollup, "ZusdLedger_TooLate")
        .withArgs(3, 3);
    });

    it("stops a chain where it was forgotten at the first batch that it decides, and not before", async () => {
      const world = await loadFixture(deployed);
      const batches = await onTheWay(world, () => lower(world.primary));
      for (const batch of batches.slice(0, 3)) await world.follow(batch);
      await expect(world.follow(batches[3])).to.be.revertedWithCustomError(
        world.secondary.rollup,
        "ZusdLedger_WrongFlag",
      );
      await lower(world.secondary);
      for (const batch of batches.slice(3)) await world.follow(batch);
      expect(await world.secondary.rollup.issued(PRIMARY)).to.equal(40);
    });
  });

  it("X15: after any history issued is what came in less what went out, and no wrong word is taken [fuzz]", async () => {
    const CHAINS = [PRIMARY, SECONDARY];
    type Op =
      | { kind: "deposit"; chain: number; amount: bigint; credited: boolean }
      | { kind: "exit"; chain: number; amount: bigint; executed: boolean }
      | { kind: "route"; chain: number; amount: bigint; payer: number; inTime: boolean };
    const chain = fc.constantFrom(...CHAINS);
    const amount = fc.bigInt(1n, 60n);
    const op: fc.Arbitrary<Op> = fc.oneof(
      fc.record({ kind: fc.constant("deposit" as const), chain, amount, credited: fc.boolean() }),
      fc.record({ kind: fc.constant("exit" as const), chain, amount, executed: fc.boolean() }),
      fc.record({ kind: fc.constant("route" as const), chain, amount, payer: chain, inTime: fc.boolean() }),
    );
    const leave = fc.record({ chain, amount, exact: fc.boolean() });
    const step = fc.record({
      caps: fc.array(fc.record({ chain, cap: fc.bigInt(0n, 120n) }), { maxLength: 1 }),
      queue: fc.array(op, { maxLength: 4 }),
      signed: fc.array(leave, { maxLength: 2 }),
      wrong: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
        const world = await loadFixture(fixture);
        const issued = new Map(CHAINS.map((c) => [c, 0n]));
        const caps = new Map(CHAINS.map((c) => [c, 0n]));
        for (const { caps: changes, queue, signed, wrong } of steps) {
          for (const change of changes) {
            await world.cap(change.chain, change.cap);
            caps.set(change.chain, change.cap);
          }
          const right: RequestWords[] = [];
          for (const [i, o] of queue.entries()) {
            const { kind, chain: of } = o;
            const before = issued.get(of)!;
            let request: Request;
            let filled: Filled;
            if (o.kind === "deposit") {
              const covered = before + o.amount <= caps.get(of)!;
              const executed = covered && o.credited;
              [request, filled] = [depositOf(of, o.amount), { executed, covered }];
              if (executed) issued.set(of, before + o.amount);
            } else if (o.kind === "route") {
              const fits = before + o.amount <= caps.get(of)!;
              const there = issued.get(o.payer)! + (o.payer === of ? o.amount : 0n);
              const covered = fits && o.amount <= there;
              const executed = covered && o.inTime;
              [request, filled] = [routeOf(of, o.payer, o.amount), { executed, covered }];
              if (executed) issued.set(of, before + o.amount);
              if (executed) issued.set(o.payer, issued.get(o.payer)! - o.amount);
            } else {
              const { executed } = o;
              const covered = !executed || o.amount <= before;
              const paid = !executed ? 0n : covered ? o.amount : before;
              [request, filled] = [exitOf(of), { executed, covered, amount: paid }];
              issued.set(of, before - paid);
            }
            right.push(await world.ask(request, filled));
            if (i !== wrong || kind === "exit") continue;
            const flipped = recorded(encodeRequest(request) as RequestWords, { ...filled, covered: !filled.covered });
            await world.expectRefused([...right.slice(0, -1), flipped], [], "ZusdLedger_WrongFlag", [
              i,
              filled.covered,
            ]);
          }
          const outs: bigint[] = [];
          for (const { chain: of, amount: wanted, exact } of signed) {
            const before = issued.get(of)!;
            const beyond = before + 1n;
            const form = exact ? withdrawExact : withdraw;
            await world.expectRefused(right, [...outs, ...form(of, beyond)], "ZusdLedger_NotIssued", [
              of,
              before,
              beyond,
            ]);
            const out = wanted < before ? wanted : before;
            outs.push(...form(of, out), ...(exact ? [] : [0n]));
            issued.set(of, before - out);
          }
          await world.submit(right, outs);
          for (const c of CHAINS) expect(await world.issued(c), `chain ${c}`).to.equal(issued.get(c));
        }
      }),
      { numRuns: 15 },
    );
  });
});
