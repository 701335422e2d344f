import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { JsonRpcProvider, ZeroAddress } from "ethers";
import hre from "hardhat";
import { circuitArtifacts } from "../../protocol/prover";
import { SIZES } from "../../protocol/spec";
import { startAnvil, type Anvil } from "../../scripts/anvil";
import { LOCAL } from "../../scripts/deploy/config";
import type { DeploymentDescription } from "../../scripts/deploy/description";
import { deployChain } from "../../scripts/deploy/hardhat";

const CHAIN_IDS = { primary: 31337, secondary: 31338 };
type Network = keyof typeof CHAIN_IDS;

interface Deployed {
  readonly anvil: Anvil;
  readonly provider: JsonRpcProvider;
  readonly description: DeploymentDescription;
}

/** Positions of immutables in a contract's code: start and length in bytes. */
type ImmutableReferences = Record<string, { start: number; length: number }[]>;

describe("[proof] deploying on two chains", () => {
  let folder: string;
  const chains = {} as Record<Network, Deployed>;
  const nodes: Anvil[] = [];
  const providers: JsonRpcProvider[] = [];

  const deploy = async (network: Network, { url }: Anvil): Promise<DeploymentDescription> =>
    deployChain({ network, rpcUrl: url, deployments: folder, compile: false });

  async function start(network: Network): Promise<{ anvil: Anvil; provider: JsonRpcProvider }> {
    const anvil = await startAnvil({ chainId: CHAIN_IDS[network] });
    const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true });
    nodes.push(anvil);
    providers.push(provider);
    return { anvil, provider };
  }

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-deploy-"));
    const deployOn = async (network: Network): Promise<void> => {
      const node = await start(network);
      chains[network] = { ...node, description: await deploy(network, node.anvil) };
    };
    await Promise.all([deployOn("primary"), deployOn("secondary")]);
  });

  after(async () => {
    providers.forEach((provider) => provider.destroy());
    await Promise.all(nodes.map((node) => node.stop()));
    fs.rmSync(folder, { recursive: true });
  });

  const both = (): Deployed[] => [chains.primary, chains.secondary];
  const contracts = () => import("../../typechain-types");

  it("changes nothing when run again", async () => {
    const { anvil, provider, description } = chains.primary;
    const before = await provider.getBlockNumber();
    expect(before).to.be.greaterThan(10);
    expect(await deploy("primary", anvil)).to.deep.equal(description);
    expect(await provider.getBlockNumber()).to.equal(before);
  });

  it("makes one deployment of the two: same domain, same primary chain, same genesis", async () => {
    const { Rollup__factory, Vault__factory, Facts__factory } = await contracts();
    const read = async ({ description, provider }: Deployed) => {
      const rollup = Rollup__factory.connect(description.rollup, provider);
      const { x, y } = await rollup.commitment();
      const tauG2 = [...(await rollup.tauG2())];
      const [domain, primary, genesis] = [
        await rollup.domain(),
        await rollup.primaryChain(),
        await rollup.batchHash(0),
      ];
      return { domain, primary, commitment: [x, y], tauG2, genesis, cellBits: await rollup.cellBits() };
    };
    expect(await read(chains.primary)).to.deep.equal(await read(chains.secondary));
    for (const [i, { description, provider }] of both().entries()) {
      const { rollup, vault, facts } = description;
      expect(await Rollup__factory.connect(rollup, provider).chainIndex()).to.equal(BigInt(i + 1));
      expect(await Vault__factory.connect(vault, provider).rollup()).to.equal(rollup);
      expect(await Facts__factory.connect(facts, provider).rollup()).to.equal(rollup);
    }
  });

  it("lets each chain's facts know the other's, and nobody else's", async () => {
    const { ChainRegistry__factory } = await contracts();
    for (const [here, there] of [both(), both().reverse()]) {
      const registry = ChainRegistry__factory.connect(here.description.chainRegistry, here.provider);
      const { chain, evmChainId, facts } = there.description;
      const id = evmChainId.toString(16).padStart(4, "0");
      const remote = `0x0001000002${id}14${facts.slice(2)}`.toLowerCase();
      expect(await registry.remoteOf(chain)).to.equal(remote);
      expect(await registry.chainOf(remote)).to.equal(BigInt(chain));
      expect(await there.provider.getCode(facts)).to.not.equal("0x");
      expect(await registry.isRegistered(here.description.chain)).to.equal(false);
      expect(await registry.isRegistered(3)).to.equal(false);
    }
  });

  it("P8: registers the same circuit on both, with the verifier rebuilt from its key, byte for byte", async () => {
    const { CircuitRegistry__factory } = await contracts();
    const { circuitId, verifier } = await circuitArtifacts("test");
    for (const { description, provider } of both()) {
      expect(description.circuits).to.deep.equal([{ size: "test", id: circuitId, development: true }]);
      const registry = CircuitRegistry__factory.connect(description.circuitRegistry, provider);
      const circuit = await registry.circuitOf(circuitId);
      expect(circuit.queueOps).to.equal(BigInt(SIZES.test.queueOps));
      expect(circuit.signedOps).to.equal(BigInt(SIZES.test.signedOps));
      expect(await provider.getCode(circuit.verifier)).to.equal(verifier.deployedBytecode);
      expect((await registry.circuitOf(`0x${"01".repeat(32)}`)).verifier).to.equal(ZeroAddress);
    }
  });

  it("allows the operator on the primary chain, and test gateways and tokens on both", async () => {
    const { Ordering__factory, Rollup__factory, Facts__factory, TokenRegistry__factory, MockToken__factory } =
      await contracts();
    for (const { description, provider } of both()) {
      const [deployer] = await provider.listAccounts();
      const isPrimary = description.chain === 1;
      const ordering = await Rollup__factory.connect(description.rollup, provider).ordering();
      expect(ordering === ZeroAddress).to.equal(!isPrimary);
      if (isPrimary) {
        const { isOperator, statusOf, forceDelay } = Ordering__factory.connect(ordering, provider);
        expect(await isOperator(deployer)).to.equal(true);
        expect((await statusOf(2)).lease).to.equal(604_800n);
        expect(await forceDelay()).to.equal(86_400n);
      }
      expect(description.gateways).to.have.length(1);
      expect(await Facts__factory.connect(description.facts, provider).isGateway(description.gateways[0])).to.equal(
        true,
      );
      const registry = TokenRegistry__factory.connect(description.tokenRegistry, provider);
      expect(description.tokens.map(({ symbol, decimals }) => [symbol, decimals])).to.deep.equal([
        ["native", 18],
        ["TUSD", 6],
        ["TDAI", 18],
        ...(isPrimary ? [["USDC", 6]] : []),
        // As on BNB Smart Chain.
        ["USDT", isPrimary ? 6 : 18],
      ]);
      for (const { id, address } of description.tokens) {
        expect(await registry.find(address)).to.deep.equal([BigInt(id), true]);
      }
      expect(await MockToken__factory.connect(description.tokens[1].address, provider).decimals()).to.equal(6n);
    }
  });

  it("binds books, zUSD and vault, takes the facilities into the books, and lets zUSD of both chains in", async () => {
    const { Books__factory, Zusd__factory, Vault__factory, Rollup__factory, PeggedFacility__factory } =
      await contracts();
    for (const { description, provider } of both()) {
      const books = Books__factory.connect(description.books, provider);
      const zusd = Zusd__factory.connect(description.zusd, provider);
      expect(await books.zusd()).to.equal(description.zusd);
      expect([await zusd.books(), await zusd.vault()]).to.deep.equal([description.books, description.vault]);
      expect(await Vault__factory.connect(description.vault, provider).books()).to.equal(description.books);
      const names = description.chain === 1 ? ["USDC", "USDT", "LP"] : ["USDT"];
      expect(description.facilities.map(({ name }) => name)).to.deep.equal(names);
      expect([...(await books.facilities())]).to.have.members(description.facilities.map(({ address }) => address));
      for (const { address, class: of, token } of description.facilities) {
        const facility = PeggedFacility__factory.connect(address, provider);
        expect([await facility.token(), await facility.books()]).to.deep.equal([token, description.books]);
        if (of === "PEGGED") expect((await facility.parameters()).freeze).to.equal(100n);
      }
      const rollup = Rollup__factory.connect(description.rollup, provider);
      for (const chain of [1, 2]) expect(await rollup.capOf(chain, 1)).to.equal(10n ** 26n);
    }
  });

  it("puts the same bytecode on both chains, but for immutables", async () => {
    const names = {
      accessManager: "AccessManager",
      chainRegistry: "ChainRegistry",
      tokenRegistry: "TokenRegistry",
      circuitRegistry: "CircuitRegistry",
      facts: "Facts",
      vault: "Vault",
      rollup: "Rollup",
    } as const;
    for (const [key, name] of Object.entries(names) as [keyof typeof names, string][]) {
      const immutables = await immutablesOf(name);
      const code = await Promise.all(both().map(({ description, provider }) => provider.getCode(description[key])));
      expect(code[0], name).to.have.length.greaterThan(100);
      expect(masked(code[0], immutables), name).to.equal(masked(code[1], immutables));
      const compiled = (await hre.artifacts.readArtifact(name)).deployedBytecode;
      expect(masked(code[0], immutables), name).to.equal(masked(compiled, immutables));
      // Where all immutables agree the whole code does, so that these stand at one address everywhere.
      if (key !== "vault" && key !== "rollup") {
        expect(chains.primary.description[key]).to.equal(chains.secondary.description[key]);
        expect(code[0], name).to.equal(code[1]);
      }
    }
  });

  it("refuses to go on with another deployment's contracts, and changes nothing", async () => {
    const configFile = path.join(folder, "config.json");
    fs.writeFileSync(configFile, JSON.stringify({ ...LOCAL, name: "other", salt: `0x${"5a".repeat(32)}` }));
    const { anvil, provider, description } = chains.primary;
    const block = await provider.getBlockNumber();
    const options = { network: "primary", rpcUrl: anvil.url, deployments: folder, configFile, compile: false } as const;
    let message = "";
    await deployChain(options).catch((error: Error) => (message = error.message));
    expect(message).to.include(description.rollup).and.to.include('another deployment than "other"');
    expect(await provider.getBlockNumber()).to.equal(block);
  });

  it("says what on chain is not as configured", async () => {
    const configFile = path.join(folder, "config.json");
    const [primary, secondary] = LOCAL.chains;
    const gateways = ["test", "test"];
    fs.writeFileSync(
      configFile,
      JSON.stringify({
        ...LOCAL,
        threshold: 2,
        chains: [
          { ...primary, gateways },
          { ...secondary, gateways },
        ],
      }),
    );
    const { anvil } = chains.secondary;
    const options = {
      network: "secondary",
      rpcUrl: anvil.url,
      deployments: folder,
      configFile,
      compile: false,
    } as const;
    let message = "";
    await deployChain(options).catch((error: Error) => (message = error.message));
    expect(message)
      .to.include("chain secondary is not as configured")
      .and.to.include("facts.threshold: expected 2, is 1");
  });

  it("deploys anew on a development node that was started again", async () => {
    const { anvil, provider } = await start("secondary");
    const description = await deploy("secondary", anvil);
    expect(description.facts).to.equal(chains.secondary.description.facts);
    expect(await provider.getCode(description.rollup)).to.not.equal("0x");
  });
});

async function immutablesOf(name: string): Promise<ImmutableReferences> {
  const { sourceName } = await hre.artifacts.readArtifact(name);
  const build = await hre.artifacts.getBuildInfo(`${sourceName}:${name}`);
  const bytecode = build!.output.contracts[sourceName][name].evm.deployedBytecode;
  return (bytecode as { immutableReferences?: ImmutableReferences }).immutableReferences ?? {};
}

function masked(code: string, immutables: ImmutableReferences): string {
  const bytes = Buffer.from(code.slice(2), "hex");
  for (const { start, length } of Object.values(immutables).flat()) bytes.fill(0, start, start + length);
  return bytes.toString("hex");
}
