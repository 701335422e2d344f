/** Gas of what holders of stablecoins and zUSD send, on one chain with three pegged facilities with real price feeds. */
import { ethers } from "hardhat";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { ContractTransactionResponse } from "ethers";
import { addPeg, deployPeggedChain, fund, type Peg } from "../../test/fixtures/pegged";

const ZUSD = 10n ** 18n;
const DAY = 24 * 3600;

export interface StableFigures {
  mint: number;
  redeem: number;
  redeemOfThree: number;
  depositUnified: number;
  swap: number;
}

async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (!receipt) throw new Error("the transaction was not mined");
  return Number(receipt.gasUsed);
}

/** A facility whose price comes through a feed, as a deployment has it. */
async function realPeg(chain: Awaited<ReturnType<typeof deployPeggedChain>>, decimals: number): Promise<Peg> {
  const aggregator = await ethers.deployContract("MockAggregator", [8, 10n ** 8n]);
  const source = await ethers.deployContract("FeedPrice", [
    {
      aggregator,
      heartbeat: DAY,
      deviation: 0,
      band: 0,
      min: 1n,
      max: 2n * ZUSD,
      sequencer: ethers.ZeroAddress,
      grace: 0,
    },
  ]);
  return addPeg(chain, decimals, { kappa: 100n, target: 10n ** 12n }, { source });
}

export async function measureStable(): Promise<StableFigures> {
  const chain = await deployPeggedChain();
  const { vault, admin } = chain;
  const usdc = await realPeg(chain, 6);
  const usdt = await realPeg(chain, 6);
  for (const peg of [usdc, usdt]) {
    await fund(peg, admin, vault);
    // The first of everything pays for fresh storage.
    await peg.facility.mint(1_000_000n * peg.unit, 0, admin);
    await vault.deposit({
      token: peg.token,
      amount: peg.unit,
      owner: admin,
      account: 0,
      cell: 0,
      key: 0,
      keepToken: false,
    });
    await peg.facility.redeem(10n * ZUSD, 0, admin);
  }
  const mint = await gasOf(usdc.facility.mint(1_000n * usdc.unit, 0, admin));
  const redeem = await gasOf(usdc.facility.redeem(100n * ZUSD, 0, admin));
  const request = { token: usdc.token, amount: usdc.unit, owner: admin, account: 0, cell: 0, key: 0, keepToken: false };
  const depositUnified = await gasOf(vault.deposit(request));
  const deadline = (await time.latest()) + DAY;
  const swap = await gasOf(
    vault.swap({
      tokenIn: usdc.token,
      amountIn: 1_000n * usdc.unit,
      tokenOut: 3,
      minOut: 999n * 10n ** 18n,
      destination: 2,
      recipient: admin,
      deadline,
    }),
  );
  const dai = await realPeg(chain, 18);
  await fund(dai, admin, vault);
  await dai.facility.mint(1_000_000n * dai.unit, 0, admin);
  const redeemOfThree = await gasOf(usdc.facility.redeem(100n * ZUSD, 0, admin));
  return { mint, redeem, redeemOfThree, depositUnified, swap };
}
