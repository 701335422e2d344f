import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { getDomain } from "../../../protocol/crypto/domain";
import * as F from "../../../protocol/crypto/field";
import { DOMAIN_CELL } from "../../../protocol/spec";
import type { State } from "../../../protocol/state";
import {
  digestOf,
  sortedList,
  traceAccesses,
  type CircuitInput,
  type Committed,
  type TracedAccess,
} from "../../../protocol/witness";
import { circuit, compileTester, type CircuitTester } from "../../fixtures/circom";
import { Random } from "../../fixtures/random";
import { draftOf, forgedInput, type Claims, type Draft } from "./forgery";
import { CHALLENGE, SMALL, batchCircuit, batchOf, cellOf, evaluationsOf, signOp, world } from "./world";

const CIRCUITS = path.resolve(__dirname, "../../../circuits");

/** Templates of the memory check. */
const MEMORY = /Memory|Access|AtMost|AssertBit|Range/;

describe("Batch: memory", () => {
  let tester: CircuitTester;
  let state: State;
  let honest: Draft;
  let order: TracedAccess[];
  let sorted: number[];

  // Alice pays Bob twice: each of three cells is accessed twice, and others once or, in the Noop's slot, several times.
  before(async () => {
    tester = await batchCircuit();
    const alice = world();
    state = alice.state;
    const op = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2 } as const;
    const ops = [
      signOp(state, alice.alice, { ...op, amount: 1_000n }),
      signOp(state, alice.alice, { ...op, amount: 2_000n }, { nonceAhead: 1 }),
    ];
    honest = draftOf(batchOf(state, { ops }));
    order = traceAccesses(honest.accesses);
    sorted = sortedList(SMALL.cellBits, order);
    await tester.expectPass({ ...forgedInput(state, honest) });
  });

  async function refused(claims: Claims, draft = honest, by = MEMORY): Promise<void> {
    await tester.expectFail({ ...forgedInput(state, draft, claims) }, by);
  }

  /** The honest order with changes at some positions. */
  function reordered(changes: Record<number, Partial<TracedAccess>>): TracedAccess[] {
    return order.map((access, k) => ({ ...access, ...changes[k] }));
  }

  /** Positions of the accesses to a balance cell. */
  function positions(cell: number): number[] {
    return order.flatMap((access, k) => (access.cell === cell ? [k] : []));
  }

  describe("the set of cells", () => {
    it("C10: a repeated number, a zero gap", async () => {
      for (let j = 1; j < sorted.length; j++) {
        await refused({ sorted: sorted.map((s, i) => (i === j ? sorted[j - 1] : s)) });
      }
    });

    it("C10: numbers out of order", async () => {
      const swapped = [...sorted];
      [swapped[2], swapped[3]] = [swapped[3], swapped[2]];
      await refused({ sorted: swapped });
      await refused({ sorted: [...sorted].reverse() });
    });

    it("C10: a missing cell: a filler, another cell, a cell of another kind in its place", async () => {
      const others = [64 + 1, 64 + 3, 64 + order.length, 64 + order.length + 1, 20, 21, cellOf(9)];
      for (const other of others.filter((n) => !sorted.includes(n))) {
        const list = [...sorted.slice(1), other].sort((a, b) => a - b);
        await refused({ sorted: list });
      }
    });

    it("C10: an access that is first a second time, to read what it likes", async () => {
      const [, second] = positions(cellOf(1)) as [number, number];
      // The cell would stand in the list twice, and its old value count twice.
      const accesses = reordered({ [second]: { first: true, previous: 0 } });
      await refused({ accesses });
      const free = accesses.map((access, k) =>
        k === second ? { ...access, value: access.value + 1n, written: access.written + 1n } : access,
      );
      await refused({ accesses: free });
      // In place of one of them, a filler or the cell above.
      const entries = sortedList(SMALL.cellBits, accesses);
      const twice = entries.indexOf(cellOf(1));
      await refused({ accesses, sorted: entries.map((s, i) => (i === twice + 1 ? s + 1 : s)) });
    });

    it("C10: a first access that is not marked", async () => {
      for (const k of [0, ...positions(cellOf(2)).slice(0, 1)]) {
        await refused({ accesses: reordered({ [k]: { first: false } }) });
      }
    });

    it("C10: a first access with a previous time", async () => {
      const [first] = positions(cellOf(2)) as [number];
      await refused({ accesses: reordered({ [first]: { previous: 1 } }) });
    });

    it("C10: a last access that is not marked, two last ones, the first instead of the last", async () => {
      const [first, second] = positions(cellOf(2)) as [number, number];
      await refused({ accesses: reordered({ [second]: { last: false } }) });
      await refused({ accesses: reordered({ [first]: { last: true } }) });
      await refused({ accesses: reordered({ [first]: { last: true }, [second]: { last: false } }) });
    });

    it("C10: bits that are none", async () => {
      const input = forgedInput(state, honest);
      for (const name of ["first", "last"] as const) {
        const values = input[name].map((value, k) => (k === 3 ? 2n : value));
        await tester.expectFail({ ...input, [name]: values });
      }
    });
  });

  describe("the order of accesses", () => {
    it("C11: a read of what was never written, of an overwritten value, of another cell's", async () => {
      const [first, second] = positions(cellOf(1)) as [number, number];
      const stale = order[first].value;
      for (const value of [stale, 0n, order[second].value + 1n, state.read(cellOf(2))]) {
        await refused({ accesses: reordered({ [second]: { value } }) }, honest, /./);
      }
    });

    it("C11: the same state claimed for a write that is lost", async () => {
      // f' without the second payment's credit.
      const [, second] = positions(cellOf(2)) as [number, number];
      const written = order[second].value;
      await refused({ accesses: reordered({ [second]: { written } }) });
    });

    it("C11: time reversed: a read of what comes later, or at the same time", async () => {
      const [first, second] = positions(cellOf(1)) as [number, number];
      await refused({ accesses: reordered({ [first]: { first: false, previous: second + 1 } }) });
      await refused({
        accesses: reordered({
          [first]: { first: false, previous: second + 1, last: true },
          [second]: { first: true, previous: 0, last: false },
        }),
      });
      for (const k of [first, second]) {
        await refused({ accesses: reordered({ [k]: { first: false, previous: k + 1 } }) });
      }
    });

    it("C11: previous times that are wrong or out of range", async () => {
      const [, second] = positions(cellOf(1)) as [number, number];
      for (const previous of [0, 1, second, second + 2, 2 ** 12]) {
        await refused({ accesses: reordered({ [second]: { previous } }) }, honest, /./);
      }
    });

    it("C11: values swapped between two cells of equal writes", async () => {
      // Both read the other's value: the multisets of values agree, those of cells with values do not.
      const [, a] = positions(cellOf(1)) as [number, number];
      const [, b] = positions(cellOf(2)) as [number, number];
      const swapped = reordered({
        [a]: { value: order[b].value, previous: order[b].previous },
        [b]: { value: order[a].value, previous: order[a].previous },
      });
      await refused({ accesses: swapped }, honest, /./);
    });
  });

  describe("the state before and after", () => {
    it("C12: evaluations, words' sum and digest that are off", async () => {
      const input = forgedInput(state, honest);
      for (const name of ["digest", "wordsEval", "oldEval", "quotientEval", "newEval"] as const) {
        for (const value of [F.add(input[name], 1n), 0n]) await tester.expectFail({ ...input, [name]: value });
      }
    });

    it("C12: another challenge than the one the evaluations are at", async () => {
      await tester.expectFail({ ...forgedInput(state, honest), challenge: CHALLENGE + 1n });
    });

    it("C10: a challenge in the domain, where a Lagrange polynomial could be anything", async () => {
      const domain = getDomain(SMALL.cellBits);
      for (const index of [0, 1, 7]) {
        const input = { ...forgedInput(state, honest), challenge: domain.omegaPower(index) };
        await tester.expectFail(input, /LagrangeScale|Batch|Memory/);
      }
      const scale = await circuit("lib/omega.circom", "LagrangeScale", [SMALL.cellBits]);
      await scale.expectFail({ x: domain.omegaPower(5) }, "LagrangeScale");
    });

    it("C23: the domain is read and written back", async () => {
      // A queue op's Noop reads it again: with another value, the first access must have written that.
      const accesses = honest.accesses.map((access, k) => {
        if (access.cell !== DOMAIN_CELL) return access;
        return { cell: access.cell, value: k === 0 ? access.value : 5n, written: 5n };
      });
      await refused({}, { ...honest, accesses });
    });
  });

  describe("the digest", () => {
    it("C23: is the reference's for random inputs, which absorbs every word, value, cell, time, bit and number", async () => {
      const random = new Random("digest");
      const words = honest.words.map(() => random.bits(253));
      const accesses = order.map(() => ({
        cell: random.int(2 ** 24),
        value: random.bits(253),
        previous: random.int(2 ** 12),
        first: random.chance(0.5),
        last: random.chance(0.5),
      }));
      const list = order.map(() => random.int(2 ** 25));
      const committed = { words, accesses, sorted: list };

      const digest = await circuit("batch/digest.circom", "BatchDigest", [words.length, accesses.length]);
      const input = {
        word: words,
        value: accesses.map(({ value }) => value),
        cell: accesses.map(({ cell }) => cell),
        previous: accesses.map(({ previous }) => previous),
        first: accesses.map(({ first }) => Number(first)),
        last: accesses.map(({ last }) => Number(last)),
        sorted: list,
      };
      await digest.expectPass(input, { out: digestOf(committed) });

      const changes: Committed[] = [committed];
      const change = <T>(values: readonly T[], i: number, value: T): T[] => values.map((v, j) => (i === j ? value : v));
      words.forEach((word, i) => changes.push({ ...committed, words: change(words, i, word ^ 1n) }));
      list.forEach((n, i) => changes.push({ ...committed, sorted: change(list, i, n ^ 1) }));
      accesses.forEach((access, i) => {
        const { cell, value, previous, first, last } = access;
        for (const other of [
          { ...access, cell: cell ^ 1 },
          { ...access, value: value ^ 1n },
          { ...access, previous: previous ^ 1 },
          { ...access, first: !first },
          { ...access, last: !last },
        ]) {
          changes.push({ ...committed, accesses: change(accesses, i, other) });
        }
      });
      expect(new Set(changes.map(digestOf)).size).to.equal(1 + words.length + 6 * accesses.length);
    });

    it("C23: a value left out of it is not: the batch's digest changes with each input", async () => {
      const input = forgedInput(state, honest);
      for (const name of ["words", "value", "previous", "first", "last", "sorted"] as const) {
        const last = input[name].length - 1;
        const values: CircuitInput[typeof name] = input[name].map((value, i) =>
          i === last ? F.add(value, 1n) : value,
        );
        await tester.expectFail({ ...input, [name]: values });
      }
    });
  });

  describe("the memory check alone", () => {
    const ACCESSES = 7;

    /** Input of `Memory` for a trace over a state, with the evaluations that suit it best. */
    function memoryInput(
      cells: ReadonlyMap<number, bigint>,
      accesses: readonly TracedAccess[],
      x = CHALLENGE,
    ): Record<string, bigint | bigint[]> {
      const { cellBits } = SMALL;
      const domain = getDomain(cellBits);
      return {
        challenge: x,
        cell: accesses.map(({ cell }) => BigInt(cell)),
        power: accesses.map(({ cell }) => domain.omegaPower(cell)),
        value: accesses.map(({ value }) => value),
        written: accesses.map(({ written }) => written),
        previous: accesses.map(({ previous }) => BigInt(previous)),
        first: accesses.map(({ first }) => (first ? 1n : 0n)),
        last: accesses.map(({ last }) => (last ? 1n : 0n)),
        sorted: sortedList(cellBits, accesses).map(BigInt),
        ...evaluationsOf({ cellBits, nonzero: () => cells }, accesses, x),
      };
    }

    it("C11: random traces pass, and no change of a value, time or bit does", async () => {
      const memory = await circuit("batch/memory.circom", "Memory", [SMALL.cellBits, ACCESSES]);
      const random = new Random("memory");
      for (let round = 0; round < 3; round++) {
        const cells = new Map([0, 5, 40, 63].map((cell) => [cell, random.bits(253)]));
        const now = new Map(cells);
        const trace = Array.from({ length: ACCESSES }, () => {
          const cell = random.pick([0, 5, 40, 63]);
          const value = now.get(cell) ?? 0n;
          const written = random.chance(0.3) ? value : random.bits(253);
          now.set(cell, written);
          return { cell, value, written };
        });
        const honest = traceAccesses(trace);
        await memory.expectPass(memoryInput(cells, honest));

        const cheat = async (k: number, change: Partial<TracedAccess>): Promise<void> => {
          const accesses = honest.map((access, j) => (j === k ? { ...access, ...change } : access));
          await memory.expectFail(memoryInput(cells, accesses), MEMORY);
        };
        for (const [k, { cell, value, previous, first, last }] of honest.entries()) {
          await cheat(k, { first: !first });
          await cheat(k, { last: !last });
          if (first) {
            // Whether the state holds it is for the opened quotient to say: here any value of a first access has one.
            await cheat(k, { first: false, previous: Math.max(0, k - 1) });
            continue;
          }
          await cheat(k, { value: value + 1n });
          await cheat(k, { value: cells.get(cell) === value ? 1n : cells.get(cell) });
          for (let time = 0; time <= k + 2; time++) if (time !== previous) await cheat(k, { previous: time });
        }
      }
    });

    it("C11: two accesses that read each other", async () => {
      const memory = await circuit("batch/memory.circom", "Memory", [SMALL.cellBits, ACCESSES]);
      const cells = new Map([[5, 100n]]);
      const touched = [5, 5, 5, 11, 40, 50, 60].map((cell, k) => ({ cell, value: k < 3 ? 100n : 0n, written: k < 3 ? 100n : 0n }));
      const honest = traceAccesses(touched);
      await memory.expectPass(memoryInput(cells, honest));
      // The first is the cell's last one, too; the second reads what the third wrote, which read what the second wrote.
      const circle = honest.map((access, k) => {
        if (k === 0) return { ...access, last: true };
        if (k > 2) return access;
        const [value, written] = k === 1 ? [7n, 8n] : [8n, 7n];
        return { ...access, value, written, previous: k === 1 ? 3 : 2, first: false, last: false };
      });
      await memory.expectFail(memoryInput(cells, circle), /AtMost|Range/);
    });

    it("C10: a cell that is first twice, though all evaluations fit, whatever the list says", async () => {
      const memory = await circuit("batch/memory.circom", "Memory", [SMALL.cellBits, ACCESSES]);
      const cells = new Map([[5, 100n]]);
      const touched = [5, 7, 9, 11, 40, 50, 60].map((cell) => ({ cell, value: cells.get(cell) ?? 0n, written: 1n }));
      const honest = traceAccesses(touched);
      await memory.expectPass(memoryInput(cells, honest));
      // The second access reads the cell of the first one, which would give away 60 of 100 and 40 again.
      const twice = honest.map((access, k) => (k < 2 ? { ...access, cell: 5, value: k === 0 ? 60n : 40n } : access));
      const input = memoryInput(cells, twice);
      await memory.expectFail(input, /Range/);
      await memory.expectFail({ ...input, sorted: memoryInput(cells, honest).sorted }, /Memory/);
    });

    it("C10, C11: the bits of an access are bits, and its previous time lies before it", async () => {
      const time = 6;
      const access = await circuit("batch/memory.circom", "Access", [SMALL.cellBits, time]);
      const input = {
        challenge: CHALLENGE,
        scale: 5n,
        beta: 7n,
        betaSquared: 49n,
        gamma: 11n,
        cell: 40n,
        power: getDomain(SMALL.cellBits).omegaPower(40),
        value: 3n,
        written: 4n,
        previous: 0n,
        first: 0n,
        last: 0n,
      };
      for (const previous of [0n, 4n, 5n]) await access.expectPass({ ...input, previous });
      await access.expectPass({ ...input, first: 1n, last: 1n });
      for (const change of [
        { first: 2n },
        { first: F.R - 1n },
        { last: 2n },
        { last: F.R - 1n },
        { previous: 6n },
        { previous: 7n },
        { previous: F.R - 1n },
        { previous: 1n, first: 1n },
      ]) {
        await access.expectFail({ ...input, ...change }, /Access|AtMost|AssertBit|Range/);
      }
    });

    it("C5, C23: in a state of 2^24 cells the sorted numbers are ranged to the width they are packed by", async () => {
      const cellBits = 24;
      const memory = await circuit("batch/memory.circom", "Memory", [cellBits, 2]);
      const domain = getDomain(cellBits);
      const rows = [3, 2 ** 24 - 1].map((cell) => ({ cell, value: 0n, written: 1n }));
      const accesses = traceAccesses(rows);
      const input = {
        challenge: CHALLENGE,
        cell: rows.map(({ cell }) => BigInt(cell)),
        power: rows.map(({ cell }) => domain.omegaPower(cell)),
        value: [0n, 0n],
        written: [1n, 1n],
        previous: [0n, 0n],
        first: [1n, 1n],
        last: [1n, 1n],
        sorted: rows.map(({ cell }) => BigInt(cell)),
        ...evaluationsOf({ cellBits, nonzero: () => [] }, accesses, CHALLENGE),
      };
      await memory.expectPass(input);
      // The check itself does not know that cells are below N: their ops show it. The gap is still in its range.
      for (const cell of [1n << 25n, (1n << 25n) + 3n]) {
        await memory.expectFail({ ...input, cell: [3n, cell], sorted: [3n, cell] }, "Range");
      }
    });

    /**
     * Cells 2 and 4, accessed at times 3 and 5, read in the end what nobody wrote: half of what is in cell 4, twice what
     * is in cell 2. As polynomials of x, t(c, v, p) = x²·(1 - p) - x·v - c of the two writes have the product that those of
     * the two reads have, for 2·(1 - 5) = 4·(1 - 3).
     */
    function exchanged(x: bigint): Record<string, bigint | bigint[]> {
      const [inTwo, inFour] = [1_000n, 500n];
      const half = F.div(inFour, 2n);
      const written: [number, bigint, bigint][] = [
        [0, 0n, 0n],
        [1, 0n, 0n],
        [2, inTwo, inTwo],
        [3, 0n, 0n],
        [4, inFour, inFour],
        [2, half, half],
        [4, 2n * inTwo, 2n * inTwo],
      ];
      const accesses = traceAccesses(written.map(([cell, value, written]) => ({ cell, value, written })));
      const cells = new Map([
        [2, inTwo],
        [4, inFour],
      ]);
      return memoryInput(cells, accesses, x);
    }

    it("C26: with β = x and γ = x² two cells change without a write; with hashes of x they do not", async () => {
      const source = fs.readFileSync(path.join(CIRCUITS, "batch/memory.circom"), "utf8");
      const weakened = source
        .replace("<== Poseidon(2)([challenge, BETA_TAG()])", "<== challenge")
        .replace("<== Poseidon(2)([challenge, GAMMA_TAG()])", "<== challenge * challenge")
        .replaceAll('include "../', 'include "');
      expect(weakened).not.to.include("Poseidon(2)");
      const main = `component main = Memory(${SMALL.cellBits}, ${ACCESSES});\n`;
      const weak = await compileTester(weakened + main, { name: "WeakMemory" });
      const real = await circuit("batch/memory.circom", "Memory", [SMALL.cellBits, ACCESSES]);
      for (const x of [CHALLENGE, CHALLENGE + 1n, 123_456_789n]) {
        const input = exchanged(x);
        await weak.expectPass(input);
        await real.expectFail(input, "Memory");
      }
    });
  });

  describe("AtMost", () => {
    it("C5: reaches every number up to its bound, and no other", async () => {
      const bounds = [0, 1, 2, 4, 6, 7, 12];
      const parts = bounds.map((max, i) => `    AtMost(${max})(in[${i}]);`).join("\n");
      const tester = await compileTester(
        `pragma circom 2.2.0;\ninclude "batch/memory.circom";\ntemplate Bounds() {\n    signal input in[${bounds.length}];\n${parts}\n}\n` +
          "component main = Bounds();\n",
        { name: "Bounds" },
      );
      for (const [i, max] of bounds.entries()) {
        const at = (value: bigint): { in: bigint[] } => ({ in: bounds.map((_, j) => (i === j ? value : 0n)) });
        for (let value = 0; value <= max; value++) await tester.expectPass(at(BigInt(value)));
        for (const value of [BigInt(max + 1), BigInt(2 * max + 2), F.R - 1n, 1n << 200n]) {
          await tester.expectFail(at(value));
        }
      }
    });

    it("C5: by a top part that is a bit", async () => {
      const atMost = await circuit("batch/memory.circom", "AtMost", [4]);
      const witness = await atMost.expectPass({ in: 3n });
      await atMost.expectUnsatisfied(await atMost.tamper(witness, { in: 5n, top: 2n }));
      await atMost.checkConstraints(await atMost.tamper(witness, { in: 4n, top: 1n }));
    });
  });
});
