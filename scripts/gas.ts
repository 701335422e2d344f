/**
 * Gas of what users and operators send, on two chains in this process.
 *
 *   npm run gas             a table
 *   npm run gas -- --json   the committed snapshot, contracts/gas.json
 *   npm run gas:check       fails when a figure differs from the snapshot or exceeds its bar
 */
import fs from "node:fs";
import path from "node:path";
import { ethers } from "hardhat";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { concat, getBytes, toBeHex } from "ethers";
import { terminateCurve } from "../protocol/crypto/curve";
import { circuitArtifacts, createProver } from "../protocol/prover";
import { requestFeeUnits, SIZES, tokenId, type Size } from "../protocol/spec";
import { State, type DepositRequest, type Payment, type Request, type UnsignedOp } from "../protocol/state";
import { buildBatch, outboxHash, type CircuitInput } from "../protocol/witness";
import * as chains from "../test/fixtures/contracts";
import { batchOfRoutes, deployRouteChains } from "../test/fixtures/routes";
import { atTau, batchOfTrace, submitToBoth } from "../test/fixtures/tracedBatches";
import { signOp, user, type User } from "../test/fixtures/users";
import { gasOf } from "./gas/gasOf";
import { GATEWAY_FIGURES, measureGateways } from "./gas/gateways";
import { FEES, measureStable, STABLE_FIGURES } from "./gas/stable";
import { showProgress } from "./progress";

const SNAPSHOT = path.resolve(__dirname, "../contracts/gas.json");

interface Figure {
  title: string;
  /** Most gas it may cost. */
  most?: number;
  /** Share by which it may differ from the snapshot: proofs are random, and so are their zero bytes and the verifier's inversions. */
  tolerance?: number;
}

/** 60 % of what one transaction may use (EIP-7825), less a proof's verification. */
const LARGEST = 0.6 * 2 ** 24 - 300_000;

const FIGURES = {
  batchPrimary: { title: "full batch of size small with its proof, primary", most: 750_000, tolerance: 0.01 },
  batchSecondary: { title: "full batch of size small with its proof, secondary", most: 750_000, tolerance: 0.01 },
  transfer: { title: "one more signed slot with a Transfer in it", most: 550 },
  depositToken: { title: "ERC-20 deposit", most: 90_000 },
  depositTokenFirst: { title: "ERC-20 deposit, the vault's first of its token", most: 90_000 },
  depositNative: { title: "native deposit", most: 60_000 },
  route: { title: "one more Route in a batch", most: 3_500 },
  setKey: { title: "request to set a key", most: 60_000 },
  exit: { title: "request to exit", most: 60_000 },
  payToken: { title: "one more ERC-20 payment of an outbox", most: 60_000 },
  payNative: { title: "one more native payment of an outbox", most: 60_000 },
  largestDeposits: { title: "batch of size large, proof not counted: Deposits", most: LARGEST },
  largestSetKeys: { title: "batch of size large, proof not counted: SetKeys", most: LARGEST },
  largestExits: { title: "batch of size large, proof not counted: FullExits", most: LARGEST },
  largestRoutes: { title: "batch of size large, proof not counted: Routes", most: LARGEST },
  largestTransfers: { title: "batch of size large, proof not counted: Transfers", most: LARGEST },
  largestOpens: { title: "batch of size large, proof not counted: Opens", most: LARGEST },
  largestWithdraws: { title: "batch of size large, proof not counted: Withdraws", most: LARGEST },
  largestExactWithdraws: { title: "batch of size large, proof not counted: WithdrawExacts", most: LARGEST },
  ...STABLE_FIGURES,
  ...GATEWAY_FIGURES,
} satisfies Record<string, Figure>;

type Figures = Record<keyof typeof FIGURES, number>;

const SIZE = SIZES.test;
/** The size whose batch is proven. */
const PROVEN = SIZES.small;
const AMOUNT = 100_000_000_000n;

/** A clock that is the same in each run, beyond the one of this process's chain. */
const START = 3_900_000_000;
const BATCH_SECONDS = 600;
/** Routes are measured between the bench's deployment and its first batch. */
const ROUTES_START = START + BATCH_SECONDS / 2;

/** Two chains, and the state that their batches lead to. On the primary, token 1 is an ERC-20 and token 2 the native coin. */
class Bench {
  private timestamp = START;

  private constructor(
    readonly primary: chains.Chain,
    readonly secondary: chains.Chain,
    readonly state: State,
    readonly token: string,
  ) {}

