/** Brings a committee's messages to their chains: gathers its attesters' signatures and delivers, by anyone's hand. */
import {
  agreedDigest,
  CommitteeFinder,
  describeMessage,
  factIn,
  inOrder,
  isOfFacts,
  placeOf,
  readMessage,
  readSignature,
  receiveIdOf,
  takerOf,
  type Committee,
  type SentMessage,
} from "../chain/attestation";
import type { Chain } from "../chain/chain";
import { acting, ChainError } from "../chain/errors";
import { LogFollower } from "../chain/logs";
import type { SignatureSource } from "./remoteAttester";

const ACTION = "delivering attested messages";

/** Milliseconds in which sources must answer. */
const PATIENCE = 10_000;

export interface Gathered {
  /** A quorum's, as `deliver` takes them; fewer when there are no more. */
  readonly signatures: readonly string[];
  /** Why sources that were asked gave none. */
  readonly reasons: readonly string[];
  /** Those that did not answer. */
  readonly silent: readonly SignatureSource[];
}

/**
 * Asks all sources at once for their signatures of a digest, until there is a quorum. What is no signature by an attester does not count,
 * and each attester counts once, whoever told its signature.
 */
export async function gather(
  digest: string,
  { attesters, quorum }: { attesters: readonly string[]; quorum: number },
  sources: readonly SignatureSource[],
  patience = PATIENCE,
): Promise<Gathered> {
  const found = new Map<string, string>();
  const reasons = new Map<SignatureSource, string>();
  const silent = new Set(sources);
  const stop = new AbortController();
  const stopped = new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
  const ask = async (source: SignatureSource): Promise<void> => {
    try {
      const answer = await source.signatureOf(digest, stop.signal);
      if (stop.signal.aborted) return;
      silent.delete(source);
      if (answer === undefined) return void reasons.set(source, "has not signed");
      const read = signatureIn(digest, answer);
      if (read && attesters.includes(read.signer)) found.set(read.signer, read.signature);
      else reasons.set(source, "gave no signature by an attester");
      if (found.size >= quorum) stop.abort();
    } catch (error) {
      if (!stop.signal.aborted) reasons.set(source, `does not answer: ${causeOf(error)}`);
    }
  };
  const timer = setTimeout(() => stop.abort(), patience);
  await Promise.race([Promise.all(sources.map(ask)), stopped]);
  clearTimeout(timer);
  const isEnough = found.size >= quorum;
  // Whoever is slower than a quorum is not silent.
  if (isEnough) silent.clear();
  // Ends the requests that are left.
  stop.abort();
  for (const source of silent) if (!reasons.has(source)) reasons.set(source, `does not answer within ${patience} ms`);
  return {
    signatures: inOrder(found).slice(0, quorum),
    reasons: [...reasons].map(([{ name }, reason]) => `${name} ${reason}`),
    silent: [...silent],
  };
}

function signatureIn(digest: string, answer: string): ReturnType<typeof readSignature> | undefined {
  try {
    return readSignature(digest, answer);
  } catch {
    return undefined;
  }
}

/** `fetch` says why only in the cause. */
function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}

/** A message on its way. Chains are named for people. */
export interface Carried {
  readonly message: SentMessage;
  readonly from: string;
  readonly to: string;
}

export interface Lacking extends Carried {
  readonly signatures: number;
  readonly quorum: number;
  /** Why sources gave none. */
  readonly reasons: readonly string[];
}

export interface DeliveryReport {
  readonly delivered: readonly Carried[];
  readonly lacking: readonly Lacking[];
  /** What a chain refused, or that it could not be read. */
  readonly failures: readonly Error[];
}

/** A committee gateway with what it sent and what arrived at it. */
interface Mail {
  readonly committee: Committee;
  readonly sentFollower: LogFollower;
  readonly arrivedFollower: LogFollower;
  sent: SentMessage[];
  /** By their ids on arrival. */
  arrived: Set<string>;
}

/** Delivers what `Facts` of these chains sent each other by committee gateways and has not arrived. It keeps nothing: all is read from the chains. */
export class AttestedDelivery {
  private readonly mails: Mail[] = [];

  private constructor(
    private readonly finders: readonly CommitteeFinder[],
    private readonly sources: readonly SignatureSource[],
    private readonly patience: number,
  ) {}

  /**
   * @param sources in any order: a quorum of them must answer, and not lie
   * @param patience milliseconds in which they must answer
   * @throws ChainError when a chain has no signer, or none has a committee gateway
   */
  static async open(
    chains: readonly Chain[],
    sources: readonly SignatureSource[],
    patience = PATIENCE,
  ): Promise<AttestedDelivery> {
    for (const { name, signer } of chains) if (!signer) throw new ChainError(name, ACTION, "needs a signer");
    const finders = chains.map((chain) => new CommitteeFinder(chain));
    const delivery = new AttestedDelivery(finders, sources, patience);
    await Promise.all(finders.map((finder) => delivery.findMails(finder)));
    const names = chains.map(({ name }) => name).join(", ");
    if (delivery.mails.length === 0) throw new ChainError(names, ACTION, "no committee gateway is registered");
    return delivery;
  }

