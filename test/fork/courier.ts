/** What the gateways' own networks do: LayerZero's verifiers and executor, Hyperlane's validators and relayer, a committee's attesters. */
import { AbiCoder, keccak256, type TransactionReceipt } from "ethers";
import type { Chain } from "../../protocol/chain/chain";
import type { CommitteeGateway } from "../../typechain-types";
import { sent } from "../fixtures/artifacts";
import { attest, carryAttested, messagesOf, placeOf } from "../fixtures/committee";
import { carryMessages, type HyperlaneBase } from "../fixtures/hyperlane";
import { carryPackets, type LayerZeroChain } from "../fixtures/layerZero";

export interface Served {
  readonly chain: Chain;
  readonly evmChainId: number;
  readonly layerZero: LayerZeroChain;
  readonly hyperlane: HyperlaneBase;
  readonly committee: CommitteeGateway;
}

interface Publication {
  readonly from: Served;
  readonly to: Served;
  readonly receipt: TransactionReceipt;
}

export class Courier {
  /** Chains that no message leaves or reaches; what they sent is kept. */
  readonly silent = new Set<number>();
  /** Whether the committee's attesters sign another value than the one that was sent, always. */
  lies = false;
  private readonly read = new Map<number, number>();
  private waiting: Publication[] = [];

  constructor(private readonly served: readonly Served[]) {}

  /** Delivers all that was published. @returns how many publications */
  async carry(): Promise<number> {
    for (const from of this.served) this.waiting.push(...(await this.publications(from)));
    const isHeld = ({ from, to }: Publication): boolean =>
      this.silent.has(from.chain.index) || this.silent.has(to.chain.index);
    const ready = this.waiting.filter((publication) => !isHeld(publication));
    this.waiting = this.waiting.filter(isHeld);
    for (const { from, to, receipt } of ready) {
      await carryPackets(from.layerZero, to.layerZero, receipt);
      await carryMessages(from.hyperlane, to.hyperlane, receipt);
      if (this.lies) await carryLies(from, to, receipt);
      else await carryAttested(from.committee, BigInt(from.evmChainId), to.committee, receipt);
    }
    return ready.length;
  }

  private async publications(from: Served): Promise<Publication[]> {
    const { facts, provider, index } = from.chain;
    const latest = await provider.getBlockNumber();
    const first = this.read.get(index) ?? from.chain.firstBlock;
    this.read.set(index, latest + 1);
    if (first > latest) return [];
    const events = await facts.queryFilter(facts.filters.FactPublished(), first, latest);
    const publications: Publication[] = [];
    for (const { args, transactionHash } of events) {
      const to = this.served.find(({ chain }) => BigInt(chain.index) === args.toChain);
      const receipt = await provider.getTransactionReceipt(transactionHash);
      if (!to || !receipt) throw new Error(`a publication of ${from.chain.name} goes to chain ${args.toChain}`);
      publications.push({ from, to, receipt });
    }
    return publications;
  }
}

/** Attests the hash of each value in its place. */
async function carryLies(from: Served, to: Served, receipt: TransactionReceipt): Promise<void> {
  const coder = AbiCoder.defaultAbiCoder();
  const types = ["uint8", "uint64", "bytes32"];
  const chainId = BigInt(from.evmChainId);
  const place = await placeOf(from.committee, chainId, to.committee);
  for (const message of messagesOf(from.committee, receipt)) {
    const [kind, number, value] = coder.decode(types, message.payload) as unknown as [bigint, bigint, string];
    const lie = { ...message, payload: coder.encode(types, [kind, number, keccak256(value)]) };
    await sent(to.committee.deliver(chainId, lie, await attest(place, lie)));
  }
}
