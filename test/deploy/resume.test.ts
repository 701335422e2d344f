import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { startAnvil } from "../../scripts/anvil";
import { LOCAL } from "../../scripts/deploy/config";
import { readDescription, type DeploymentDescription } from "../../scripts/deploy/description";
import { runHardhat } from "../../scripts/deploy/hardhat";
import { REFUSAL, startRpcProxy, type Fate } from "../fixtures/rpcProxy";

/** Accounts 1 and 2 of anvil. */
const GOVERNOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const GUARDIAN = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

/** One transaction of so many is refused; the run that fails by it was sent the others. */
const EVERY = 10;

interface Outcome {
  readonly description: DeploymentDescription;
  /** What the runs that failed said. */
  readonly failures: readonly string[];
  /** How many transactions came into blocks: anvil makes one for each. */
  readonly transactions: number;
  readonly met: Record<Fate, number>;
  /** Contracts by name: records of what was deployed. */
  readonly records: Record<string, string>;
}

describe("[proof] deploying again after a failure", () => {
  let folder: string;
  let clean: Outcome;

  /** Deploys on a chain of its own, whose node treats the n-th transaction so. */
  async function deploy(name: string, fateOf: (n: number) => Fate): Promise<Outcome> {
    const anvil = await startAnvil();
    const proxy = await startRpcProxy(anvil.url, fateOf);
    const deployments = path.join(folder, name);
    const options = {
      network: "primary",
      rpcUrl: proxy.url,
      deployments,
      configFile: path.join(folder, "config.json"),
    };
    const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true });
    try {
      const { code, output } = await runHardhat(["run", "--no-compile", "test/fixtures/deployRuns.ts"], options);
      if (code !== 0) throw new Error(output);
      const failures = JSON.parse(output.trim().split("\n").at(-1)!) as string[];
      const transactions = await provider.getBlockNumber();
      const description = readDescription(deployments, "primary");
      return {
        description,
        failures,
        transactions,
        met: proxy.met,
        records: recordsOf(path.join(deployments, "primary")),
      };
    } finally {
      provider.destroy();
      await proxy.close();
      await anvil.stop();
    }
  }

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-resume-"));
    const governance = { governor: GOVERNOR, timelock: 3600, guardian: GUARDIAN };
    const [primary, ...others] = LOCAL.chains;
    const chains = [{ ...primary, gateways: ["test", "test"], finality: 900 }, ...others];
    fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ ...LOCAL, governance, chains }));
    clean = await deploy("clean", () => "sent");
  });

  after(() => fs.rmSync(folder, { recursive: true }));

  it("has something to interrupt: every transaction is in a block of its own", () => {
    expect(clean.failures).to.deep.equal([]);
    expect(clean.met).to.deep.equal({ sent: clean.transactions, refused: 0, unanswered: 0 });
    expect(clean.transactions).to.be.greaterThan(50);
  });

  it("goes on where a run ended before it knew of its transaction, whichever it was: nothing is sent twice", async () => {
    const outcome = await deploy("unanswered", () => "unanswered");
    expect(outcome.failures).to.have.length(clean.transactions);
    expectSame(outcome);
  });

  it("goes on where a transaction was refused: nothing is sent twice", async () => {
    const outcome = await deploy("refused", (n) => (n % EVERY === 0 ? "refused" : "sent"));
    expect(outcome.met.refused).to.be.greaterThan(clean.transactions / EVERY);
    expect(outcome.failures).to.have.length(outcome.met.refused);
    expectSame(outcome);
  });

  /** The end is the same as without failures, after as many transactions. */
  function expectSame({ description, failures, transactions, records }: Outcome): void {
    for (const failure of failures) expect(failure).to.include(REFUSAL);
    expect(description).to.deep.equal(clean.description);
    expect(records).to.deep.equal(clean.records);
    expect(transactions).to.equal(clean.transactions);
  }
});

function recordsOf(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(".json") && !file.startsWith("."));
  const read = (file: string) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as { address: string };
  return Object.fromEntries(files.map((file) => [path.basename(file, ".json"), read(file).address]));
}