  static async start(): Promise<Bench> {
    await time.setNextBlockTimestamp(START);
    const state = State.genesis(chains.DOMAIN, SIZE.cellBits);
    const { primary, secondary } = await chains.deployTwoChains(atTau(state));
    const token = await ethers.deployContract("MockToken", ["USD", 6]);
    await token.mint(primary.admin, AMOUNT * 1_000n);
    for (const chain of [primary, secondary]) {
      await chain.tokens.list(token);
      await token.approve(chain.vault, ethers.MaxUint256);
      await chain.vault.setRequestFee(...requestFeeUnits(FEES));
    }
    await primary.tokens.list(chains.NATIVE);
    return new Bench(primary, secondary, state, await token.getAddress());
  }

  /** Owns account 1 and every deposit. */
  get holder(): User {
    return { ...user("gas"), address: this.primary.admin.address };
  }

  async deposit(chain: chains.Chain, token: string, account: number): Promise<Deposited> {
    const key = account === 0 ? this.holder.keys.ay : 0n;
    const request = { op: "Deposit" as const, amount: AMOUNT, account, cell: 0, owner: this.holder.address, key };
    const fee = await chain.vault.requestFee();
    const value = token === chains.NATIVE ? AMOUNT + fee : fee;
    const gas = await gasOf(chain.vault.deposit({ ...request, token, keepToken: false }, { value }));
    const local = token === chains.NATIVE ? 2 : 1;
    return { gas, request: { ...request, chain: chain.index, token: tokenId(chain.index, local) } };
  }

  /** Asks for the holder's own key again. */
  async setKey(): Promise<Requested> {
    const { address: owner, keys } = this.holder;
    const gas = await gasOf(this.primary.vault.setKey(1, keys.ay, { value: await this.primary.vault.requestFee() }));
    return { gas, request: { op: "SetKey", chain: this.primary.index, account: 1, owner, key: keys.ay } };
  }

  /** Asks for all of cell 1. */
  async exit(): Promise<Requested> {
    const { address: owner } = this.holder;
    const fields = { account: 1, cell: 1, token: tokenId(this.primary.index, 1), payer: 1, recipient: owner };
    const gas = await gasOf(this.primary.vault.exit(fields, { value: await this.primary.vault.requestFee() }));
    return { gas, request: { op: "FullExit", chain: this.primary.index, owner, ...fields } };
  }

  /** The next batch, of requests and of ops by account 1, on both chains. */
  async batch(requests: readonly Request[], ops: readonly UnsignedOp[], proving?: Proving): Promise<Batched> {
    this.timestamp += BATCH_SECONDS;
    const before = this.state.clone();
    const signed = ops.map((op, i) => signOp(before, this.holder, op, { nonceAhead: i }));
    const number = before.batch + 1;
    const size = proving?.size ?? SIZE;
    const trace = buildBatch(this.state, { size, number, timestamp: this.timestamp, requests, ops: signed });
    if (trace.report.rejected.length > 0) throw trace.report.rejected[0].error;

    const { batch, input } = await batchOfTrace(this.primary, before, trace, proving?.circuit);
    if (proving?.prove) batch.proof = await proving.prove(input);
    await time.setNextBlockTimestamp(this.timestamp + 1);
    const { primary, secondary } = await submitToBoth(this, batch, trace);
    const { data } = await primary.getTransaction();
    return {
      number,
      primary: Number(primary.gasUsed),
      secondary: Number(secondary.gasUsed),
      wordsOnly: Number(primary.gasUsed) - calldataGas(data) + calldataGas(wordsBytes(batch.words)),
      payments: trace.effects.payments,
    };
  }

  /** Gas of one more payment of a batch's outbox: of the third and fourth, after the first two. */
  async pay({ number, payments }: Batched): Promise<number> {
    const pay = (from: number, to: number): Promise<number> => {
      const rest = outboxHash(payments.slice(to));
      return gasOf(this.primary.vault.pay(number, payments.slice(from, to), rest));
    };
    const one = await pay(0, 1);
    return (await pay(1, 3)) - one;
  }
}

interface Deposited {
  gas: number;
  request: DepositRequest;
}

interface Requested {
  gas: number;
  request: Request;
}

interface Batched {
  number: number;
  primary: number;
  secondary: number;
  /** Gas on the primary, of calldata counting the words alone: the rest is as long in any batch, but not its zero bytes. */
  wordsOnly: number;
  payments: Payment[];
}

interface Proving {
  size: Size;
  circuit: string;
  prove?: (input: CircuitInput) => Promise<bigint[]>;
}

