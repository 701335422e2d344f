/**
 * The whole protocol on this machine: two chains, three users, nine batches, each proven once and verified by both chains.
 *
 *   npm run demo
 *
 * Builds what is missing first: contracts, circuit, keys. Ends with the books of both vaults, read from the chains alone, and with exit
 * status 0 only if they balance.
 */
import { spawnSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import type { BatcherEvent } from "../protocol/batcher/events";
import { terminateCurve } from "../protocol/crypto/curve";
import { circuitArtifacts, type CircuitArtifacts } from "../protocol/prover";
import { balances, conservation, stableBooks } from "./demo/report";
import { stableStory } from "./demo/stable";
import { epilogue, story } from "./demo/story";
import type { Act } from "./demo/story";
import { ProgressLine } from "./demo/progressLine";
import { Cleanup, createPeople, SIZE, startBatcher, startChains, temporaryFolder } from "./demo/world";

const ROOT = path.resolve(__dirname, "..");
const HARDHAT = path.join(ROOT, "node_modules/hardhat/internal/cli/bootstrap.js");

const cleanup = new Cleanup();

/** What happened to one batch, collected from the batcher's events. */
class BatchLog {
  private progress = new ProgressLine();
  seconds = 0;
  gas: string[] = [];
  requests = 0;
  ops = 0;

  readonly onEvent = (event: BatcherEvent): void => {
    switch (event.type) {
      case "building":
        [this.requests, this.ops, this.gas] = [event.requests, event.ops, []];
        this.progress = new ProgressLine();
        break;
      case "proving":
        return this.progress.update(`proving ${event.batch}: ${event.phase}`, event.done, event.total);
      case "proven":
        this.progress.clear();
        this.seconds = event.seconds;
        break;
      case "submitted":
        this.gas.push(`${event.chain} ${event.gasUsed.toLocaleString("en")}`);
        break;
      case "dropped":
        throw new Error(`an op of the demo was dropped: ${event.error.message}`);
      default:
    }
  };

  line(batch: number, gates: number): string {
    const ops = `${count(this.requests, "deposit")}, ${count(this.ops, "signed op")}`;
    return `batch ${batch}: ${ops} | ${gates.toLocaleString("en")} gates | proven in ${this.seconds.toFixed(1)} s | gas: ${this.gas.join(", ")}`;
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

async function buildArtifacts(): Promise<CircuitArtifacts> {
  let line = new ProgressLine();
  let current = "";
  const artifacts = await circuitArtifacts(SIZE.name, {
    onProgress: ({ phase, done, total }) => {
      if (phase !== current) {
        line.clear();
        line = new ProgressLine();
      }
      current = phase;
      line.update(phase, done, total);
    },
  });
  line.clear();
  return artifacts;
}

/** What the compiler says is shown only when it fails: warnings are of interest to who changes the contracts. */
function compileContracts(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [HARDHAT, "compile"], { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`compiling the contracts failed:\n${stdout}${stderr}`);
}

async function run(): Promise<boolean> {
  const print = (text = "") => console.log(text);
  const folder = temporaryFolder(os.tmpdir(), cleanup);

  print("Causeway: two chains, one state, and both verify every proof\n");
  print("Compiling the contracts");
  compileContracts();
  print("Preparing the circuit and its keys (built once; made from a known secret, so for development only)");
  const artifacts = await buildArtifacts();
  print("Starting two chains and deploying the protocol on both");
  const chains = await startChains(folder, cleanup);
  const people = await createPeople(["Alice", "Bob", "Carol"], chains);
  const log = new BatchLog();
  const batcher = await startBatcher(folder, chains, artifacts, cleanup, log.onEvent);

  const say = (line: string) => print(`  ${line}`);
  let holds = true;
  const perform = async (act: Act, symbols: readonly string[]): Promise<void> => {
    print(`\n${act.title}\n`);
    await act.play();
    print();
    const batch = await batcher.step();
    if (batch === undefined) throw new Error("the batcher found nothing to do");
    if (!process.stdout.isTTY) print();
    print(await balances(batcher.state, chains, people, symbols));
    print(`\n  ${log.line(batch, artifacts.gates)}`);
  };
  for (const act of story(batcher, chains, people, say)) await perform(act, ["ETH", "TUSD"]);
  for (const act of stableStory(batcher, chains, people, say)) {
    await perform(act, ["USDC", "USDT", "zUSD"]);
    const books = await stableBooks(chains);
    print(`\n${books.text}`);
    holds &&= books.holds;
  }

  print("\nThe books of both vaults, computed from the chains alone\n");
  await epilogue(chains, people, (line) => print(`  ${line}\n`));
  const custody = await conservation(chains);
  print(custody.text);
  print(custody.holds ? "\nEvery vault holds exactly what it owes." : "\nA VAULT DOES NOT HOLD WHAT IT OWES.");
  print(holds ? "zUSD was backed as its books say, after every batch." : "THE BOOKS OF zUSD DID NOT HOLD.");
  return holds && custody.holds;
}

async function main(): Promise<void> {
  let isInterrupted = false;
  for (const [signal, status] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    process.once(signal, () => {
      isInterrupted = true;
      void cleanup.run().finally(() => process.exit(status));
    });
  }
  const start = Date.now();
  let holds = false;
  try {
    holds = await run();
  } catch (error) {
    // What an interruption breaks off is no failure.
    if (!isInterrupted) console.error(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await cleanup.run();
    await terminateCurve();
  }
  if (holds) console.log(`Done in ${Math.round((Date.now() - start) / 1000)} s.`);
  process.exitCode = holds ? 0 : 1;
}

void main();
