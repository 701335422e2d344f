/**
 * What can be proven: asks the circuit about a batch, and beside it the statement in TypeScript, which must agree.
 */
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { State } from "../../../protocol/state";
import { checkStatement, type BatchTrace } from "../../../protocol/witness";
import type { CircuitTester } from "../../fixtures/circom";
import { draft, forgedInput, type Draft, type Slots } from "./forgery";
import { SMALL, batchCircuit, batchOf, honestInput, type Content } from "./world";

const CIRCUITS = path.resolve(__dirname, "../../../circuits");

export class Judge {
  private constructor(readonly tester: CircuitTester) {}

  /** Of the circuit of size SMALL. */
  static async create(): Promise<Judge> {
    return new Judge(await batchCircuit());
  }

  /** The reference's batch can be proven. Returns it. */
  async accepts(state: State, content: Content): Promise<BatchTrace> {
    const trace = batchOf(state, content);
    const input = honestInput(state, trace);
    await this.tester.expectPass({ ...input });
    checkStatement(SMALL, input);
    return trace;
  }

  /** What the slots do can be proven. */
  async proves(state: State, slots: Slots): Promise<void> {
    const input = forgedInput(state, draft(state, slots));
    await this.tester.expectPass({ ...input });
    checkStatement(SMALL, input);
  }

  /**
   * What the slots do cannot be proven.
   * @param by who refuses, in the circuit's trace: so that no test passes for another reason
   */
  async refuses(state: State, slots: Slots, by: RegExp): Promise<void> {
    await this.refusesDraft(state, draft(state, slots), by);
  }

  async refusesDraft(state: State, draft: Draft, by: RegExp): Promise<void> {
    const input = forgedInput(state, draft);
    await this.tester.expectFail({ ...input }, by);
    expect(() => checkStatement(SMALL, input), "the statement").to.throw();
  }
}

/**
 * The trace of a refusal at the one line of a circuit that contains `text`.
 * @param file in `circuits/batch`, without its ending
 */
export function constraint(file: string, text: string): RegExp {
  const lines = fs.readFileSync(path.join(CIRCUITS, "batch", `${file}.circom`), "utf8").split("\n");
  const found = lines.flatMap((line, i) => (line.includes(text) ? [i] : []));
  expect(found, `lines of ${file}.circom with "${text}"`).to.have.length(1);
  const template = lines
    .slice(0, found[0])
    .reverse()
    .map((line) => /^template (\w+)/.exec(line)?.[1])
    .find((name) => name !== undefined);
  return new RegExp(`in template ${template}_\\d+ line: ${found[0] + 1}$`, "m");
}
