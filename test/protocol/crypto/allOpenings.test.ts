import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openAll, type OpeningBasis } from "../../../protocol/crypto/allOpenings";
import { G1_BYTES, G1_INFINITY } from "../../../protocol/crypto/curve";
import * as F from "../../../protocol/crypto/field";
import * as kzg from "../../../protocol/crypto/kzg";
import { SECTION, usePtau } from "../../../protocol/crypto/ptau";
import { openSrs, readSrs, type Srs } from "../../../protocol/crypto/srs";

describe("crypto/allOpenings", () => {
  let directory: string;
  let path: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "openings-"));
    ({ path } = await openSrs({ power: 5, directory }));
  });
  after(() => rm(directory, { recursive: true }));

  async function basisOf(power: number): Promise<{ srs: Srs; basis: OpeningBasis }> {
    const srs = await readSrs(path, { power });
    const powersOfTau = await usePtau(path, (file) => file.read(SECTION.tauG1, 0, 2 ** power * G1_BYTES));
    return { srs, basis: { power, powersOfTau, lagrange: srs.lagrange } };
  }

  async function check(power: number, values: readonly bigint[]): Promise<void> {
    const { srs, basis } = await basisOf(power);
    const cells = [...values.entries()];
    const commitment = await kzg.commit(srs, cells);
    const witnesses = await openAll(basis, values, commitment);
    expect(witnesses).to.have.length(values.length);
    for (const [index, value] of cells) {
      expect(witnesses[index], `cell ${index}`).to.deep.equal((await kzg.openCell(srs, cells, index)).witness);
      const opening = { value, witness: witnesses[index] };
      expect(await kzg.verifyCell(srs, power, commitment, index, opening), `cell ${index}`).to.equal(true);
    }
  }

  for (const power of [3, 4, 5]) {
    it(`opens all ${2 ** power} cells as one by one`, async () => {
      await check(power, Array.from({ length: 2 ** power }, F.random));
    });
  }

  it("opens cells of which most are empty", async () => {
    await check(4, [0n, 7n, 0n, F.R - 1n, ...new Array<bigint>(12).fill(0n)]);
  });

  it("opens a constant vector with witnesses at infinity", async () => {
    const { srs, basis } = await basisOf(3);
    const values = new Array<bigint>(8).fill(5n);
    const commitment = await kzg.commit(srs, [...values.entries()]);
    expect(await openAll(basis, values, commitment)).to.deep.equal(new Array(8).fill(G1_INFINITY));
  });

  it("tells its progress up to the whole", async () => {
    const { basis } = await basisOf(3);
    const steps: number[] = [];
    await openAll(basis, new Array<bigint>(8).fill(0n), G1_INFINITY, (done, total) => steps.push(done / total));
    expect(steps).to.deep.equal([...steps].sort((a, b) => a - b));
    expect(steps[steps.length - 1]).to.equal(1);
  });

  it("refuses another number of values, and too small a domain", async () => {
    const { basis } = await basisOf(3);
    const message = async (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);
    expect(await message(openAll(basis, [1n], G1_INFINITY))).to.equal("there must be 8 values, got 1");
    expect(await message(openAll({ ...basis, power: 2 }, [], G1_INFINITY))).to.contain("at least 2^3 cells, got 2^2");
  });
});
