/** Three chains that take batches of the reference implementation, with requests made by real deposits. */
import { ethers } from "hardhat";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash, toBeHex } from "ethers";
import { FactKind, localToken } from "../../protocol/spec";
import { encodeRequest, type DepositRequest, type State } from "../../protocol/state";
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
  private lastHash = "";

  private constructor(private readonly sides: readonly Side[]) {}

  static async deploy(genesis: State): Promise<Contracts> {
    const sides: Side[] = [];
    for (const index of INDICES) {
      const chain = await fixture.deployChain({ index, genesis: atTau(genesis) });
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

  /**
   * Makes the batch's deposits, submits it everywhere, and compares what the contracts know with what the reference says. The verifier takes
   * nothing but the public inputs that the reference computed.
   * @returns the circuit's input
   */
  async accept({ before, requests, trace }: RandomBatch): Promise<CircuitInput> {
    for (const request of requests) await this.deposit(request);
    const [primary, ...secondaries] = this.sides;
    const { batch, input, publics } = await batchOfTrace(primary.chain, before, trace);
    const touched = this.sides.filter(({ chain }) => requests.some((request) => request.chain === chain.index));
    for (const { chain, count, head } of touched) {
      if (chain !== primary.chain) await fixture.report(primary.chain, chain, FactKind.Queue, count, head);
    }
    this.lastHash = batchHash({
      domain: fixture.DOMAIN,
      circuitId: batch.circuit,
      number: trace.number,
      previousHash: this.lastHash,
      commitment: batch.newCommitment,
      words: batch.words,
    });
    for (const side of [primary, ...secondaries]) {
      const { chain } = side;
      await chain.verifier.setOnly(batch.proof, publics);
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
      await this.compare(side, trace);
    }
    return input;
  }

  private async compare({ chain, head }: Side, { number, effects }: RandomBatch["trace"]): Promise<void> {
    const payments = effects.payments.filter((payment) => payment.chain === chain.index);
    expect(await chain.rollup.batchHash(number)).to.equal(this.lastHash);
    expect(await chain.vault.outboxOf(number)).to.equal(outboxHash(payments));
    const consumed = chain.index === PRIMARY ? this.sides : [];
    for (const other of consumed) expect(await chain.rollup.consumedHead(other.chain.index)).to.equal(other.head);
    expect(await chain.rollup.consumedHead(chain.index)).to.equal(head);
  }

  /** A deposit by the owner itself, so that it may carry a key. */
  private async deposit(request: DepositRequest): Promise<void> {
    const side = this.sides.find(({ chain }) => chain.index === request.chain);
    if (!side) throw new Error(`no chain ${request.chain}`);
    const { chain, tokens } = side;
    const token = tokens[localToken(request.token) - 1];
    const owner = await fixture.impersonate(request.owner);
    const depositor = `${request.owner} ${token}`;
    if (!this.depositors.has(depositor)) {
      const contract = await ethers.getContractAt("MockToken", token);
      await contract.mint(owner, PLENTY);
      await contract.connect(owner).approve(chain.vault, ethers.MaxUint256);
      this.depositors.add(depositor);
    }
    const { amount, account, cell, key } = request;
    await chain.vault.connect(owner).deposit({ token, amount, owner: request.owner, account, cell, key });
    side.count += 1n;
    side.head = queueHead(side.head, requestHash(encodeRequest(request)));
    expect(await chain.vault.headAt(side.count)).to.equal(
      side.head,
      `queue of chain ${chain.index} after ${toBeHex(side.count)}`,
    );
  }
}
