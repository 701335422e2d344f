/**
 * PLONK gates, counted as snarkjs counts them.
 *
 *   npm run gates                   a table
 *   npm run gates -- --json         the committed snapshot, circuits/gates.json
 *   npm run gates -- --write        writes the snapshot
 *   npm run gates:check             fails when the snapshot differs, or a bar is exceeded
 *
 * A slot's cost is the difference of two whole compiled batches, so nothing that it causes elsewhere is left out.
 */
import fs from "node:fs";
import path from "node:path";
import { compileCircuit, sizeSpec, type CircuitSource } from "../protocol/prover";
import { SIZES, accessCount, type Size, type SizeName } from "../protocol/spec";
import { PUBLIC_INPUTS } from "../protocol/witness";
import { countPlonkGates, type GateCount } from "./gates-count";

interface Gates {
  /** Gates of a template alone, without those of its outputs as public signals. */
  templates: Record<string, number>;
  /** Gates of one more signed op, rounded up. */
  perSignedOp: number;
  perQueueOp: number;
  /** Gates of the measured size without its op slots. */
  fixed: number;
  sizes: Record<string, number>;
}

const SNAPSHOT = path.resolve(__dirname, "../circuits/gates.json");

const MOST_PER_SIGNED_OP = 12_000;
const MOST_PER_QUEUE_OP = 4_000;

/** The size whose slots are measured. */
const MEASURED: Size = SIZES.test;

/** Slots that two measured batches differ in: enough that the digest's blocks of five elements even out. */
const STEP = 10;

/** Templates that are counted alone: file below circuits/, name and parameters. */
const TEMPLATES: [file: string, template: string, ...parameters: number[]][] = [
  ["lib/range.circom", "Range", 128],
  ["lib/range.circom", "ToBits", 16],
  ["lib/range.circom", "IsZero"],
  ["lib/amount.circom", "UnpackAmount"],
  ["lib/amount.circom", "UnpackFee"],
  ["lib/poseidon.circom", "Poseidon", 2],
  ["lib/poseidon.circom", "Poseidon", 4],
  ["lib/poseidon.circom", "Poseidon", 5],
  ["lib/omega.circom", "OmegaPower", MEASURED.cellBits, MEASURED.cellBits - 1, 0],
  ["lib/eddsa.circom", "EdDSAVerify"],
  ["batch/cells.circom", "BalanceCell", MEASURED.cellBits],
  ["batch/cells.circom", "OwnerCell"],
  ["batch/cells.circom", "CountersCell", MEASURED.cellBits],
  ["batch/header.circom", "Header", MEASURED.cellBits],
  ["batch/suspension.circom", "IsSuspended"],
  ["batch/fees.circom", "Fee"],
  ["batch/fees.circom", "FeeSlot", MEASURED.signedOps],
  ["batch/signedWord.circom", "SignedWord", MEASURED.cellBits, 0],
  ["batch/signedWord.circom", "SignedWord", MEASURED.cellBits, 1],
  ["batch/transfer.circom", "Transfer"],
  ["batch/withdraw.circom", "Withdraw"],
  ["batch/open.circom", "Open", MEASURED.cellBits],
  ["batch/open.circom", "OpenTo"],
  ["batch/signedSlot.circom", "SignedSlot", MEASURED.cellBits, 0],
  ["batch/signedSlot.circom", "SignedSlot", MEASURED.cellBits, 1],
  ["batch/queueWords.circom", "QueueWords", MEASURED.cellBits],
  ["batch/deposit.circom", "DepositFits"],
  ["batch/fullExit.circom", "FullExit"],
  ["batch/route.circom", "RouteFits"],
  ["batch/queueSlot.circom", "QueueSlot", MEASURED.cellBits],
  ["batch/memory.circom", "Access", MEASURED.cellBits, accessCount(MEASURED)],
  ["batch/memory.circom", "Memory", MEASURED.cellBits, accessCount(MEASURED)],
];

async function count(circuit: CircuitSource): Promise<GateCount> {
  process.stderr.write(`counting ${circuit.name}\n`);
  return countPlonkGates((await compileCircuit(circuit)).r1cs);
}

