/** Three chains that take batches of the reference implementation, with requests made by real transactions. */
import { artifacts, ethers } from "hardhat";
import { setCode, setStorageAt, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { FactKind, QUEUE_RING, ZUSD, localToken } from "../../protocol/spec";
import { encodeRequest, type DepositRequest, type Request, type State } from "../../protocol/state";
import { batchHash, genesisHash, outboxHash, queueHead, requestHash, type CircuitInput } from "../../protocol/witness";
import * as fixture from "../fixtures/contracts";
import type { RandomBatch } from "../fixtures/randomBatches";
import { atTau, batchOfTrace } from "../fixtures/tracedBatches";

const PRIMARY = 1;
const INDICES = [PRIMARY, 2, 3];
/** Local tokens 1 and 2 of each chain. */
const TOKENS_PER_CHAIN = 2;
const PLENTY = 2n ** 120n;

/** A chain, and the queue that its vault must have: all of it is consumed after each batch. */
interface Side {
  chain: fixture.Chain;
  tokens: string[];
  count: bigint;
  head: string;
}

export class Contracts {
  private readonly depositors = new Set<string>();
  private readonly signers = new Map<string, HardhatEthersSigner>();
  private readonly caps = new Map<number, bigint>();
  private lastHash = "";

  private constructor(private readonly sides: readonly Side[]) {}

  static async deploy(genesis: State): Promise<Contracts> {
    const sides: Side[] = [];
    for (const index of INDICES) {
      const chain = await fixture.deployChain({ index, genesis: atTau(genesis), anyOrder: true });
      const tokens: string[] = [];
      for (let i = 0; i < TOKENS_PER_CHAIN; i++) {
        const token = await ethers.deployContract("MockToken", ["T", 18]);
        await chain.tokens.list(token);
        tokens.push(await token.getAddress());
      }
      sides.push({ chain, tokens, count: 0n, head: ZeroHash });
    }
    for (const { chain } of sides) {
      for (const other of sides) {
        if (other.chain !== chain)
          await chain.chains.register(other.chain.index, 31337 + other.chain.index, other.chain.facts);
      }
    }
    const contracts = new Contracts(sides);
    contracts.lastHash = genesisHash(fixture.DOMAIN, await fixture.commit(atTau(genesis)));
    return contracts;
  }

  /** Puts a real verifier in the place of each chain's mock: batches need proofs from now on. @param code on chain */
  async verifyWith(code: string): Promise<void> {
    for (const { chain } of this.sides) await setCode(await chain.verifier.getAddress(), code);
  }

  /**
   * Makes the batch's requests, submits it everywhere, and compares what the contracts know with what the reference says. The verifier takes
   * nothing but the public inputs that the reference computed.
   * @param after the state after the batch
   * @param prove gives the words of a proof, for a real verifier
   * @returns the circuit's input
   */
  async accept(
    { before, requests, caps, trace }: RandomBatch,
    after: State,
    prove?: (input: CircuitInput) => Promise<bigint[]>,
  ): Promise<CircuitInput> {
    await this.setCaps(caps, trace.number);
    for (const request of requests) await this.request(request);
    const [primary, ...secondaries] = this.sides;
    const { batch, input, publics } = await batchOfTrace(primary.chain, before, trace);
    if (prove) batch.proof = await prove(input);
    const touched = this.sides.filter(({ chain }) => requests.some((request) => request.chain === chain.index));
    for (const { chain, count, head } of touched) {
      if (chain !== primary.chain) await fixture.report(primary.chain, chain, FactKind.Queue, count, head);
    }
    this.lastHash = batchHash({
      domain: fixture.DOMAIN,
      circuitId: batch.circuit,
      previousHash: this.lastHash,
      commitment: batch.newCommitment,
      words: batch.words,
    });
    for (const side of [primary, ...secondaries]) {
      const { chain } = side;
      if (!prove) await chain.verifier.setOnly(batch.proof, publics);
      if (side === primary) {
        await time.setNextBlockTimestamp(Math.max(trace.timestamp, (await time.latest()) + 1));
      } else {
        await fixture.report(chain, primary.chain, FactKind.Batch, trace.number, this.lastHash);
      }
      const folds = touched.filter((other) => side === primary || other === side);
      await fixture.submit(chain, {
        ...batch,
        folds: folds.map(({ chain: { index }, count }) => ({ chain: index, count, later: [] })),
      });
      await this.compare(side, trace, after);
    }
    return input;
  }

  private async compare({ chain, head }: Side, { number, effects }: RandomBatch["trace"], after: State): Promise<void> {
    const payments = effects.payments.filter((payment) => payment.chain === chain.index);
    expect(await chain.rollup.batchHash(number)).to.equal(this.lastHash);
    expect(await chain.vault.outboxOf(number)).to.equal(outboxHash(payments));
    const consumed = chain.index === PRIMARY ? this.sides : [];
    for (const other of consumed) expect(await chain.rollup.consumedHead(other.chain.index)).to.equal(other.head);
    expect(await chain.rollup.consumedHead(chain.index)).to.equal(head);
    for (const index of INDICES) {
      expect(await chain.rollup.issued(index)).to.equal(after.issued(index), `zUSD issued to chain ${index}`);
    }
  }

  /** On every chain alike, from this batch on. */
  private async setCaps(caps: ReadonlyMap<number, bigint>, number: number): Promise<void> {
    for (const [index, cap] of caps) {
      if (this.caps.get(index) === cap) continue;
      for (const { chain } of this.sides) await chain.rollup.setCap(index, cap, number);
      this.caps.set(index, cap);
    }
  }

  private async request(request: Request): Promise<void> {
    const side = this.sides.find(({ chain }) => chain.index === request.chain);
    if (!side) throw new Error(`no chain ${request.chain}`);
    side.head = queueHead(side.head, requestHash(encodeRequest(request)));
    side.count += 1n;
    const { chain, count, head } = side;
    const vault = chain.vault.connect(await this.signer(request.owner));
    if (request.op === "SetKey") await vault.setKey(request.account, request.key);
    else if (request.op === "FullExit") await vault.exit(request);
    else if (request.op === "Route" || request.token === ZUSD) await queueAsIs(side);
    else await this.deposit(side, request);
    expect(await chain.vault.headAt(count)).to.equal(head, `queue of chain ${chain.index} after ${count} requests`);
  }

  /** A deposit by the owner itself, so that it may carry a key. */
  private async deposit({ chain, tokens }: Side, request: DepositRequest): Promise<void> {
    const token = tokens[localToken(request.token) - 1];
    const owner = await this.signer(request.owner);
    const depositor = `${request.owner} ${token}`;
    if (!this.depositors.has(depositor)) {
      const contract = await ethers.getContractAt("MockToken", token);
      await contract.mint(owner, PLENTY);
      await contract.connect(owner).approve(chain.vault, ethers.MaxUint256);
      this.depositors.add(depositor);
    }
    const { amount, account, cell, key } = request;
    await chain.vault
      .connect(owner)
      .deposit({ token, amount, owner: request.owner, account, cell, key, keepToken: false });
  }

  private async signer(address: string): Promise<HardhatEthersSigner> {
    const signer = this.signers.get(address) ?? (await fixture.impersonate(address));
    this.signers.set(address, signer);
    return signer;
  }
}

/** Writes the side's latest request into its vault's queue, past the vault: no contract takes zUSD in yet. */
async function queueAsIs({ chain, count, head }: Side): Promise<void> {
  const vault = await chain.vault.getAddress();
  const heads = await placeOf("_heads");
  await setStorageAt(vault, heads + (count % BigInt(QUEUE_RING)), head);
  // The count is the first of the counters.
  const counters = await placeOf("_counters");
  const before = BigInt(await ethers.provider.getStorage(vault, counters));
  await setStorageAt(vault, counters, ((before >> 40n) << 40n) | count);
  expect(await chain.vault.requestCount()).to.equal(count);
}

interface Place {
  label: string;
  slot: string;
}

let layout: readonly Place[] | undefined;

/** Where a vault stores a variable, from the compiler's output. */
async function placeOf(label: string): Promise<bigint> {
  if (!layout) {
    const info = await artifacts.getBuildInfo("contracts/vault/Vault.sol:Vault");
    const output = info?.output.contracts["contracts/vault/Vault.sol"].Vault as
      { storageLayout?: { storage: Place[] } } | undefined;
    layout = output?.storageLayout?.storage;
  }
  const place = layout?.find((entry) => entry.label === label);
  if (!place) throw new Error(`the vault stores no ${label}`);
  return BigInt(place.slot);
}
