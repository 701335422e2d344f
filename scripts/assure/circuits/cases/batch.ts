import { tokenId } from "../../../../protocol/spec";
import { getDomain } from "../../../../protocol/crypto/domain";
import { sortedList, traceAccesses, type TracedAccess } from "../../../../protocol/witness";
import { CHALLENGE, SMALL, evaluationsOf } from "../../../../test/circuits/batch/world";
import type { Inputs } from "../model";
import { firstInPart, readsItself, remembers } from "./accesses";
import { target, type Target } from "./target";

/** Templates of `circuits/batch` that serve the ops, in small. The ops' own are looked at as a batch uses them. */
export function batchTargets(): Target[] {
  return [...cells(), ...memory(), ...digest()];
}

function cells(): Target[] {
  const file = "batch/cells.circom";
  const value = (...fields: [value: bigint, offset: bigint][]): Inputs => ({
    value: fields.reduce((sum, [part, offset]) => sum + (part << offset), 0n),
  });
  return [
    target("batch/rules.circom", "AssertNotZeroIf()", [
      { enabled: 0n, in: 0n },
      { enabled: 0n, in: 7n },
      { enabled: 1n, in: 7n },
    ]),
    target(file, "BalanceCell(6)", [value(), value([5n, 0n], [7n, 128n], [BigInt(tokenId(2, 3)), 168n], [1n, 184n])]),
    target(file, "TokenId()", [value(), value([BigInt(tokenId(2, 3)), 0n])]),
    target(file, "OwnerCell()", [value(), value([9n, 0n], [2n, 160n], [1n, 166n])]),
    target(file, "CountersCell(6)", [value([4n, 0n], [5n, 24n]), value([16n, 0n], [32n, 24n])]),
  ];
}

function memory(): Target[] {
  const file = "batch/memory.circom";
  const { cellBits } = SMALL;
  const domain = getDomain(cellBits);
  const access = {
    ...{ challenge: CHALLENGE, scale: 5n, beta: 7n, betaSquared: 49n, gamma: 11n },
    ...{ cell: 40n, power: domain.omegaPower(40), value: 3n, written: 4n },
  };
  const bits = [0n, 1n];
  return [
    target(file, "AtMost(0)", [{ in: 0n }]),
    ...[4, 7].map((max) => target(file, `AtMost(${max})`, [{ in: 1n }, { in: BigInt(max) }], [{ in: BigInt(max + 1) }])),
    ...[1, 6].map((time) =>
      target(file, `Access(${cellBits}, ${time})`, [
        ...bits.flatMap((first) =>
          bits.map((last) => ({ ...access, first, last, previous: first === 1n || time === 1 ? 0n : 4n })),
        ),
      ]),
    ),
    target(file, `Memory(${cellBits}, 5)`, [memoryInput(accessesOf(BEFORE))], forgedMemory()),
    // So large that the gaps alone do not bound the sorted list.
    target(file, `Memory(${LARGE}, 5)`, [memoryInput(accessesOf(BEFORE), LARGE)]),
  ];
}

/** Five accesses to three cells, three of which write back what they read. */
function accessesOf(before: ReadonlyMap<number, bigint>): TracedAccess[] {
  const now = new Map(before);
  const accesses = [5, 40, 5, 7, 40].map((cell, k) => {
    const value = now.get(cell) ?? 0n;
    const written = k < 2 ? value + 10n : value;
    now.set(cell, written);
    return { cell, value, written };
  });
  return traceAccesses(accesses);
}

const LARGE = 23;
const BEFORE = new Map([
  [5, 1_000n],
  [40, 500n],
]);

function memoryInput(accesses: readonly TracedAccess[], cellBits = SMALL.cellBits): Inputs {
  const domain = getDomain(cellBits);
  return {
    challenge: CHALLENGE,
    cell: accesses.map(({ cell }) => cell),
    power: accesses.map(({ cell }) => domain.omegaPower(cell)),
    value: accesses.map(({ value }) => value),
    written: accesses.map(({ written }) => written),
    previous: accesses.map(({ previous }) => previous),
    first: accesses.map(({ first }) => first),
    last: accesses.map(({ last }) => last),
    sorted: sortedList(cellBits, accesses),
    ...evaluationsOf({ cellBits, nonzero: () => BEFORE }, accesses, CHALLENGE),
  };
}

function forgedMemory(): Inputs[] {
  const honest = accessesOf(BEFORE);
  const changed = [readsItself, remembers].flatMap((change) => honest.flatMap((_, k) => [change(honest, k) ?? []]));
  const forged = changed.filter(({ length }) => length > 0).map((accesses) => memoryInput(accesses));
  // The third and the fifth access are not first and last to their cells.
  const inPart = honest.map((_, k) => firstInPart(honest, k, k === 4 ? 2 : 4, SMALL.cellBits, CHALLENGE));
  return [...forged, ...inPart.map((values) => ({ ...memoryInput(honest), ...values }))];
}

function digest(): Target[] {
  const file = "batch/digest.circom";
  const [two, three] = [
    [1n, 2n],
    [1n, 2n, 3n],
  ];
  return [
    target(file, "PackEqual(3, 38)", [{ in: three }]),
    target(file, "PackAll(3, 2, 38)", [{ in: three }]),
    target(file, "BatchDigest(2, 2)", [
      { word: two, value: [3n, 4n], cell: two, previous: [0n, 0n], first: [1n, 1n], last: [1n, 1n], sorted: two },
    ]),
  ];
}
