import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { JsonRpcProvider, Wallet } from "ethers";
import { networkOf } from "../../protocol/chain/networks";
import { buildDevelopmentSrs, hashFile } from "../../protocol/crypto/srs";
import { circuitArtifacts } from "../../protocol/prover";
import { startAnvil, type Anvil } from "../../scripts/anvil";
import {
  chainOf,
  checkConfig,
  loadConfig,
  LOCAL,
  type ChainConfig,
  type DeploymentConfig,
} from "../../scripts/deploy/config";
import { deployChain } from "../../scripts/deploy/hardhat";
import { isLive, LiveNetworkError, refuseDevelopmentConfig, refuseDevelopmentKeys } from "../../scripts/deploy/live";
import { SIX } from "../protocol/prover/circuits";

const LIVE_CHAIN_ID = 424242;
const GATEWAYS = ["11", "22", "33"].map((byte) => ({ address: `0x${byte.repeat(20)}` }));
const STRANGER = `0x${"5a".repeat(20)}`;
/** Account 0 of the mnemonic that every development node uses. */
const KNOWN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

const LIVE_CHAIN: ChainConfig = {
  name: "live",
  index: 1,
  evmChainId: LIVE_CHAIN_ID,
  gateways: GATEWAYS,
  finality: 900,
  tokens: ["native", { address: STRANGER }],
  requestFee: { base: "0", growth: "0.00003" },
  operators: [STRANGER],
};

const LIVE: DeploymentConfig = {
  ...LOCAL,
  name: "live",
  threshold: 2,
  ptau: { path: "ceremony.ptau", sha256: "00".repeat(32) },
  governance: { governor: STRANGER, timelock: 30 * 24 * 3600 },
  chains: [LIVE_CHAIN],
};

