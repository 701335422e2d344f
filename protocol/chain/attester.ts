import type { Block, Signer } from "ethers";
import {
  agreedDigest,
  CommitteeFinder,
  finalityOf,
  isOfFacts,
  placeOf,
  readMessage,
  signAttestation,
  takerOf,
  type Committee,
  type SentMessage,
} from "./attestation";
import type { Chain } from "./chain";
import { acting, ChainError } from "./errors";
import { LogFollower } from "./logs";
import { pause } from "./pause";

/** What an attester tells of its work. */
export type AttesterEvent =
  /** A committee gateway was registered: its messages are signed from now on. */
  | { type: "joined"; committee: Committee }
  | { type: "signed"; message: SentMessage; from: string; to: string; digest: string }
  /** A reorganisation replaced blocks that were read: all of the chain's messages are looked at again. */
  | { type: "reorganised"; chain: string }
  /** A chain cannot be read, or contradicts what would be signed; it is tried again in the next round, and told once while it is the same. */
  | { type: "failed"; error: Error };

/** A gateway whose messages are signed. */
interface Source {
  readonly committee: Committee;
  readonly follower: LogFollower;
  /** Messages that are not signed, in their order. */
  waiting: SentMessage[];
  /** By digest. */
  readonly signatures: Map<string, string>;
}

/** A chain with those of its gateways that were found. */
interface Post {
  readonly finder: CommitteeFinder;
  readonly evmChainId: bigint;
  readonly sources: Source[];
  /** Failures of the last round. */
  failures: ReadonlySet<string>;
}

/**
 * One attester of a committee: signs what the `Facts` of its chains sent to each other by the committee's gateways, once it is final.
 *
 * It keeps nothing: what it signed before it signs again. What a reorganisation takes back before it is final is never signed.
 */
export class Attester {
  private constructor(
    /** Its address. */
    readonly address: string,
    /** Names of the chains for whose gateways its signature counts now. */
    readonly chains: readonly string[],
    private readonly signer: Signer,
    private readonly posts: readonly Post[],
    private readonly onEvent: (event: AttesterEvent) => void,
  ) {}

  /**
   * @param chains all that it signs for; messages from and to others are not signed
   * @throws ChainError when the signer is no attester of any chain's committee
   */
  static async open(
    chains: readonly Chain[],
    signer: Signer,
    onEvent: (event: AttesterEvent) => void = () => undefined,
  ): Promise<Attester> {
    const address = await signer.getAddress();
    const posts = await Promise.all(
      chains.map(async (chain): Promise<Post> => {
        const finder = new CommitteeFinder(chain);
        const sources = (await finder.find()).map(sourceOf);
        const { chainId } = await acting(chain, "asking for the chain id", () => chain.provider.getNetwork());
        return { finder, evmChainId: chainId, sources, failures: new Set() };
      }),
    );
    const own: string[] = [];
    for (const { committee } of posts.flatMap(({ sources }) => sources)) {
      const { chain, gateway } = committee;
      if (await acting(chain, "asking for an attester", () => gateway.isAttester(address))) own.push(chain.name);
    }
    if (own.length === 0) {
      const names = chains.map(({ name }) => name).join(", ");
      throw new ChainError(names, "starting the attester", `${address} is in no committee of a registered gateway`);
    }
    return new Attester(address, own, signer, posts, onEvent);
  }

  private get sources(): Source[] {
    return this.posts.flatMap(({ sources }) => sources);
  }

  /** The signature of a digest; undefined: there is none, or not yet. */
  signatureOf(digest: string): string | undefined {
    for (const { signatures } of this.sources) {
      const signature = signatures.get(digest);
      if (signature !== undefined) return signature;
    }
    return undefined;
  }