  /** One round over all messages. One that fails, or lacks signatures, keeps no other from being delivered, nor does a chain. */
  async step(): Promise<DeliveryReport> {
    const delivered: Carried[] = [];
    const lacking: Lacking[] = [];
    const failures: Error[] = [];
    const read: Mail[] = [];
    for (const finder of this.finders) {
      try {
        await this.findMails(finder);
        for (const mail of this.mails.filter(({ committee }) => committee.chain === finder.chain)) {
          await sync(mail);
          read.push(mail);
        }
      } catch (error) {
        failures.push(error as Error);
      }
    }
    // Whoever did not answer is not asked again in this round.
    let sources = this.sources;
    for (const from of read) {
      for (const message of from.sent) {
        try {
          const to = await missingAt(from, message, read);
          if (!to) continue;
          const carried = { message, from: from.committee.chain.name, to: to.chain.name };
          const terms = await termsOf(to);
          const gathered = await gather(await agreedDigest(from.committee, to, message), terms, sources, this.patience);
          sources = sources.filter((source) => !gathered.silent.includes(source));
          const { signatures, reasons } = gathered;
          if (signatures.length < terms.quorum) {
            lacking.push({ ...carried, signatures: signatures.length, quorum: terms.quorum, reasons });
          } else if (await deliver(from.committee, to, message, signatures)) delivered.push(carried);
        } catch (error) {
          failures.push(error as Error);
        }
      }
    }
    return { delivered, lacking, failures };
  }

  private async findMails(finder: CommitteeFinder): Promise<void> {
    for (const committee of await finder.find()) {
      const { chain, gateway } = committee;
      const follow = (event: string) => new LogFollower(chain.provider, gateway, event, chain.firstBlock);
      const [sentFollower, arrivedFollower] = [follow("MessageSent"), follow("MessageDelivered")];
      this.mails.push({ committee, sentFollower, arrivedFollower, sent: [], arrived: new Set() });
    }
  }
}

async function sync(mail: Mail): Promise<void> {
  const { committee, sentFollower, arrivedFollower } = mail;
  await acting(committee.chain, "reading messages", async () => {
    await sentFollower.follow(
      () => (mail.sent = []),
      (log) => {
        const message = readMessage(log, log.args);
        if (isOfFacts(committee, message)) mail.sent.push(message);
      },
    );
    await arrivedFollower.follow(
      () => mail.arrived.clear(),
      ({ args }) => void mail.arrived.add(String(args.receiveId)),
    );
  });
}

/**
 * Where a message is still to be delivered; undefined: nowhere. Not where the same gateway told the fact before: anyone may have it sent
 * again, and who delivers pays.
 */
async function missingAt(from: Mail, message: SentMessage, mails: readonly Mail[]): Promise<Committee | undefined> {
  const hasArrived = ({ committee, arrived }: Mail): boolean =>
    arrived.has(receiveIdOf(placeOf(from.committee, committee), message));
  if (mails.some(hasArrived)) return undefined;
  const committees = mails.map(({ committee }) => committee);
  const to = await takerOf(from.committee, message, committees);
  if (!to) return undefined;
  const { kind, number, value } = factIn(message);
  const said = await acting(to.chain, "reading a report", () =>
    to.chain.facts.reportOf(kind, from.committee.chain.index, number, to.address),
  );
  return said === value ? undefined : to;
}

async function termsOf({ chain, gateway }: Committee): Promise<{ attesters: readonly string[]; quorum: number }> {
  return acting(chain, "reading a committee", async () => {
    const [attesters, quorum] = await Promise.all([gateway.attesters(), gateway.quorum()]);
    return { attesters, quorum: Number(quorum) };
  });
}

/** @returns whether it is delivered by this call, and not by somebody else meanwhile */
async function deliver(
  source: Committee,
  destination: Committee,
  message: SentMessage,
  signatures: readonly string[],
): Promise<boolean> {
  const { chain, gateway } = destination;
  const { nonce, sender, recipient, payload } = message;
  try {
    await acting(chain, `delivering ${describeMessage(message)} of ${source.chain.name}`, async () => {
      const sent = await gateway.deliver(source.evmChainId, { nonce, sender, recipient, payload }, [...signatures]);
      await sent.wait();
    });
    return true;
  } catch (error) {
    if (await gateway.delivered(receiveIdOf(placeOf(source, destination), message))) return false;
    throw error;
  }
}
