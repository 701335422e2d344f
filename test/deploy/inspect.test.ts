import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { id, JsonRpcProvider } from "ethers";
import { startAnvil, type Anvil } from "../../scripts/anvil";
import { LOCAL } from "../../scripts/deploy/config";
import { deployChain, runHardhat, type HardhatOptions } from "../../scripts/deploy/hardhat";
import type { DeploymentDescription } from "../../scripts/deploy/description";
import { GUARDIAN_ROLE } from "../../scripts/deploy/roles";
import { requireRegistered } from "../../tasks/support/batcher";
import { rejection } from "../fixtures/rejection";

const STRANGER = `0x${"5a".repeat(20)}`;

describe("[proof] npx hardhat inspect", () => {
  let folder: string;
  let anvil: Anvil;
  let description: DeploymentDescription;

  const options = (): HardhatOptions => ({
    network: "primary",
    rpcUrl: anvil.url,
    deployments: folder,
    configFile: path.join(folder, "config.json"),
  });

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-inspect-"));
    const [primary, ...others] = LOCAL.chains;
    const committee = { kind: "committee", attesters: [STRANGER], quorum: 1 };
    const [secondary] = others;
    const chains = [
      { ...primary, gateways: ["test", "test", "test", committee] },
      { ...secondary, gateways: ["test", committee] },
    ];
    fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ ...LOCAL, chains }));
    anvil = await startAnvil();
    description = await deployChain({ ...options(), compile: false });
  });

  after(async () => {
    await anvil.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const run = (task: string, changed: Partial<HardhatOptions> = {}): ReturnType<typeof runHardhat> =>
    runHardhat([task], { ...options(), ...changed });

  it("finds nothing where nothing was changed", async () => {
    const { code, output } = await run("inspect");
    expect(output).to.include("Chain primary is as configured.");
    expect(code).to.equal(0);
  });

  it("needs no account, nor do the proposals: peers' addresses, too, follow from what is recorded", async () => {
    const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true });
    const { CommitteeGateway__factory } = await import("../../typechain-types");
    const committee = description.gateways[3];
    // Its twin has the same attesters, so the same address.
    const peer = await CommitteeGateway__factory.connect(committee, provider).peerOf(31338);
    provider.destroy();
    expect(peer.gateway).to.equal(committee);
    const privateKeys = [`0x${"5a".repeat(32)}`];
    const inspected = await run("inspect", { privateKeys });
    expect(inspected.output).to.include("Chain primary is as configured.");
    expect(inspected.code).to.equal(0);
    const proposed = await run("propose-changes", { privateKeys });
    expect(proposed.output).to.include("All that may change at any time is as configured.");
    expect(proposed.code).to.equal(0);
    const nowhere = await run("propose-changes", { privateKeys, deployments: path.join(folder, "nothing") });
    expect(nowhere.output).to.include('nothing is deployed on network primary: run "npx hardhat deploy" first');
    expect(nowhere.output, "a trace is for those who ask for it").not.to.match(/^ +at /m);
    expect(nowhere.code).to.equal(1);
  });

  it("a batcher takes the deployment's sizes and circuits, and no others", async () => {
    const task = ["batcher", "--directory", path.join(folder, "batcher"), "--secondaries", ""];
    const { code, output } = await runHardhat([...task, "--size", "large"], options());
    expect(output).to.include('size: must be one of the configuration\'s, test, got "large"');
    expect(code).to.equal(1);
    const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true });
    const { ICircuitRegistry__factory } = await import("../../typechain-types");
    const circuits = ICircuitRegistry__factory.connect(description.circuitRegistry, provider);
    const [{ id: circuitId }] = description.circuits;
    await requireRegistered({ name: "primary", circuits }, { name: "test", circuitId });
    const other = requireRegistered({ name: "primary", circuits }, { name: "test", circuitId: id("another") });
    expect((await rejection(other)).message).to.match(/^size: circuit 0x\w+ of size test is not registered on primary/);
    provider.destroy();
  });

  it("names one change of each kind, with what is configured and what is on chain, and nothing else", async () => {
    const factories = await import("../../typechain-types");
    const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true });
    const deployer = await provider.getSigner(0);
    const { accessManager, chainRegistry, tokenRegistry, circuitRegistry, rollup, facilities, books } = description;
    const [chains, tokens, circuits, facts, stable, access, ordering] = [
      factories.ChainRegistry__factory.connect(chainRegistry, deployer),
      factories.TokenRegistry__factory.connect(tokenRegistry, deployer),
      factories.CircuitRegistry__factory.connect(circuitRegistry, deployer),
      factories.Facts__factory.connect(description.facts, deployer),
      factories.Books__factory.connect(books, deployer),
      factories.AccessManager__factory.connect(accessManager, deployer),
      factories.Ordering__factory.connect(
        await factories.Rollup__factory.connect(rollup, provider).ordering(),
        deployer,
      ),
    ];
    const token = await new factories.MockToken__factory(deployer).deploy("NEW", 6);
    const lp = facilities.find(({ name }) => name === "LP")!.address;
    const changes = [
      () => facts.setThreshold(2),
      () => facts.setFinality(901),
      () => facts.addGateway(description.vault),
      () => ordering.setOperator(STRANGER, true),
      () => ordering.setLease(2, 7200),
      () => tokens.list(token),
      () =>
        circuits.register(id("another"), {
          verifier: rollup,
          queueOps: 2,
          signedOps: 2,
          activeFrom: 0,
          retiredFrom: 0,
        }),
      () => chains.register(9, 56, STRANGER),
      () => stable.remove(lp),
      () => access.grantRole(GUARDIAN_ROLE, STRANGER, 0),
      () => access.grantRole(0, description.vault, 0),
      () => factories.Rollup__factory.connect(rollup, deployer).setCap(2, 7n, 1_000_000),
    ];
    for (const change of changes) await (await change()).wait();
    const { code, output } = await run("inspect");
    provider.destroy();
    expect(code).to.equal(1);
    const rows = output.split("\n").map((line) => line.trim().split(/ {3,}/));
    const row = (field: string): string[] => rows.find(([first]) => first === field) ?? [];
    const lower = (address: string): string => address.toLowerCase();
    expect(row("facts.threshold")).to.deep.equal(["facts.threshold", "1", "2"]);
    expect(row("facts.finality")).to.deep.equal(["facts.finality", "0", "901"]);
    expect(row("lease of chain secondary")).to.deep.equal(["lease of chain secondary", "604800", "7200"]);
    expect(row("zUSD cap of chain secondary")).to.deep.equal(["zUSD cap of chain secondary", `${10n ** 26n}`, "7"]);
    expect(row("token 6")).to.deep.equal(["token 6", "none", await token.getAddress()]);
    expect(row("chains")).to.deep.equal(["chains", "2", "2, 9"]);
    expect(row("guardians")).to.deep.equal(["guardians", "none", STRANGER]);
    for (const [field, extra] of [
      ["gateways", description.vault],
      ["operators", STRANGER],
      ["circuits", id("another")],
      ["administrators", description.vault],
    ]) {
      const [, configured, found] = row(field);
      expect(configured, field).to.not.include(lower(extra));
      expect(found, field).to.include(lower(extra));
    }
    const [, configured, found] = row("facilities");
    expect(configured).to.include(lower(lp));
    expect(found).to.not.include(lower(lp));
    expect(row("facility LP: in the books")).to.deep.equal(["facility LP: in the books", "true", "false"]);
    expect(output).to.include("13 fields differ");
  });
});
