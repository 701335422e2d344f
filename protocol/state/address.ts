import { getAddress, isAddress, toBeHex } from "ethers";

/** The checksummed address (EIP-55) of a 160-bit number. */
export function toAddress(value: bigint): string {
  if (value < 0n || value >> 160n !== 0n) throw new RangeError(`address must be below 2^160, got ${value}`);
  return getAddress(toBeHex(value, 20));
}

/** The number of an address; throws unless it is 20 bytes in hex with a right checksum, or without one. */
export function fromAddress(name: string, address: string): bigint {
  if (!isAddress(address) || !address.startsWith("0x"))
    throw new TypeError(`${name} must be an address, got ${address}`);
  return BigInt(address);
}
