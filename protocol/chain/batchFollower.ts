import type { EventLog, FunctionFragment } from "ethers";
import type { G1Point } from "../crypto/curve";
import { batchHash, wordsHash } from "../witness";
import type { Chain } from "./chain";
import { factories } from "./contracts";
import { acting, ChainError } from "./errors";
import { LogFollower } from "./logs";
import { batchFromCalldata, type BatchCalldata } from "./batch";

/** Functions that take a batch, as their first argument. */
const SUBMISSIONS: readonly string[] = ["submitBatch", "followBatch"];

/** A batch as a chain accepted it. */
export interface AcceptedBatch {
  readonly number: number;
  readonly hash: string;
  /** Hash of the batch before. */
  readonly previousHash: string;
  /** The arguments of its transaction, whose words were checked against the hash. */
  readonly batch: BatchCalldata;
  readonly transaction: string;
  readonly gasUsed: bigint;
}

/** What a batch's hash is made of, as the contracts take it. */
export interface HashParts {
  readonly circuit: string;
  readonly header: bigint;
  readonly previousHash: string;
  readonly newCommitment: G1Point;
  readonly wordsHash: string;
}

export function hashParts({ previousHash, batch: { circuit, words, newCommitment } }: AcceptedBatch): HashParts {
  return { circuit, header: words[0], previousHash, newCommitment, wordsHash: wordsHash(words) };
}

/** Follows a chain's accepted batches: events name them, the calldata of their transactions holds the words, and the hash joins both. */
export class BatchFollower {
  private readonly logs: LogFollower;
  private readonly accepted: AcceptedBatch[] = [];
  private genesisHash: string | undefined;

  constructor(readonly chain: Chain) {
    this.logs = new LogFollower(chain.provider, chain.rollup, "BatchAccepted", chain.firstBlock);
  }

  /** All batches up to the last `sync`; batch n is at n − 1. */
  get batches(): readonly AcceptedBatch[] {
    return this.accepted;
  }

  /** Number of the last batch; 0 at genesis. */
  get latest(): number {
    return this.accepted.length;
  }

  /** Hash of batch `number`; of genesis for 0. */
  async hashOf(number: number): Promise<string> {
    if (number > 0) return this.accepted[number - 1].hash;
    this.genesisHash ??= await acting(this.chain, "reading the genesis hash", () => this.chain.rollup.batchHash(0));
    return this.genesisHash;
  }

  /**
   * Reads new batches. Throws `ChainError` when one is missing or its words do not hash to what the chain recorded.
   * @returns whether the chain was reorganised: batches seen before may be gone
   */
  async sync(): Promise<{ reset: boolean }> {
    return acting(this.chain, "reading the batches", () =>
      this.logs.follow(
        () => (this.accepted.length = 0),
        async (log) => void this.accepted.push(await this.read(log)),
      ),
    );
  }

  private async read(log: EventLog): Promise<AcceptedBatch> {
    const number = this.latest + 1;
    const { name } = this.chain;
    const fail = (reason: string) =>
      new ChainError(name, `batch ${number}`, `${reason} (transaction ${log.transactionHash})`);
    if (log.args.number !== BigInt(number)) throw fail(`the chain's next event is of batch ${String(log.args.number)}`);

    const [transaction, receipt] = await Promise.all([log.getTransaction(), log.getTransactionReceipt()]);
    const previousHash = await this.hashOf(number - 1);
    const hash = String(log.args.hash);
    const candidates = [...batchesIn(transaction.data)];
    const hashes = candidates.map(({ circuit, newCommitment, words }) =>
      batchHash({ domain: this.chain.domain, circuitId: circuit, previousHash, commitment: newCommitment, words }),
    );
    const batch = candidates[hashes.indexOf(hash)] as BatchCalldata | undefined;
    if (candidates.length === 0) throw fail("its words are not in the calldata of its transaction");
    if (!batch) throw fail(`its words hash to ${hashes.join(", ")}, the chain recorded ${hash}`);
    return { number, hash, previousHash, batch, transaction: log.transactionHash, gasUsed: receipt.gasUsed };
  }
}

/** The batches that stand in a transaction's calldata: its own argument, or what a contract in between passes on. */
function* batchesIn(data: string): Generator<BatchCalldata> {
  const rollup = factories().IRollup__factory.createInterface();
  for (const name of SUBMISSIONS) {
    const selector = (rollup.getFunction(name) as FunctionFragment).selector.slice(2);
    for (let at = data.indexOf(selector); at >= 0; at = data.indexOf(selector, at + 1)) {
      if (at % 2 !== 0) continue;
      try {
        const [batch] = rollup.decodeFunctionData(name, `0x${data.slice(at)}`);
        yield batchFromCalldata(batch as BatchCalldata);
      } catch {
        // The selector's bytes stand there by chance.
      }
    }
  }
}
