import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { parseUnits, Wallet } from "ethers";
import { Batcher } from "../../protocol/batcher/batcher";
import type { BatcherEvent } from "../../protocol/batcher/events";
import type { Proving } from "../../protocol/batcher/maker";
import type { Chain } from "../../protocol/chain/chain";
import { readBooks } from "../../protocol/chain/conservation";
import { revertReason } from "../../protocol/chain/errors";
import { FactWaits, GatewayCarrier } from "../../protocol/chain/factCarrier";
import { Ledger } from "../../protocol/chain/ledger";
import { postRequests, readStanding } from "../../protocol/chain/ordering";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import type { Token } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { deposit } from "../../protocol/client/deposit";
import { l2KeyFromWallet } from "../../protocol/client/keys";
import { signOp, zusdWithdrawal } from "../../protocol/client/ops";
import { exit } from "../../protocol/client/requests";
import { swap } from "../../protocol/client/stable";
import { openSrs } from "../../protocol/crypto/srs";
import { circuitArtifacts, createProver } from "../../protocol/prover";
import { SIZES, ZUSD } from "../../protocol/spec";
import { StateCommitment, type SignedOp } from "../../protocol/state";
import { Cleanup } from "../../scripts/demo/world";
import { IERC20__factory } from "../../typechain-types";
import { rejection } from "../fixtures/rejection";
import { Courier } from "./courier";
import { FORKED } from "./networks";
import { advance, as, deal, enrich, FORCE_DELAY, LEASES, startForks, type ForkedChain } from "./world";

/** Longer than any of the networks takes to be final. */
const FINAL = 1_000;
const HOUR = 3_600;
/** Rounds of waiting for facts that one batch may need: heads of queues, the batch on each chain, acknowledgements. */
const MOST_ROUNDS = 12;
const zusd = (value: string): bigint => parseUnits(value, 18);

/**
 * Three networks, forked: BNB Smart Chain is the primary, Ethereum and Polygon follow. Proofs are real, and so are LayerZero's and
 * Hyperlane's contracts; the third gateway's attesters lie about every fact, throughout.
 */
