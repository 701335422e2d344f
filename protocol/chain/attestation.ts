/** What a committee's attesters sign: messages that one chain's `Facts` sent to another's by way of two committee gateways. */
import {
  AbiCoder,
  keccak256,
  recoverAddress,
  Signature,
  TypedDataEncoder,
  type Log,
  type Result,
  type Signer,
} from "ethers";
import type { Chain } from "./chain";
import { factories, type ICommitteeGateway } from "./contracts";
import { acting, ChainError, isRefused } from "./errors";
import type { Fact } from "./factCarrier";
import { describeFact } from "./facts";
import { readInteroperable } from "./interoperable";
import { networkOf } from "./networks";

/** As `deliver` takes it. */
export interface Message {
  readonly nonce: bigint;
  readonly sender: string;
  readonly recipient: string;
  readonly payload: string;
}

/** A message with what its `MessageSent` says beside it. */
export interface SentMessage extends Message {
  /** Chain id (EIP-155) of the recipient's chain. */
  readonly toChainId: bigint;
  readonly blockNumber: number;
  readonly blockHash: string;
}

/** Between which gateways a message goes: what an attestation names besides it. */
export interface AttestationPlace {
  /** Chain id and gateway that the message comes from. */
  readonly chainId: bigint;
  readonly source: string;
  /** Where it is delivered. */
  readonly destinationChainId: bigint;
  readonly destination: string;
}

/** The committee gateway of a chain, and who signs for it. */
export interface Committee {
  readonly chain: Chain;
  readonly evmChainId: bigint;
  readonly address: string;
  readonly gateway: ICommitteeGateway;
}

const ATTESTATION = {
  Attestation: [
    { name: "chainId", type: "uint256" },
    { name: "gateway", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "sender", type: "address" },
    { name: "recipient", type: "address" },
    { name: "payload", type: "bytes" },
  ],
};

const coder = AbiCoder.defaultAbiCoder();

/** What a `MessageSent` of a committee gateway says; its `sendId` is the message's nonce. */
export function readMessage({ blockNumber, blockHash }: Pick<Log, "blockNumber" | "blockHash">, args: Result) {
  const { sendId, sender, recipient, payload } = args as unknown as Record<string, string>;
  const { chainId: toChainId, address } = readInteroperable(recipient);
  const message: SentMessage = {
    nonce: BigInt(sendId),
    sender: readInteroperable(sender).address,
    recipient: address,
    payload,
    toChainId,
    blockNumber,
    blockHash,
  };
  return message;
}

/** What a message of `Facts` tells. @throws Error when it is no such message's payload */
export function factIn({ payload }: Message): Fact {
  const [kind, number, value] = coder.decode(["uint8", "uint64", "bytes32"], payload);
  return { kind: Number(kind) as Fact["kind"], number: Number(number), value: String(value) };
}

/** A message of `Facts`, for people. */
export function describeMessage(message: Message): string {
  return `message ${message.nonce} (${describeFact(factIn(message))})`;
}

/** By what the destination remembers that it got the message. */
export function receiveIdOf({ chainId, source }: AttestationPlace, { nonce }: Message): string {
  return keccak256(coder.encode(["uint256", "address", "uint256"], [chainId, source, nonce]));
}

function typedData(place: AttestationPlace, { nonce, sender, recipient, payload }: Message) {
  const { chainId, source: gateway, destinationChainId, destination: verifyingContract } = place;
  const domain = { name: "Causeway committee gateway", version: "1", chainId: destinationChainId, verifyingContract };
  return [domain, ATTESTATION, { chainId, gateway, nonce, sender, recipient, payload }] as const;
}

/** What is signed: the same as the destination's `digestOf`. */
export function attestationDigest(place: AttestationPlace, message: Message): string {
  return TypedDataEncoder.hash(...typedData(place, message));
}

export function signAttestation(signer: Signer, place: AttestationPlace, message: Message): Promise<string> {
  return signer.signTypedData(...typedData(place, message));
}

