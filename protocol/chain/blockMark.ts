import type { Provider } from "ethers";

/** A block as it was when something was true of the chain: once it is replaced, that may not be true any more. */
export class BlockMark {
  private constructor(
    private readonly provider: Provider,
    private readonly number: number,
    private readonly hash: string,
  ) {}

  /** The chain's latest block. */
  static async latest(provider: Provider): Promise<BlockMark> {
    const block = await provider.getBlock("latest");
    return new BlockMark(provider, block?.number ?? 0, block?.hash ?? "");
  }

  /** Whether no reorganisation took the block back. */
  async stands(): Promise<boolean> {
    return (await this.provider.getBlock(this.number))?.hash === this.hash;
  }
}
