/** Runs a batcher until it is interrupted. */
import { ZeroAddress } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { Batcher } from "../../protocol/batcher/batcher";
import type { BatcherEvent } from "../../protocol/batcher/events";
import type { BatcherOptions } from "../../protocol/batcher/options";
import { serve } from "../../protocol/batcher/server";
import type { Chain } from "../../protocol/chain/chain";
import { acting } from "../../protocol/chain/errors";
import { GatewayCarrier } from "../../protocol/chain/factCarrier";
import { orderingOf, postRequests, readStanding } from "../../protocol/chain/ordering";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import { openSrs } from "../../protocol/crypto/srs";
import { createProver, isProvingEngine, PROVING_ENGINES, type CircuitArtifacts } from "../../protocol/prover";
import { FEE_SLOTS, SIZES } from "../../protocol/spec";
import { StateCommitment } from "../../protocol/state";
import { artifactsOf } from "../../scripts/deploy/circuits";
import { loadConfig } from "../../scripts/deploy/config";
import { interruption } from "./interruption";
import { openNetwork, openNetworks } from "./network";
import { toConsole, type Print } from "./print";

export interface BatcherArguments {
  secondaries: string;
  directory: string;
  port: number;
  prover: string;
  size?: string;
  feeCells: string;
}

export async function runBatcher(
  { secondaries, directory, port, prover: engine, size, feeCells }: BatcherArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const config = loadConfig();
  const name = config.sizes.find((one) => one === (size ?? config.sizes[0]));
  if (name === undefined)
    throw new Error(`size: must be one of the configuration's, ${config.sizes.join(", ")}, got "${size}"`);
  if (!isProvingEngine(engine)) {
    throw new Error(`prover: must be one of ${PROVING_ENGINES.join(", ")}, got "${engine}"`);
  }
  const primary = await openNetwork(hre);
  const others = await openNetworks(secondaries, hre);
  const [artifacts] = await artifactsOf({ ...config, sizes: [name] });
  await requireRegistered(primary, artifacts);
  const spec = SIZES[name];
  const srs = await openSrs({ power: spec.cellBits, ...artifacts.srs });
  const prover = createProver(artifacts, engine);
  const stop = interruption();
  const batcher = await Batcher.start({
    directory,
    primary,
    secondaries: others,
    proving: { size: spec, circuitId: artifacts.circuitId, prover, commitments: new StateCommitment(srs) },
    carrier: new GatewayCarrier(),
    ...readFeeCells(feeCells),
    onEvent: (event) => {
      const line = describe(event);
      if (line !== undefined) console.log(`${new Date().toISOString()}  ${line}`);
    },
  });
  const door = await serve(batcher, port);
  console.log(`Taking signed ops at ${door.url}; end with Ctrl-C`);
  await batcher.run(stop);
  await door.close();
  batcher.close();
  await prover.terminate();
}

/** Keys of another ceremony, or of other constraints, prove nothing there. @throws Error if the circuit is not the deployment's */
export async function requireRegistered(
  primary: Pick<Chain, "name" | "circuits">,
  { name, circuitId }: Pick<CircuitArtifacts, "name" | "circuitId">,
): Promise<void> {
  const { verifier } = await acting(primary, "reading the circuits", () => primary.circuits.circuitOf(circuitId));
  if (verifier !== ZeroAddress) return;
  const cause = "its keys are made from another ptau, or from other circuits, than the deployment's";
  throw new Error(`size: circuit ${circuitId} of size ${name} is not registered on ${primary.name}: ${cause}`);
}

/** Posts what is not known yet, chain by chain. */
export async function post(
  { secondaries }: { secondaries: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const primary = await openNetwork(hre);
  const forceDelay = await orderingOf(primary).forceDelay();
  for (const chain of [primary, ...(await openNetworks(secondaries, hre))]) {
    const queue = new QueueFollower(chain);
    await queue.sync();
    const count = await postRequests(primary, queue, new GatewayCarrier());
    const { known } = await readStanding(primary, chain.index);
    const left = queue.requests.length - known;
    print(
      `${chain.name}: ${count} requests made known${count === 0 ? "" : `, to be taken within ${forceDelay} s`}` +
        (left > 0 ? `; ${left} wait for the fact of their head` : ""),
    );
  }
}

/** Up to four balance cells, separated by commas, each with the least fee after a colon. */
function readFeeCells(text: string): Pick<BatcherOptions, "feeCells" | "leastFees"> {
  const slots = text.split(",").filter((slot) => slot.trim() !== "");
  const isRight = slots.length <= FEE_SLOTS && slots.every((slot) => /^ *[0-9]+(:[0-9]+)? *$/.test(slot));
  if (!isRight)
    throw new Error(`feeCells: must be up to ${FEE_SLOTS} of CELL or CELL:LEAST, separated by commas, got "${text}"`);
  const read = slots.map((slot) => slot.trim().split(":"));
  const empty = new Array<number>(FEE_SLOTS - slots.length).fill(0);
  return {
    feeCells: [...read.map(([cell]) => Number(cell)), ...empty],
    leastFees: read.map(([, least = "0"]) => BigInt(least)),
  };
}

function describe(event: BatcherEvent): string | undefined {
  switch (event.type) {
    case "started":
      return `at batch ${event.batch}, ${event.pooled} ops in the pool`;
    case "building":
      return `batch ${event.batch}: ${event.requests} requests, ${event.ops} signed ops`;
    case "proving":
      return undefined;
    case "proven":
      return `batch ${event.batch}: proven in ${event.seconds.toFixed(1)} s`;
    case "submitted":
      return `batch ${event.batch}: accepted on ${event.chain}, ${event.gasUsed} gas`;
    case "paid":
      return `batch ${event.batch}: ${event.payout.paid} paid on ${event.chain}, ${event.payout.deferred} wait in the vault`;
    case "paidDelayed": {
      const { batch, recipient, token, paid, left } = event.payout;
      return `batch ${batch}: ${paid} units of token ${token} that were delayed paid to ${recipient} on ${event.chain}, ${left} left`;
    }
    case "acknowledged":
      return `batch ${event.batch}: acknowledged by ${event.chain}`;
    case "included":
      return undefined;
    case "dropped":
      return `dropped: ${event.error.message}`;
    case "discarded":
      return `batch ${event.batch}: made anew, ${event.reason}`;
    case "waiting":
      return `waiting: ${event.reason}`;
    case "failed":
      return `failed: ${event.error.message}`;
  }
}