/**
 * Who made a signature of a digest, and the signature in the only form that gateways take.
 * @throws Error when it is nobody's
 */
export function readSignature(digest: string, signature: string): { signer: string; signature: string } {
  const { serialized } = Signature.from(signature);
  return { signer: recoverAddress(digest, serialized), signature: serialized };
}

/** Signatures by their signers, in the order in which gateways take them. */
export function inOrder(signatures: ReadonlyMap<string, string>): string[] {
  return [...signatures].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1)).map(([, signature]) => signature);
}

/** Finds the committee gateways among those that are registered with a chain's `Facts`, also those that join later. */
export class CommitteeFinder {
  private readonly seen = new Set<string>();

  constructor(readonly chain: Chain) {}

  /** Those that were not found before. */
  async find(): Promise<Committee[]> {
    const { chain, seen } = this;
    return acting(chain, "looking for committee gateways", async () => {
      const addresses = (await chain.facts.gateways()).filter((address) => !seen.has(address));
      if (addresses.length === 0) return [];
      const { chainId: evmChainId } = await chain.provider.getNetwork();
      const committees: Committee[] = [];
      for (const address of addresses) {
        const gateway = factories().ICommitteeGateway__factory.connect(address, chain.signer ?? chain.provider);
        if (await hasQuorum(gateway)) committees.push({ chain, evmChainId, address, gateway });
      }
      // Not before all are read: else what fails would hide those before it.
      for (const address of addresses) seen.add(address);
      return committees;
    });
  }
}

/** No other gateway has one. */
async function hasQuorum(gateway: ICommitteeGateway): Promise<boolean> {
  try {
    return (await gateway.quorum()) > 0n;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return false;
  }
}

/** Anyone may send by a gateway; attesters serve the protocol alone. */
export function isOfFacts({ chain }: Committee, { sender }: Message): boolean {
  return sender === chain.addresses.facts;
}

/**
 * The committee that takes a message: of the recipient's chain, for its `Facts`, with the source as its peer.
 * @param committees those of all chains
 * @returns undefined: none does, or not yet
 */
export async function takerOf(
  source: Committee,
  { toChainId, recipient }: SentMessage,
  committees: readonly Committee[],
): Promise<Committee | undefined> {
  for (const to of committees) {
    if (to.evmChainId !== toChainId || to.chain.addresses.facts !== recipient) continue;
    const { gateway } = await acting(to.chain, "reading a peer", () => to.gateway.peerOf(source.evmChainId));
    if (gateway === source.address) return to;
  }
  return undefined;
}

export function placeOf(source: Committee, destination: Committee): AttestationPlace {
  return {
    chainId: source.evmChainId,
    source: source.address,
    destinationChainId: destination.evmChainId,
    destination: destination.address,
  };
}

/** The digest of a message. @throws ChainError when the destination would have another one signed */
export async function agreedDigest(source: Committee, destination: Committee, message: Message): Promise<string> {
  const { chain, gateway } = destination;
  const digest = attestationDigest(placeOf(source, destination), message);
  const { nonce, sender, recipient, payload } = message;
  const theirs = await acting(chain, "asking for a digest", () =>
    gateway.digestOf(source.evmChainId, { nonce, sender, recipient, payload }),
  );
  if (theirs !== digest) {
    const reason = `digestOf is ${theirs}, what would be signed is ${digest}`;
    throw new ChainError(chain.name, `${describeMessage(message)} of ${source.chain.name}`, reason);
  }
  return digest;
}

/** Seconds after which what the chain accepted is never taken back: as its `Facts` waits, and no less than its network needs. */
export async function finalityOf({ facts, provider, ...chain }: Chain): Promise<number> {
  return acting(chain, "reading the finality", async () => {
    const { chainId } = await provider.getNetwork();
    return Math.max(Number(await facts.finality()), networkOf(Number(chainId))?.finality.seconds ?? 0);
  });
}
