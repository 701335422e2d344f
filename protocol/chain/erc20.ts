import { Contract, type ContractRunner, type ContractTransactionResponse } from "ethers";

/** The part of ERC-20 that readers and depositors use. */
export interface Erc20 {
  balanceOf(owner: string): Promise<bigint>;
  allowance(owner: string, spender: string): Promise<bigint>;
  approve(spender: string, amount: bigint): Promise<ContractTransactionResponse>;
  symbol(): Promise<string>;
  decimals(): Promise<bigint>;
}

/** Without `returns (bool)` on `approve`: some tokens return nothing, and nobody reads it here. */
const ABI = [
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
  "function approve(address, uint256)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
];

export function loadErc20(address: string, runner: ContractRunner | null | undefined): Erc20 {
  return new Contract(address, ABI, runner) as unknown as Erc20;
}
