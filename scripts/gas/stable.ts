/** Gas of what holders of stablecoins and zUSD send, on one chain with three pegged facilities with real price feeds. */
import { ethers } from "hardhat";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { deployPairFacility } from "../../test/fixtures/pcd";
import { requestFeeUnits } from "../../protocol/spec";
import { LOCAL, requestFeesOf } from "../deploy/config";
import { gasOf } from "./gasOf";
import { addPeg, deployPeggedChain, fund, type Peg } from "../../test/fixtures/pegged";

const ZUSD = 10n ** 18n;
const DAY = 24 * 3600;

export const STABLE_FIGURES = {
  mint: { title: "mint of zUSD, two pegged facilities with feeds", most: 150_000 },
  redeem: { title: "redemption of zUSD, two pegged facilities with feeds", most: 150_000 },
  redeemOfThree: { title: "redemption of zUSD, three pegged facilities with feeds", most: 170_000 },
  depositUnified: { title: "deposit of a stablecoin as zUSD", most: 190_000 },
  swap: { title: "swap: all that its user sends", most: 190_000 },
  openPosition: { title: "position opened with shares of a pair, zUSD borrowed", most: 250_000 },
  liquidate: { title: "liquidation of shares of a pair, a part", most: 250_000 },
  liquidateBad: { title: "liquidation of shares of a pair, with bad debt", most: 250_000 },
};

type StableFigures = Record<keyof typeof STABLE_FIGURES, number>;

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

/** What a request costs besides gas, as in the local deployment. */
export const FEES = requestFeesOf(LOCAL.chains[0]);

export async function measureStable(): Promise<StableFigures> {
  const chain = await deployPeggedChain();
  const { vault, admin } = chain;
  await vault.setRequestFee(...requestFeeUnits(FEES));
  const usdc = await realPeg(chain, 6);
  const usdt = await realPeg(chain, 6);
  for (const peg of [usdc, usdt]) {
    await fund(peg, admin, vault);
    // The first of everything pays for fresh storage.
    await peg.facility.mint(1_000_000n * peg.unit, 0, admin);
    await vault.deposit(
      { token: peg.token, amount: peg.unit, owner: admin, account: 0, cell: 0, key: 0, keepToken: false },
      { value: FEES.base },
    );
    await peg.facility.redeem(10n * ZUSD, 0, admin);
  }
  const mint = await gasOf(usdc.facility.mint(1_000n * usdc.unit, 0, admin));
  const redeem = await gasOf(usdc.facility.redeem(100n * ZUSD, 0, admin));
  const request = { token: usdc.token, amount: usdc.unit, owner: admin, account: 0, cell: 0, key: 0, keepToken: false };
  const depositUnified = await gasOf(vault.deposit(request, { value: FEES.base }));
  const deadline = (await time.latest()) + DAY;
  const swap = await gasOf(
    vault.swap(
      {
        tokenIn: usdc.token,
        amountIn: 1_000n * usdc.unit,
        tokenOut: 3,
        minOut: 999n * 10n ** 18n,
        destination: 2,
        recipient: admin,
        deadline,
      },
      { value: FEES.base },
    ),
  );
  const dai = await realPeg(chain, 18);
  await fund(dai, admin, vault);
  await dai.facility.mint(1_000_000n * dai.unit, 0, admin);
  const redeemOfThree = await gasOf(usdc.facility.redeem(100n * ZUSD, 0, admin));
  return { mint, redeem, redeemOfThree, depositUnified, swap, ...(await measurePositions()) };
}

async function measurePositions(): Promise<Pick<StableFigures, "openPosition" | "liquidate" | "liquidateBad">> {
  const { facility, alice, bob, part, value, setEth } = await deployPairFacility();
  const [a, b] = [facility.connect(alice), facility.connect(bob)];
  await a.open(alice, part / 2n, (value * 42n) / 100n, alice);
  const openPosition = await gasOf(b.open(bob, part / 2n, (value * 42n) / 100n, bob));
  // The pair falls by the root of what a half of it falls by.
  await setEth(160_000n);
  await b.liquidate(1, 1_000n * ZUSD, 0, bob);
  const liquidate = await gasOf(b.liquidate(1, 10_000n * ZUSD, 0, bob));
  await setEth(100_000n);
  const liquidateBad = await gasOf(a.liquidate(2, ethers.MaxUint256, 0, alice));
  return { openPosition, liquidate, liquidateBad };
}