/** EIP-2028: 4 gas for a zero byte, 16 for another. */
function calldataGas(data: string): number {
  return getBytes(data).reduce((gas, byte) => gas + (byte === 0 ? 4 : 16), 0);
}

function wordsBytes(words: readonly bigint[]): string {
  return concat(words.map((word) => toBeHex(word, 32)));
}

async function measure(): Promise<Figures> {
  const bench = await Bench.start();
  const routes = await measureRoutes();
  const { primary, secondary, token } = bench;

  // Account 1 gets cell 1 (the token), 2 (the native coin), 3 (the token again) and 4 (the secondary's token).
  const first = await bench.deposit(primary, token, 0);
  const native = await bench.deposit(primary, chains.NATIVE, 1);
  const again = await bench.deposit(primary, token, 1);
  const remote = await bench.deposit(secondary, token, 1);
  await bench.batch([first.request, native.request, again.request, remote.request], []);

  const transfer: UnsignedOp = { op: "Transfer", fee: 0n, from: 1, to: 3, account: 1, amount: 12_345_678n };
  const few = await bench.batch([], transfers(SIZE, transfer));
  const larger = { ...SIZE, signedOps: SIZE.signedOps + 2 };
  const many = await bench.batch([], transfers(larger, transfer), await mockCircuit(bench, larger));

  const recipients = [1, 2, 3].map((n) => ethers.getAddress(toBeHex(0xca05e3a7_0000n + BigInt(n), 20)));
  const withdraw = (from: number, asset: number): UnsignedOp[] =>
    recipients.map((recipient) => ({
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from,
      amount: 1_000n,
      recipient,
      chain: primary.index,
      asset,
    }));
  const payToken = await bench.pay(await bench.batch([], withdraw(1, 1)));
  const payNative = await bench.pay(await bench.batch([], withdraw(2, 2)));

  const largest = await measureLargest(bench, { transfer, withdraw: withdraw(1, 1)[0] });
  const setKey = await bench.setKey();
  const exit = await bench.exit();
  await bench.batch([setKey.request, exit.request], []);

  const requests: DepositRequest[] = [];
  for (let i = 0; i < PROVEN.queueOps; i++) {
    requests.push((await bench.deposit(i % 2 === 0 ? primary : secondary, token, 1)).request);
  }
  // Cell 1 is empty now: it receives.
  const back = transfers(PROVEN, { ...transfer, from: 3, to: 1 });
  const full = await withRealProofs(bench, (proving) => bench.batch(requests, back, proving));

  const stable = await measureStable();
  const gateways = await measureGateways();
  return {
    ...largest,
    ...routes,
    ...stable,
    ...gateways,
    setKey: setKey.gas,
    exit: exit.gas,
    batchPrimary: full.primary,
    batchSecondary: full.secondary,
    transfer: Math.round((many.wordsOnly - few.wordsOnly) / 2),
    depositToken: again.gas,
    depositTokenFirst: first.gas,
    depositNative: native.gas,
    payToken,
    payNative,
  };
}

/** The largest batches of one kind of op each, on the primary, which has more to do. */
async function measureLargest(bench: Bench, ops: { transfer: UnsignedOp; withdraw: UnsignedOp }) {
  const size = SIZES.large;
  const proving = await mockCircuit(bench, size);
  const { primary, token } = bench;
  const requests = async (make: () => Promise<{ request: Request }>): Promise<Request[]> => {
    const list: Request[] = [];
    for (let i = 0; i < size.queueOps; i++) list.push((await make()).request);
    return list;
  };
  const gas = async (queue: readonly Request[], signed: readonly UnsignedOp[]): Promise<number> =>
    (await bench.batch(queue, signed, proving)).primary;
  const pairs = <T>(make: (i: number) => T): T[] => Array.from({ length: size.signedOps / 2 }, (_, i) => make(i));

  const largestTransfers = await gas([], transfers(size, ops.transfer));
  const largestWithdraws = await gas([], transfers(size, ops.withdraw));
  const exact = { ...ops.withdraw, op: "WithdrawExact", amount: 1_001n, minOut: 0n } as UnsignedOp;
  const largestExactWithdraws = await gas([], transfers({ ...size, signedOps: size.signedOps / 2 }, exact));
  const { nextBalance } = bench.state.counters();
  const opens = pairs((i): UnsignedOp => {
    return { op: "Open", fee: 0n, from: 1, cell: nextBalance + i, token: tokenId(primary.index, 1), account: 1 };
  });
  const largestOpens = await gas([], opens);
  const largestDeposits = await gas(await requests(() => bench.deposit(primary, token, 1)), []);
  const largestSetKeys = await gas(await requests(() => bench.setKey()), []);
  const largestExits = await gas(await requests(() => bench.exit()), []);
  return {
    largestDeposits,
    largestSetKeys,
    largestExits,
    largestTransfers,
    largestOpens,
    largestWithdraws,
    largestExactWithdraws,
  };
}

