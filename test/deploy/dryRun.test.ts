import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import hre from "hardhat";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { startAnvil, type Anvil } from "../../scripts/anvil";
import { dryRun } from "../../tasks/support/deployment";
import { rejection } from "../fixtures/rejection";

describe("deploy --dry-run", () => {
  const NETWORK = "primary";
  let node: Anvil;
  let provider: JsonRpcProvider;
  before(async () => {
    node = await startAnvil();
    provider = new JsonRpcProvider(node.url, node.chainId, { staticNetwork: true });
  });
  after(async () => {
    provider.destroy();
    await node.stop();
  });

  /** As the task has it on a network at the node. */
  function environment(accounts: Record<string, string>): HardhatRuntimeEnvironment {
    const network = { name: NETWORK, config: { url: node.url, accounts: "remote" }, provider: { send: call } };
    return Object.assign(Object.create(hre) as HardhatRuntimeEnvironment, {
      network,
      run: async () => undefined,
      getNamedAccounts: async () => accounts,
    });
  }
  const call = (method: string, parameters: unknown[] = []): Promise<unknown> => provider.send(method, parameters);

  it("prints each step with its gas and coin, and leaves the network and the records as they are", async () => {
    const [deployer] = (await call("eth_accounts")) as string[];
    const records = path.join(hre.config.paths.deployments, NETWORK);
    const before = fs.existsSync(records) ? fs.readdirSync(records) : undefined;
    let printed = "";
    await dryRun(environment({ deployer }), (text) => (printed += `${text}\n`));

    const rows = printed.split("\n").map((line) => line.trim().split(/ {2,}/));
    const cells = (name: string): number[] => {
      const row = rows.find(([first]) => first === name);
      expect(row, name).to.have.length(4);
      return row!.slice(1).map((cell) => Number(cell.replaceAll(",", "")));
    };
    const steps = rows.filter((row) => row.length === 4 && !["step", "total"].includes(row[0]));
    const [transactions, gas, coin] = cells("total");
    const sum = (at: number): number => steps.reduce((total, [name]) => total + cells(name)[at], 0);
    expect([transactions, gas]).to.deep.equal([sum(0), sum(1)]);
    for (const [name, least] of [
      ["deploy Vault", 5_000_000],
      ["deploy Rollup", 4_000_000],
      ["Vault.setRequestFee", 30_000],
      ["Vault.setOutflowLimit", 60_000],
    ] as const) {
      expect(cells(name)[1], name).to.be.at.least(least);
    }
    const gwei = Number(/At ([0-9.]+) gwei\. Nothing was sent to primary\./.exec(printed)?.[1]);
    expect(coin).to.be.closeTo((gas * gwei) / 1e9, 1e-5);

    expect(await provider.getBlockNumber()).to.equal(0);
    expect(await provider.getTransactionCount(deployer)).to.equal(0);
    expect(fs.existsSync(records) ? fs.readdirSync(records) : undefined).to.deep.equal(before);
  });

  it("needs a node, and an account", async () => {
    expect((await rejection(dryRun(hre))).message).to.equal(
      "network: hardhat is no chain to connect to; use --network primary, for example",
    );
    expect((await rejection(dryRun(environment({})))).message).to.equal(
      "network primary has no account to deploy from",
    );
  });
});