describe("[fork] three networks, real proofs, real gateways", () => {
  const cleanup = new Cleanup();
  const events: BatcherEvent[] = [];
  const [operator, alice, bob, carol, stranger] = Array.from(
    { length: 5 },
    () => new Wallet(Wallet.createRandom().privateKey),
  );
  let folder: string;
  let chains: readonly ForkedChain[];
  let bnb: ForkedChain;
  let ethereum: ForkedChain;
  let polygon: ForkedChain;
  let courier: Courier;
  let proving: Proving;
  let batcher: Batcher;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-forks-"));
    cleanup.add(() => fs.rmSync(folder, { recursive: true }));
    const artifacts = await circuitArtifacts("test");
    ({ chains } = await startForks(folder, operator, cleanup));
    [bnb, ethereum, polygon] = chains;
    courier = new Courier(chains);
    courier.lies = true;
    const prover = createProver(artifacts);
    cleanup.add(() => prover.terminate());
    const srs = await openSrs({ power: SIZES.test.cellBits, ...artifacts.srs });
    proving = { size: SIZES.test, circuitId: artifacts.circuitId, prover, commitments: new StateCommitment(srs) };
    batcher = await start("operator", operator);
  });
  after(() => cleanup.run());

  async function start(name: string, wallet: Wallet): Promise<Batcher> {
    const [primary, ...secondaries] = chains.map((chain) => as(wallet, chain));
    const started = await Batcher.start({
      directory: path.join(folder, name),
      primary,
      secondaries,
      proving,
      carrier: new GatewayCarrier(),
      onEvent: (event) => events.push(event),
    });
    cleanup.add(() => started.close());
    return started;
  }

  /** Does what waits for facts, letting time pass and messages arrive whenever it waits. */
  async function whenFactsHold<T>(run: () => Promise<T>): Promise<T> {
    for (let round = 1; ; round++) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof FactWaits) || round === MOST_ROUNDS) throw error;
        // Either nobody carries what was published, or it is not final.
        if ((await courier.carry()) === 0) await advance(chains, FINAL);
      }
    }
  }

  /** Until every chain that can be reached has all batches. */
  const settle = (by: Batcher): Promise<unknown> => whenFactsHold(() => by.step());

  const tokenOf = (chain: ForkedChain, symbol: string): Token => chain.tokens.get(symbol) as Token;
  const balanceOf = (chain: ForkedChain, symbol: string, { address }: Wallet): Promise<bigint> =>
    IERC20__factory.connect(tokenOf(chain, symbol).address, chain.provider).balanceOf(address);

  async function deposits(wallet: Wallet, chain: ForkedChain, symbol: string, value: string): Promise<void> {
    const token = tokenOf(chain, symbol);
    const amount = parseUnits(value, token.decimals);
    await deal(chain, token, wallet.address, amount);
    const own = as(wallet, chain);
    const { ay: key } = await l2KeyFromWallet(wallet, own.domain, true);
    await deposit(own, { token: token.address, amount, key });
  }

  function cellOf({ address }: Wallet): { account: number; cell: number } {
    const [account] = accountsOf(batcher.state, address);
    const { cell } = holdings(batcher.state).find((holding) => holding.account === account) ?? { cell: 0 };
    return { account, cell };
  }

  /** A withdrawal of zUSD into a stablecoin, signed. */
  async function withdrawal(wallet: Wallet, chain: ForkedChain, symbol: string, value: string): Promise<SignedOp> {
    const { cell } = cellOf(wallet);
    const op = zusdWithdrawal(cell, zusd(value), wallet.address, chain.chain.index, {
      into: tokenOf(chain, symbol).local,
    });
    const key = await l2KeyFromWallet(wallet, bnb.chain.domain, false);
    const { domain } = batcher.state;
    return signOp(key, op, { domain, nonce: batcher.state.balance(cell).nonce, token: ZUSD });
  }

  /** Every chain stands at the primary's batch, in the state that its own calldata gives. */
  async function expectSame(at: readonly ForkedChain[] = chains): Promise<void> {
    const { x, y } = await bnb.chain.rollup.commitment();
    for (const { chain } of at) {
      expect(await chain.rollup.commitment(), chain.name).to.deep.equal([x, y]);
      const ledger = new Ledger(chain);
      await ledger.sync();
      expect(await proving.commitments.commit(ledger.state), chain.name).to.deep.equal({ x, y });
      for (const { token, surplus } of await readBooks(chain)) {
        expect(surplus, `${token.symbol} on ${chain.name}`).to.be.greaterThanOrEqual(0n);
      }
    }
  }

  it("deploys on forks of the networks, with their tokens, feeds and endpoints at their addresses", async () => {
    for (const [i, { network, assets, evmChainId }] of FORKED.entries()) {
      const { chain, description, layerZero, hyperlane, provider } = chains[i];
      expect(await provider.send("eth_chainId", [])).to.equal(`0x${evmChainId.toString(16)}`);
      expect(description.gateways).to.have.length(3);
      expect(await layerZero.endpoint.eid()).to.equal(BigInt(network.layerZero?.eid ?? 0));
      expect(await hyperlane.mailbox.localDomain()).to.equal(BigInt(network.hyperlane?.domain ?? 0));
      expect(await chain.facts.finality()).to.equal(BigInt(network.finality.seconds));
      for (const asset of assets.assets) expect(await provider.getCode(asset.address), asset.symbol).to.not.equal("0x");
      expect(description.facilities.map(({ token }) => token)).to.deep.equal(
        assets.assets.slice(0, description.facilities.length).map(({ address }) => address),
      );
    }
  });

  it("X14: USDC on Ethereum becomes USDT on BNB Smart Chain with one transaction, while one gateway lies", async () => {
    await deposits(bob, bnb, "USDT", "2000");
    await deposits(carol, polygon, "USDC", "500");
    await deposits(alice, ethereum, "USDT", "300");
    // The primary's own request waits for no other chain to be final.
    expect(await rejection(batcher.step())).to.be.instanceOf(FactWaits);
    expect([batcher.latest, accountsOf(batcher.state, bob.address).length]).to.deep.equal([1, 1]);
    await settle(batcher);
    expect(batcher.latest).to.equal(2);

    const usdc = tokenOf(ethereum, "USDC");
    await deal(ethereum, usdc, alice.address, parseUnits("250", usdc.decimals));
    const { timestamp } = (await ethereum.provider.getBlock("latest")) ?? { timestamp: 0 };
    await swap(as(alice, ethereum), {
      tokenIn: usdc.address,
      amountIn: parseUnits("250", usdc.decimals),
      tokenOut: tokenOf(bnb, "USDT").local,
      minOut: parseUnits("249", tokenOf(bnb, "USDT").decimals),
      destination: bnb.chain.index,
      deadline: timestamp + 24 * HOUR,
    });
    expect(await balanceOf(bnb, "USDT", alice)).to.equal(0n);
    await settle(batcher);
    expect(batcher.latest).to.equal(3);
    expect(await balanceOf(bnb, "USDT", alice)).to.be.within(
      parseUnits("249", tokenOf(bnb, "USDT").decimals),
      parseUnits("250", tokenOf(bnb, "USDT").decimals),
    );
    await expectSame();
    for (const { chain } of chains) {
      const alarms = await chain.facts.queryFilter(chain.facts.filters.FactConflict(), chain.firstBlock);
      expect(alarms.length, `alarms on ${chain.name}`).to.be.greaterThan(0);
      for (const other of chains) expect(await chain.facts.frozen(other.chain.index)).to.equal(false);
    }
  });

  it("X16: a chain that nobody hears is suspended, the others go on; it comes back and resumes", async () => {
    courier.silent.add(polygon.chain.index);
    await advance(chains, LEASES[2] + HOUR);
    const before = await polygon.chain.rollup.number();
    const refused = await rejection(withdrawal(carol, polygon, "USDC", "50").then((op) => batcher.submit(op)));
    expect(refused.message).to.equal(`Withdraw.chain is ${polygon.chain.index}, which is suspended`);

    await batcher.submit(await withdrawal(bob, ethereum, "USDC", "100"));
    expect(await reached(4)).to.equal(true);
    expect(await balanceOf(ethereum, "USDC", bob)).to.be.greaterThan(parseUnits("99", 6));
    await expectSame([bnb, ethereum]);
    expect(await polygon.chain.rollup.number()).to.equal(before);

    courier.silent.clear();
    const { acknowledged } = await readStanding(bnb.chain, polygon.chain.index);
    await settle(batcher);
    await expectSame();
    expect((await readStanding(bnb.chain, polygon.chain.index)).acknowledged).to.be.greaterThan(
      acknowledged + LEASES[2],
    );
    await batcher.submit(await withdrawal(carol, polygon, "USDC", "50"));
  });

  /** Whether the batch comes to the primary and Ethereum while facts for the third chain do not arrive. */
  async function reached(batch: number): Promise<boolean> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      await batcher.step().catch((error: unknown) => {
        if (!(error instanceof FactWaits)) throw error;
      });
      if ((await ethereum.chain.rollup.number()) === BigInt(batch)) return true;
      if ((await courier.carry()) === 0) await advance(chains, FINAL);
    }
    return false;
  }

  it("R12: the operator is gone, and a stranger forces the batch that lets Alice leave", async () => {
    batcher.close();
    for (const { provider } of chains) await enrich(provider, stranger.address);
    const leaving = await start("stranger", stranger);
    const { account, cell } = cellOf(alice);
    const payer = ethereum.chain.index;
    await exit(as(alice, ethereum), { account, cell, token: ZUSD, payer, recipient: alice.address });
    const queue = new QueueFollower(as(stranger, ethereum));
    await queue.sync();
    const primary: Chain = as(stranger, bnb);
    expect(await whenFactsHold(() => postRequests(primary, queue, new GatewayCarrier()))).to.equal(1);

    const early = await rejection(whenFactsHold(() => leaving.step()));
    expect(revertReason(early.cause)?.name).to.equal("Ordering_NotOperator");
    await advance(chains, FORCE_DELAY);
    await settle(leaving);
    expect(leaving.latest).to.equal(5);
    expect(await ethereum.chain.stable?.zusd.balanceOf(alice.address)).to.equal(zusd("300"));
    await expectSame();
  });
});
