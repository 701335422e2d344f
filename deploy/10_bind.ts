import { ZeroAddress } from "ethers";
import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** Contracts that were deployed before the others they need learn them now, once and for ever. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  const rollup = await addressOf(context, "Rollup");
  const vault = await hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const facts = await hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const isPrimary = chain.index === config.primary;
  const ordering = isPrimary ? [await hre.ethers.getContractAt("Ordering", await addressOf(context, "Ordering"))] : [];
  for (const contract of [vault, facts, ...ordering]) {
    if ((await contract.rollup()) !== ZeroAddress) continue;
    await (await contract.bindRollup(rollup)).wait();
    report(context, `bound ${await contract.getAddress()} to rollup ${rollup}`);
  }

  const books = await hre.ethers.getContractAt("Books", await addressOf(context, "Books"));
  if ((await books.zusd()) === ZeroAddress) {
    await (await books.bindZusd(await addressOf(context, "Zusd"))).wait();
    report(context, `bound the books to zUSD ${await books.zusd()}`);
  }
  if ((await vault.books()) === ZeroAddress) {
    await (await vault.bindBooks(books)).wait();
    report(context, `bound the vault to the books ${await books.getAddress()}`);
  }
};

deploy.tags = ["bind"];
deploy.dependencies = ["rollup", "zusd"];
export default deploy;
