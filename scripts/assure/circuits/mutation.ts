import * as F from "../../../protocol/crypto/field";
import type { Base, Model } from "./model";
import { judge, type Judgement } from "./judge";
import { type Change, type Use } from "./system";

/** A changed witness that satisfies every constraint, and is not what the generator makes of its inputs. */
export interface Survivor extends Judgement {
  changes: readonly Change[];
}

export interface MutationResult {
  /** Changes that were tried. */
  tried: number;
  survivors: Survivor[];
}

/** A number that no circuit expects. */
const STRANGE = 0x5bd1e995_27d4eb2f_165667b1_9e3779b9_85ebca6b_c2b2ae35_1f83d9ab_0fa5n;

/** Values that a wire is changed to: the ends of ranges, bits, neighbours, carries, the other sign, anything. */
export function otherValues(value: bigint): bigint[] {
  const near = [F.add(value, 1n), F.sub(value, 1n)];
  const candidates = [...near, 0n, 1n, STRANGE, F.R - 1n, F.add(value, 1n << 128n), F.neg(value)];
  return [...new Set(candidates)].filter((candidate) => candidate !== value);
}

/** Changes every wire alone. */
export function mutateSingles(model: Model, base: Base): MutationResult {
  const { evaluation } = base;
  const result: MutationResult = { tried: 0, survivors: [] };
  for (let wire = 1; wire < model.system.wireCount; wire++) {
    for (const value of otherValues(evaluation.witness[wire])) {
      result.tried++;
      const changes = [{ wire, value }];
      if (evaluation.holdsAround(changes)) keep(result, model, base, changes);
    }
  }
  return result;
}

/**
 * Changes every wire together with a neighbour that repairs what the first change breaks: the neighbour must be in each of the broken
 * constraints, and one of them says what its value has to be.
 */
export function mutatePairs(model: Model, base: Base): MutationResult {
  const { evaluation } = base;
  const { uses, wires } = model.system;
  const result: MutationResult = { tried: 0, survivors: [] };
  for (let wire = 1; wire < model.system.wireCount; wire++) {
    for (const value of otherValues(evaluation.witness[wire])) {
      const change = { wire, value };
      const broken = evaluation.brokenBy(change);
      if (broken.length === 0) continue;
      const [first, ...others] = broken;
      for (const neighbour of wires[first]) {
        const isIn = (constraint: number): boolean => wires[constraint].includes(neighbour);
        if (neighbour === wire || !others.every(isIn)) continue;
        const use = uses[neighbour].find(({ constraint }) => constraint === first) as Use;
        for (const repaired of repairs(evaluation.sumsIn(first, [change]), use, evaluation.witness[neighbour])) {
          result.tried++;
          const changes = [change, { wire: neighbour, value: repaired }];
          if (evaluation.holdsAround(changes)) keep(result, model, base, changes);
        }
      }
    }
  }
  return result;
}

function keep(result: MutationResult, model: Model, base: Base, changes: readonly Change[]): void {
  const judgement = judge(model, base, changes);
  if (judgement.verdict !== "honest") result.survivors.push({ ...judgement, changes });
}

/** Values of a wire for which a·b = c, from the values of a, b and c at its present one. */
function repairs([a, b, c]: readonly [bigint, bigint, bigint], use: Use, value: bigint): bigint[] {
  // (a + use.a·t)·(b + use.b·t) = c + use.c·t for the difference t.
  const square = F.mod(use.a * use.b);
  const slope = F.mod(use.a * b + use.b * a - use.c);
  const rest = F.mod(a * b - c);
  return rootsOf(square, slope, rest).map((t) => F.add(value, t)).filter((repaired) => repaired !== value);
}

/** The t with square·t² + slope·t + rest = 0. */
function rootsOf(square: bigint, slope: bigint, rest: bigint): bigint[] {
  if (square === 0n) return slope === 0n ? [] : [F.div(F.neg(rest), slope)];
  const root = F.sqrt(F.sub(F.mul(slope, slope), F.mul(4n, F.mul(square, rest))));
  if (root === undefined) return [];
  return [...new Set([root, F.neg(root)])].map((r) => F.div(F.sub(r, slope), F.add(square, square)));
}