  /** Messages that are not final yet, or that no committee takes yet. */
  get waiting(): number {
    return this.sources.reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** Reads all chains once, and signs what is final. What fails is told as an event. */
  async step(): Promise<void> {
    await Promise.all(this.posts.map((post) => this.follow(post)));
  }

  /** Goes on until `signal` is raised. Each chain is followed by itself: one that hangs holds up no other. */
  async run(signal: AbortSignal, pauseMilliseconds = 2000): Promise<void> {
    const follow = async (post: Post): Promise<void> => {
      while (!signal.aborted) {
        await this.follow(post);
        await pause(pauseMilliseconds, signal);
      }
    };
    await Promise.all(this.posts.map(follow));
  }

  private async follow(post: Post): Promise<void> {
    const failures = new Set<string>();
    const fail = (error: unknown): void => {
      const { message } = error as Error;
      if (!post.failures.has(message)) this.onEvent({ type: "failed", error: error as Error });
      failures.add(message);
    };
    try {
      for (const committee of await post.finder.find()) {
        post.sources.push(sourceOf(committee));
        this.onEvent({ type: "joined", committee });
      }
      for (const source of post.sources) {
        await this.read(source);
        await this.signFinal(source, fail);
      }
    } catch (error) {
      fail(error);
    }
    post.failures = failures;
  }

  private async read(source: Source): Promise<void> {
    const { committee, follower, signatures } = source;
    const { chain } = committee;
    await acting(chain, "reading sent messages", () =>
      follower.follow(
        () => {
          source.waiting = [];
          signatures.clear();
          this.onEvent({ type: "reorganised", chain: chain.name });
        },
        (log) => {
          const message = readMessage(log, log.args);
          if (isOfFacts(committee, message) && this.follows(message)) source.waiting.push(message);
        },
      ),
    );
  }

  private async signFinal(source: Source, fail: (error: unknown) => void): Promise<void> {
    if (source.waiting.length === 0) return;
    const { chain } = source.committee;
    const finality = await finalityOf(chain);
    const blockAt = blocksOf(chain);
    // The chain's own clock: a node that stands still lets nothing become final.
    const now = (await blockAt("latest"))?.timestamp ?? 0;
    const left: SentMessage[] = [];
    // Recipients whose chain fails are left alone until the next round.
    const failed = new Set<string>();
    for (const [i, message] of source.waiting.entries()) {
      const block = await blockAt(message.blockNumber);
      // Another block is in its place: the next reading starts over.
      const isFinal = block?.hash === message.blockHash && block.timestamp + finality <= now;
      if (!isFinal) {
        left.push(...source.waiting.slice(i));
        break;
      }
      let isSigned = false;
      try {
        isSigned = !failed.has(message.recipient) && (await this.sign(source, message));
      } catch (error) {
        failed.add(message.recipient);
        fail(error);
      }
      if (!isSigned) left.push(message);
    }
    source.waiting = left;
  }

  /** @returns whether it is signed */
  private async sign({ committee: source, signatures }: Source, message: SentMessage): Promise<boolean> {
    const committees = this.sources.map(({ committee }) => committee);
    const to = await takerOf(source, message, committees);
    if (!to) return false;
    const digest = await agreedDigest(source, to, message);
    signatures.set(digest, await signAttestation(this.signer, placeOf(source, to), message));
    this.onEvent({ type: "signed", message, from: source.chain.name, to: to.chain.name, digest });
    return true;
  }

  /** Whether it signs for the recipient's chain. */
  private follows({ toChainId, recipient }: SentMessage): boolean {
    return this.posts.some(
      ({ finder, evmChainId }) => evmChainId === toChainId && finder.chain.addresses.facts === recipient,
    );
  }
}

function sourceOf(committee: Committee): Source {
  const { chain, gateway } = committee;
  const follower = new LogFollower(chain.provider, gateway, "MessageSent", chain.firstBlock);
  return { committee, follower, waiting: [], signatures: new Map<string, string>() };
}

/** The chain's blocks, each asked for once. */
function blocksOf(chain: Chain): (tag: number | "latest") => Promise<Block | null> {
  const known = new Map<number | "latest", Promise<Block | null>>();
  return (tag) => {
    const block = known.get(tag) ?? acting(chain, "reading a block", () => chain.provider.getBlock(tag));
    known.set(tag, block);
    return block;
  };
}
