import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, ensureContract } from "../scripts/deploy/context";

/** zUSD knows for ever who mints it, the books, and who moves it to the rollup, the vault. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  await ensureContract(context, "Zusd", {
    args: [await addressOf(context, "Books"), await addressOf(context, "Vault")],
  });
};

deploy.tags = ["zusd"];
deploy.dependencies = ["books", "vault"];
export default deploy;
