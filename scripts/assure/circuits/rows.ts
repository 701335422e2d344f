import type { OnProgress } from "../../../protocol/prover";
import { assess, sortInputs, type Assessment, type Survivor } from "./assess";
import { harvest, invalidBatches, randomBatches, smallTargets, sourceOf, WHOLE, type Target } from "./cases";
import type { Finding } from "./deletion";
import type { Explanations } from "./explanations";
import { Model, type Base, type Inputs } from "./model";
import { unusedPublics } from "./static";
import { allTemplates } from "./templates";

/** A line of the table: a template, in one or several circuits. */
export interface Row extends Assessment {
  template: string;
  /** The main components: "Range(7)". */
  calls: string[];
  milliseconds: number;
}

export interface RowOptions {
  explanations: Explanations;
  /** Only this template. */
  template?: string;
  onProgress?: OnProgress;
}

/** Batches that the whole itself is looked at with. */
const WHOLE_WITNESSES = 4;

/** Templates that no circuit here has: each needs a case, or to be used by the whole. */
export class UncoveredError extends Error {
  constructor(templates: readonly string[]) {
    super(`no case for ${templates.join(", ")}: add one to scripts/assure/circuits/cases`);
  }
}

/**
 * Assesses the templates, a row each: in small circuits, then those of the ops with the inputs that a whole batch gives them, then the whole.
 * @returns also the public inputs of the whole that are in no constraint
 * @throws UncoveredError when a template is in none of these
 */
export async function assessTemplates(options: RowOptions): Promise<{ rows: Row[]; unused: string[] }> {
  const rows = new Map<string, Row>();
  const run = async (circuit: Circuit): Promise<void> => add(rows, await assessCircuit(circuit, options));
  const isWanted = (template: string): boolean => options.template === undefined || options.template === template;
  const files = allTemplates();
  for (const target of smallTargets()) {
    files.delete(target.template);
    if (isWanted(target.template)) await run(await small(target));
  }
  const wanted = new Map([...files].filter(([template]) => isWanted(template)));
  if (wanted.size === 0) return { rows: [...rows.values()], unused: [] };

  options.onProgress?.({ phase: `${WHOLE.call}, witnesses`, done: 0, total: 1 });
  const whole = await loadWhole();
  wanted.delete(WHOLE.template);
  for (const target of harvest(whole.model, whole.all, wanted)) {
    const model = await load(target);
    await run({ ...target, model, ...sortInputs(model, target.inputs) });
  }
  const uncovered = [...wanted.keys()].filter((template) => !rows.has(template));
  if (uncovered.length > 0) throw new UncoveredError(uncovered);
  if (isWanted(WHOLE.template)) await run(whole);
  return { rows: [...rows.values()], unused: unusedPublics(whole.model) };
}

/** A circuit with the witnesses to work on. */
interface Circuit extends Pick<Target, "template" | "call"> {
  model: Model;
  valid: readonly Base[];
  invalid: readonly Base[];
}

function load(target: Pick<Target, "template" | "file" | "call" | "publics">): Promise<Model> {
  return Model.of(`assure-${target.template}`, sourceOf(target));
}

/** A target's circuit. @throws Error when an input is refused that should not be, or the other way around */
async function small(target: Target): Promise<Circuit> {
  const { template, call } = target;
  const model = await load(target);
  const evaluate = (inputs: Target["valid"] = [], isValid: boolean): Base[] =>
    inputs.map((input, i) => {
      const base = model.evaluate(input);
      if ((base.evaluation.violated.size === 0) === isValid) return base;
      throw new Error(`${call}: ${isValid ? "valid" : "invalid"} input ${i} is ${isValid ? "refused" : "accepted"}`);
    });
  return { template, call, model, valid: evaluate(target.valid, true), invalid: evaluate(target.invalid, false) };
}

/** The smallest whole batch; in `all` every witness, of which the others are a choice. */
export async function loadWhole(): Promise<Circuit & { all: readonly Base[] }> {
  const model = await load(WHOLE);
  const evaluate = (inputs: readonly Inputs[]): Base[] => inputs.map((input) => model.evaluate(input));
  const batches = randomBatches();
  const [valid, unsigned, invalid] = [batches.valid, batches.unsigned, invalidBatches()].map(evaluate);
  if (valid.some(({ evaluation }) => evaluation.violated.size > 0)) throw new Error("a batch of the reference is refused");
  return { ...WHOLE, model, valid: valid.slice(0, WHOLE_WITNESSES), invalid, all: [...valid, ...unsigned, ...invalid] };
}

async function assessCircuit(circuit: Circuit, { explanations, onProgress }: RowOptions): Promise<Row> {
  const { template, call, model, valid, invalid } = circuit;
  const start = Date.now();
  const assessment = assess(model, valid, invalid, {
    explanations,
    onProgress: (done, total) => onProgress?.({ phase: call, done, total }),
  });
  return { template, calls: [call], ...assessment, milliseconds: Date.now() - start };
}

/** Joins the rows of one template. */
function add(rows: Map<string, Row>, row: Row): void {
  const known = rows.get(row.template);
  if (!known) {
    rows.set(row.template, row);
    return;
  }
  known.calls.push(...row.calls);
  for (const number of ["constraints", "witnesses", "changes", "milliseconds"] as const) known[number] += row[number];
  for (const finding of ["wrong", "free", "implied"] as Finding[]) known.deleted[finding] += row.deleted[finding];
  for (const survivor of row.survivors) {
    const same = known.survivors.find((other) => isSame(other, survivor));
    if (same) same.count += survivor.count;
    else known.survivors.push(survivor);
  }
}

function isSame(a: Survivor, b: Survivor): boolean {
  return a.check === b.check && a.template === b.template && a.signals === b.signals && a.place === b.place;
}
