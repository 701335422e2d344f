/** Addresses that name their chain (ERC-7930), as gateways write them: version 1, on an EVM chain. */
import { dataLength, dataSlice, getAddress } from "ethers";

export interface InteroperableAddress {
  /** Chain id of EIP-155. */
  readonly chainId: bigint;
  readonly address: string;
}

const EVM_PREFIX = "0x00010000";
const PREFIX_BYTES = 4;
const ADDRESS_BYTES = 20;

/** @throws Error when it is none of an EVM chain */
export function readInteroperable(bytes: string): InteroperableAddress {
  const total = dataLength(bytes);
  // Prefix, length of the chain id, chain id, length of the address, address.
  const chainBytes = total - PREFIX_BYTES - 2 - ADDRESS_BYTES;
  const chainAt = PREFIX_BYTES + 1;
  const isRight =
    chainBytes > 0 &&
    dataSlice(bytes, 0, PREFIX_BYTES) === EVM_PREFIX &&
    Number(dataSlice(bytes, PREFIX_BYTES, chainAt)) === chainBytes &&
    Number(dataSlice(bytes, chainAt + chainBytes, -ADDRESS_BYTES)) === ADDRESS_BYTES;
  if (!isRight) throw new Error(`interoperable address: must be of an EVM chain (ERC-7930), got ${bytes}`);
  return {
    chainId: BigInt(dataSlice(bytes, chainAt, chainAt + chainBytes)),
    address: getAddress(dataSlice(bytes, -ADDRESS_BYTES)),
  };
}