async function countTemplate(file: string, template: string, parameters: number[]): Promise<number> {
  const source = mainComponent(file, `${template}(${parameters.join(", ")})`, "");
  const { gates, publics } = await count({ name: `gates-${template}`, source });
  return gates - publics;
}

async function countBatch({ cellBits, queueOps, signedOps }: Size): Promise<number> {
  const publics = ` {public [${PUBLIC_INPUTS.join(", ")}]}`;
  const source = mainComponent("batch/batch.circom", `Batch(${cellBits}, ${queueOps}, ${signedOps})`, publics);
  return (await count({ name: "gates-Batch", source })).gates;
}

function mainComponent(file: string, component: string, publics: string): string {
  return `pragma circom 2.2.0;\n\ninclude "${file}";\n\ncomponent main${publics} = ${component};\n`;
}

async function measure(): Promise<Gates> {
  const templates: Record<string, number> = {};
  for (const [file, template, ...parameters] of TEMPLATES) {
    templates[`${template}(${parameters.join(", ")})`] = await countTemplate(file, template, parameters);
  }
  const sizes: Record<string, number> = {};
  for (const name of Object.keys(SIZES) as SizeName[]) sizes[name] = (await count(sizeSpec(name))).gates;

  const base = { ...MEASURED, queueOps: 1, signedOps: 2 };
  const least = await countBatch(base);
  const moreSigned = await countBatch({ ...base, signedOps: base.signedOps + STEP });
  const moreQueued = await countBatch({ ...base, queueOps: base.queueOps + STEP });
  const perSignedOp = Math.ceil((moreSigned - least) / STEP);
  const perQueueOp = Math.ceil((moreQueued - least) / STEP);
  const whole = sizes[MEASURED.name] ?? (await countBatch(MEASURED));
  const fixed = whole - MEASURED.signedOps * perSignedOp - MEASURED.queueOps * perQueueOp;
  return { templates, perSignedOp, perQueueOp, fixed, sizes };
}

/** What exceeds its bar. */
function excesses({ perSignedOp, perQueueOp, sizes }: Gates): string[] {
  const found: string[] = [];
  const limit = (what: string, gates: number, most: number): void => {
    if (gates > most) found.push(`${what} has ${gates} gates, more than ${most}`);
  };
  limit("a signed op", perSignedOp, MOST_PER_SIGNED_OP);
  limit("a queue op", perQueueOp, MOST_PER_QUEUE_OP);
  for (const [name, gates] of Object.entries(sizes))
    limit(`size ${name}`, gates, 2 ** SIZES[name as SizeName].gatePower);
  return found;
}

function print({ templates, perSignedOp, perQueueOp, fixed, sizes }: Gates): void {
  const row = (name: string, gates: number): void =>
    console.log(`  ${name.padEnd(28)}${gates.toLocaleString("en").padStart(9)}`);
  console.log(`PLONK gates, for 2^${MEASURED.cellBits} cells\n\ntemplates`);
  for (const [name, gates] of Object.entries(templates)) row(name, gates);
  console.log("\nbatches");
  row("per signed op", perSignedOp);
  row("per queue op", perQueueOp);
  row("fixed", fixed);
  for (const [name, gates] of Object.entries(sizes)) row(`size ${name}`, gates);
}

async function main(): Promise<void> {
  const gates = await measure();
  const json = `${JSON.stringify(gates, null, 2)}\n`;
  if (process.argv.includes("--json")) process.stdout.write(json);
  else if (process.argv.includes("--write")) fs.writeFileSync(SNAPSHOT, json);
  else if (!process.argv.includes("--check")) print(gates);

  const problems = excesses(gates);
  if (process.argv.includes("--check")) {
    const committed = fs.existsSync(SNAPSHOT) ? fs.readFileSync(SNAPSHOT, "utf8") : "";
    if (committed !== json)
      problems.push("circuits/gates.json is not what the circuits have; run: npm run gates -- --write");
    if (problems.length === 0) console.log("circuits/gates.json is up to date");
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

void main();