/** Of batches of size large on a primary of their own, whose vault is a mock: it queues routes. */
async function measureRoutes(): Promise<{ route: number; largestRoutes: number }> {
  const both = await deployRouteChains(ROUTES_START);
  const receiptOf = async (count: number) => {
    const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
    const batch = await batchOfRoutes(both, count);
    const sent = await chains.submit(both.primary, batch);
    const gas = await gasOf(Promise.resolve(sent));
    await ethers.provider.send("evm_revert", [snapshot]);
    return { gas, wordsOnly: gas - calldataGas(sent.data) + calldataGas(wordsBytes(batch.words)) };
  };
  const half = await receiptOf(SIZES.large.queueOps / 2);
  const all = await receiptOf(SIZES.large.queueOps);
  const route = Math.round((all.wordsOnly - half.wordsOnly) / (SIZES.large.queueOps / 2));
  return { route, largestRoutes: all.gas };
}

/** As many as a batch of `size` holds. */
function transfers({ signedOps }: Size, transfer: UnsignedOp): UnsignedOp[] {
  return Array.from({ length: signedOps }, () => transfer);
}

/** A circuit of another size, without proofs. */
async function mockCircuit({ primary, secondary }: Bench, size: Size): Promise<Proving> {
  const circuit = ethers.id(`mock circuit with ${size.signedOps} signed ops`);
  const { queueOps, signedOps } = size;
  for (const { circuits, verifier } of [primary, secondary]) {
    await circuits.register(circuit, { verifier, queueOps, signedOps, activeFrom: 0, retiredFrom: 0 });
  }
  return { size, circuit };
}

/** Registers the real circuit with its real verifier on both chains. */
async function withRealProofs<T>(bench: Bench, run: (proving: Proving) => Promise<T>): Promise<T> {
  const progress = showProgress();
  const artifacts = await circuitArtifacts(PROVEN.name, { onProgress: progress });
  const { abi, bytecode } = artifacts.verifier;
  const { queueOps, signedOps } = PROVEN;
  for (const { circuits, admin } of [bench.primary, bench.secondary]) {
    const verifier = await new ethers.ContractFactory(abi, bytecode, admin).deploy();
    await circuits.register(artifacts.circuitId, { verifier, queueOps, signedOps, activeFrom: 0, retiredFrom: 0 });
  }
  const prover = createProver(artifacts);
  try {
    return await run({
      size: PROVEN,
      circuit: artifacts.circuitId,
      prove: async (input) => (await prover.prove({ ...input }, { onProgress: progress })).proof,
    });
  } finally {
    progress.end();
    await prover.terminate();
  }
}

function check(figures: Figures): string[] {
  const committed = JSON.parse(fs.readFileSync(SNAPSHOT, "utf8")) as Partial<Figures>;
  const problems: string[] = [];
  for (const [name, { title, most, tolerance = 0 }] of entries()) {
    const [now, before] = [figures[name], committed[name]];
    if (most !== undefined && now > most) problems.push(`${title}: ${now} gas, more than ${most}`);
    if (before === undefined || Math.abs(now - before) > before * tolerance) {
      problems.push(
        `${title}: ${now} gas, the snapshot says ${before}; run: npm run gas -- --json > contracts/gas.json`,
      );
    }
  }
  return problems;
}

function entries(): [keyof Figures, Figure][] {
  return Object.entries(FIGURES) as [keyof Figures, Figure][];
}

function print(figures: Figures): void {
  const width = Math.max(...entries().map(([, { title }]) => title.length));
  for (const [name, { title, most }] of entries()) {
    const bar = most === undefined ? "" : `   at most ${most.toLocaleString("en")}`;
    console.log(`${title.padEnd(width)}  ${figures[name].toLocaleString("en").padStart(9)} gas${bar}`);
  }
}

async function main(): Promise<void> {
  const figures = await measure();
  await terminateCurve();
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify(figures, null, 2));
    return;
  }
  print(figures);
  if (!process.argv.includes("--check")) return;
  const problems = check(figures);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
