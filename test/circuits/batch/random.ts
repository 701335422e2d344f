/** Random batches, mostly valid, from a seed. */
import { createHash } from "node:crypto";
import { accountRoom, balanceRoom, floorAmount, localToken, tokenChain, tokenId } from "../../../protocol/spec";
import {
  applyDeposit,
  applySigned,
  type DepositRequest,
  type SignedOp,
  type State,
  type UnsignedOp,
} from "../../../protocol/state";
import { NOW, signOp, user, type Content } from "./world";

const NAMES = ["alice", "bob", "carol", "dave", "erin", "frank"];
const TOKENS = [tokenId(1, 1), tokenId(1, 2), tokenId(2, 3), tokenId(63, 1023)];

/** Numbers from a seed: SHA-256 in counter mode. */
export class Random {
  private counter = 0;

  constructor(readonly seed: string) {}

  /** Uniform in [0, limit), up to a bias of 2^-48 at least. */
  below(limit: number): number {
    const digest = createHash("sha256").update(`${this.seed}:${this.counter++}`).digest();
    return digest.readUIntBE(0, 6) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** A number of at most `bits` bits, of any length alike. */
  upTo(bits: number): bigint {
    let value = 0n;
    for (let i = this.below(bits + 1); i > 0; i--) value = 2n * value + BigInt(this.below(2));
    return value;
  }
}

/** A batch's content: requests that a vault accepts, many of them not executable, and signed ops that are valid. */
export function randomContent(state: State, random: Random, queueOps: number, signedOps: number): Content {
  const after = state.clone();
  const requests: DepositRequest[] = [];
  for (let i = 0; i < queueOps; i++) {
    if (random.chance(25)) continue;
    const request = randomRequest(after, random);
    applyDeposit(after, request);
    requests.push(request);
  }
  const ops: SignedOp[] = [];
  for (let tries = 0; tries < 4 * signedOps && ops.length < signedOps; tries++) {
    if (random.chance(15)) break;
    const op = randomOp(after, random);
    if (op === undefined) continue;
    try {
      applySigned(after, op, { timestamp: NOW });
      ops.push(op);
    } catch {
      // Refused by the reference: not part of a valid batch.
    }
  }
  return { requests, ops };
}

function randomRequest(state: State, random: Random): DepositRequest {
  const { nextAccount, nextBalance } = state.counters();
  const owner = user(random.pick(NAMES));
  const token = random.pick(TOKENS);
  const cell = random.chance(50) ? 0 : random.below(Math.min(nextBalance + 1, balanceRoom(state.cellBits)));
  let account = random.chance(50) ? 0 : random.below(Math.min(nextAccount + 1, accountRoom(state.cellBits)));
  if (cell !== 0 && random.chance(80)) account = state.balance(cell).account;
  return {
    chain: random.chance(95) ? tokenChain(token) : random.below(64),
    token: cell !== 0 && random.chance(80) ? state.balance(cell).token : random.chance(95) ? token : random.below(2 ** 16),
    amount: random.upTo(104),
    account,
    cell,
    owner: owner.address,
    key: random.chance(60) ? owner.keys.ay : random.chance(50) ? 0n : random.upTo(253),
  };
}

function randomOp(state: State, random: Random): SignedOp | undefined {
  const { nextAccount, nextBalance } = state.counters();
  const from = random.below(nextBalance);
  const payer = state.balance(from);
  if (payer.account === 0) return undefined;
  const holder = NAMES.map(user).find(({ keys }) => keys.ay === state.key(payer.account));
  if (holder === undefined) return undefined;
  return signOp(state, holder, unsignedOp());

  function unsignedOp(): UnsignedOp {
    const kind = random.below(10);
    if (kind < 2) {
      return { op: "Open", from, cell: nextBalance, token: random.pick(TOKENS), account: 1 + random.below(nextAccount - 1) };
    }
    const amount = floorAmount(random.chance(90) ? portion(payer.balance) : random.upTo(40));
    if (kind < 5) {
      const [chain, asset] = [tokenChain(payer.token), localToken(payer.token)];
      return { op: "Withdraw", from, amount, recipient: user(random.pick(NAMES)).address, chain, asset };
    }
    const sameToken = [...Array(nextBalance).keys()].filter((i) => i > 0 && state.balance(i).token === payer.token);
    const to = random.pick(sameToken);
    return { op: "Transfer", from, to, account: state.balance(to).account, amount };
  }

  function portion(balance: bigint): bigint {
    return random.chance(20) ? balance : (balance * BigInt(random.below(1001))) / 1000n;
  }
}