describe("deploying on a live network", () => {
  it("G7: every chain id but those of development nodes is live", () => {
    for (const id of [1, 10, 56, 137, 8453, 11155111, LIVE_CHAIN_ID]) expect(isLive(id), `${id}`).to.equal(true);
    for (const id of [1337, 31337, 31338]) expect(isLive(id), `${id}`).to.equal(false);
  });

  const refuses = (
    config: Partial<DeploymentConfig>,
    chain: Partial<ChainConfig>,
    reason: string,
    accounts = [STRANGER],
  ): void => {
    const action = (): void => refuseDevelopmentConfig({ ...LIVE, ...config }, { ...LIVE_CHAIN, ...chain }, accounts);
    expect(action).to.throw(LiveNetworkError, reason);
    expect(action).to.throw(`EVM chain id ${LIVE_CHAIN_ID}`);
  };

  it("G7: a configuration without development pieces is accepted", () => {
    refuseDevelopmentConfig(LIVE, LIVE_CHAIN, [STRANGER]);
  });

  describe("docs/testnet.json", () => {
    const text = fs.readFileSync(path.join(__dirname, "../../docs/testnet.json"), "utf8");

    it("is refused while it has placeholders, by the field", () => {
      expect(() => checkConfig(JSON.parse(text) as DeploymentConfig)).to.throw(
        'deployment "testnet": salt must be 32 bytes',
      );
      const salted = text.replace('"0x..."', `"0x${"5a".repeat(32)}"`);
      expect(() => checkConfig(JSON.parse(salted) as DeploymentConfig)).to.throw(
        "governance.governor must be an address",
      );
    });

    it("G7: is a configuration for live networks once they are filled in", () => {
      let next = 0;
      const own = (): string => `0x${`${++next}`.padStart(40, "0")}`;
      const filled = text.replace('"0x..."', `"0x${"5a".repeat(32)}"`).replace(/"0x\.\.\."/g, () => `"${own()}"`);
      const config = checkConfig(JSON.parse(filled) as DeploymentConfig);
      expect(next, "governor, guardian, operator, and on each chain a module and three attesters").to.equal(11);
      for (const chain of config.chains) {
        expect(networkOf(chain.evmChainId)?.name).to.equal(chain.name);
        refuseDevelopmentConfig(config, chain, [STRANGER]);
      }
    });
  });

  it("G7: the development SRS, test gateways, few gateways, test tokens and known keys are refused, each alone", () => {
    refuses({ ptau: undefined }, {}, "development SRS");
    refuses({}, { gateways: [...GATEWAYS, "test"] }, "test gateway");
    refuses({ threshold: 1 }, {}, "at least 2");
    refuses({ threshold: 3 }, {}, "more gateways than the threshold");
    for (const finality of [0, undefined]) refuses({}, { finality }, "finality must be at least 1 s");
    const guardian = `0x${"5b".repeat(20)}`;
    const guarded = (timelock: number) => ({ governance: { governor: STRANGER, timelock, guardian } });
    const most = 31 * 24 * 3600;
    refuses(guarded(most + 1), {}, `with a guardian the timelock must be at most ${most} s`);
    refuseDevelopmentConfig({ ...LIVE, ...guarded(most) }, LIVE_CHAIN, [STRANGER]);
    for (const requestFee of [undefined, { base: "1", growth: "0" }]) {
      refuses({}, { requestFee }, "requestFee.growth must not be 0");
    }
    refuses({}, { tokens: ["native", { test: "TUSD", decimals: 6 }] }, "TUSD");
    refuses({}, {}, KNOWN, [STRANGER, KNOWN]);
    refuses({}, {}, KNOWN.toLowerCase(), [KNOWN.toLowerCase()]);
  });

  it("G7: a network's own finality is the least, and Neon is not live", () => {
    const check = (evmChainId: number, finality: number) => (): void =>
      refuseDevelopmentConfig(LIVE, { ...LIVE_CHAIN, evmChainId, finality }, [STRANGER]);
    expect(check(1, 959)).to.throw(LiveNetworkError, "finality must be at least 960 s");
    check(1, 960)();
    for (const neon of [245022934, 245022926]) {
      expect(check(neon, 3600)).to.throw(LiveNetworkError, "is not live: no two gateways serve it");
    }
  });

  it("G7: all of these are accepted on a development node", () => {
    refuseDevelopmentConfig(LOCAL, chainOf(LOCAL, 31337), [KNOWN]);
  });

  it("[proof] G7: keys made from the development SRS are refused whatever the file was called", async () => {
    const artifacts = await circuitArtifacts(SIX);
    expect(() => refuseDevelopmentKeys(LIVE_CHAIN_ID, artifacts)).to.throw(LiveNetworkError, "development SRS");
    refuseDevelopmentKeys(LIVE_CHAIN_ID, { ...artifacts, development: false });
    refuseDevelopmentKeys(31337, artifacts);
  });

  describe("by the deploy scripts", () => {
    let anvil: Anvil;
    let folder: string;

    before(async () => {
      anvil = await startAnvil({ chainId: LIVE_CHAIN_ID });
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-live-"));
    });

    after(async () => {
      await anvil.stop();
      fs.rmSync(folder, { recursive: true });
    });

    async function refusal(config: DeploymentConfig, privateKeys?: string[]): Promise<string> {
      const configFile = path.join(folder, `${privateKeys ? "keys" : "no-keys"}.json`);
      fs.writeFileSync(configFile, JSON.stringify(config));
      const options = { network: "live", rpcUrl: anvil.url, deployments: folder, configFile, privateKeys } as const;
      try {
        await deployChain({ ...options, compile: false });
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error("expected the scripts to refuse");
    }

    it("G7: nothing is sent with the development SRS, not even under another name", async () => {
      const ptau = path.join(folder, "ceremony.ptau");
      await buildDevelopmentSrs(ptau, 4);
      const disguised = { ...LIVE, ptau: { path: ptau, sha256: await hashFile(ptau) } };
      const messages = await Promise.all([
        refusal({ ...LIVE, ptau: undefined }),
        refusal(disguised, [Wallet.createRandom().privateKey]),
      ]);
      for (const message of messages) expect(message).to.include("refused on a live network");
      expect(messages[0]).to.include("made from the development SRS");
      expect(messages[1]).to.include("ceremony.ptau is the development SRS");

      const provider = new JsonRpcProvider(anvil.url, LIVE_CHAIN_ID, { staticNetwork: true });
      expect(await provider.getBlockNumber()).to.equal(0);
      provider.destroy();
    });
  });
});

describe("deployment configurations", () => {
  const [primary, secondary] = LOCAL.chains;
  const refuses = (change: Partial<DeploymentConfig>, field: string): void => {
    expect(() => checkConfig({ ...LOCAL, ...change })).to.throw(`deployment "local": ${field}`);
  };
  const refusesChain = (change: Partial<ChainConfig>, field: string): void =>
    refuses({ chains: [{ ...primary, ...change }, secondary] }, field);

  it("accept the local one, and find its chains by their EVM chain ids", () => {
    expect(checkConfig(LOCAL)).to.equal(LOCAL);
    expect(chainOf(LOCAL, 31338)).to.equal(secondary);
    expect(() => chainOf(LOCAL, 1))
      .to.throw("no chain with EVM chain id 1")
      .with.property("message")
      .includes("31338");
  });

  it("refuse a field that is misspelt, and a file that cannot be read", () => {
    const [primary, secondary] = LOCAL.chains;
    const governance = { governor: STRANGER, timelock: 0, gaurdian: STRANGER };
    const cases: [object, string][] = [
      [{ treshold: 2 }, "treshold is no field: there are name, primary, salt"],
      [{ governance }, "governance.gaurdian is no field: there are governor, timelock, guardian"],
      [{ chains: [primary, { ...secondary, outflow: [] }] }, "chain secondary: outflow is no field: there are name,"],
    ];
    for (const [change, reason] of cases) expect(() => checkConfig({ ...LOCAL, ...change })).to.throw(reason);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-config-"));
    const file = path.join(folder, "config.json");
    const before = process.env.CAUSEWAY_CONFIG;
    process.env.CAUSEWAY_CONFIG = file;
    try {
      expect(() => loadConfig()).to.throw(`CAUSEWAY_CONFIG: ${file} cannot be read: ENOENT`);
      fs.writeFileSync(file, "{,}");
      expect(() => loadConfig()).to.throw(`CAUSEWAY_CONFIG: ${file} cannot be read: `);
      fs.writeFileSync(file, JSON.stringify(LOCAL));
      expect(loadConfig()).to.deep.equal(LOCAL);
    } finally {
      if (before === undefined) delete process.env.CAUSEWAY_CONFIG;
      else process.env.CAUSEWAY_CONFIG = before;
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("name the field that is wrong", () => {
    refuses({ salt: "0x01" }, "salt");
    refuses({ sizes: [] }, "sizes");
    refuses({ sizes: ["huge" as "test"] }, "sizes");
    refuses({ threshold: 0 }, "threshold");
    refuses({ primary: 3 }, "primary");
    refuses({ chains: [primary, { ...secondary, index: 1 }] }, "chains.index");
    refuses({ chains: [primary, { ...secondary, evmChainId: 31337 }] }, "chains.evmChainId");
    refuses({ primary: 2, chains: [{ ...primary, index: 64 }, secondary] }, "chain primary: index");
    refusesChain({ gateways: [] }, "chain primary: gateways");
    refusesChain({ gateways: [{ address: "nobody" }] }, "chain primary: gateways");
    refusesChain({ tokens: [{ address: "nowhere" }] }, "chain primary: tokens");
    refusesChain({ operators: ["nobody"] }, "chain primary: operators");
    for (const token of [0, 1.5, 99])
      refusesChain({ outflows: [{ token, limit: "1" }] }, "chain primary: outflows.token");
    for (const limit of ["0", "1.5", "-1", ""]) {
      refusesChain({ outflows: [{ token: "zUSD", limit }] }, "chain primary: outflows.limit");
    }
  });
});
