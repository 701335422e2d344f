import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import * as snarkjs from "snarkjs";
import * as F from "../../../protocol/crypto/field";
import * as C from "../../../protocol/crypto/curve";
import { getDomain } from "../../../protocol/crypto/domain";
import { lagrangePoint } from "../../../protocol/crypto/kzg";
import { SECTION, usePtau } from "../../../protocol/crypto/ptau";
import {
  buildDevelopmentSrs,
  developmentTau,
  hashFile,
  isDevelopmentSrs,
  isDevelopmentTauG2,
  openSrs,
  readSrs,
} from "../../../protocol/crypto/srs";

const POWER = 8;
const message = async (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (error: Error) => error.message,
  );

describe("crypto/srs", () => {
  let directory: string;
  let path: string;
  const progress: [number, number][] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "srs-"));
    path = join(directory, "development.ptau");
    await buildDevelopmentSrs(path, POWER, (done, total) => progress.push([done, total]));
  });
  after(async () => {
    await rm(directory, { recursive: true });
    await C.terminateCurve();
  });

  /** A copy of the file with some bytes changed. */
  async function changed(change: (bytes: Buffer) => Buffer | void): Promise<string> {
    const copy = join(directory, "changed.ptau");
    const bytes = await readFile(path);
    await writeFile(copy, change(bytes) ?? bytes);
    return copy;
  }

  /** The same with the checksum's section cut off, so that the checks behind it are met. */
  async function changedUnchecked(change: (bytes: Buffer) => Buffer | void): Promise<string> {
    return changed((bytes) => {
      const { offset } = checksum;
      const cut = bytes.subarray(0, offset - 12);
      cut.writeUInt32LE(5, 8);
      return change(cut) ?? cut;
    });
  }
  let checksum: { offset: number };
  before(async () => (checksum = await usePtau(path, async (file) => file.section(101))));
  const offsetOf = async (section: number) => usePtau(path, async (file) => file.section(section).offset);

  it("has the powers of τ and the Lagrange points of every level", async () => {
    const tau = developmentTau();
    const multiple = async (scalar: bigint) => C.mulG1(C.G1_GENERATOR, scalar);
    const powers = await usePtau(path, async (file) => C.decodeG1(await file.read(SECTION.tauG1)));
    expect(powers).to.have.lengthOf(2 ** POWER + 6);
    for (const i of [0, 1, 2, 100, 2 ** POWER + 5]) {
      expect(powers[i]).to.deep.equal(await multiple(F.pow(tau, BigInt(i))));
    }
    for (let power = 1; power <= POWER; power++) {
      const srs = await readSrs(path, { power });
      for (const i of new Set([0, 1, 2 ** power - 1])) {
        expect(lagrangePoint(srs, i)).to.deep.equal(await multiple(getDomain(power).lagrange(i, tau)));
      }
      // Σ L_i(X)·ω^i = X and Σ L_i(X) = 1 hold every single point to account.
      expect(await C.multiExp(srs.lagrange, getDomain(power).omegaPowers())).to.deep.equal(srs.tauG1);
      expect(await C.multiExp(srs.lagrange, new Array<bigint>(2 ** power).fill(1n))).to.deep.equal(C.G1_GENERATOR);
    }
  });

  it("tells its progress up to the whole", () => {
    const total = 2 ** POWER + 6 + 2 ** (POWER + 1) - 1;
    expect(progress.at(-1)).to.deep.equal([total, total]);
    expect(progress.every(([done], i) => i === 0 || done > progress[i - 1][0])).to.equal(true);
  });

  it("is marked as insecure, and known by its τ without the mark", async () => {
    expect(await isDevelopmentSrs(path)).to.equal(true);
    const { isDevelopment, tauG2 } = await readSrs(path, { power: POWER });
    expect(isDevelopment).to.equal(true);
    expect((await readFile(path)).includes("INSECURE")).to.equal(true);
    const marker = await offsetOf(100);
    const unmarked = await changedUnchecked((bytes) => void bytes.writeUInt32LE(99, marker - 12));
    expect(await isDevelopmentSrs(unmarked)).to.equal(true);
    expect(await isDevelopmentTauG2(tauG2)).to.equal(true);
    expect(await isDevelopmentTauG2(C.G2_GENERATOR)).to.equal(false);
  });

  it("does not take another τ without the mark for a development SRS", async () => {
    const marker = await offsetOf(100);
    const tauG2 = (await offsetOf(SECTION.tauG2)) + C.G2_BYTES;
    const foreign = await changedUnchecked((bytes) => {
      bytes.writeUInt32LE(99, marker - 12);
      bytes.set(C.encodeG2(C.G2_GENERATOR), tauG2);
    });
    expect(await isDevelopmentSrs(foreign)).to.equal(false);
    expect(await message(readSrs(foreign, { power: POWER }))).to.contain("tau is not the same in G1 and in G2");
  });

  it("finds any damaged byte of a development SRS by its checksum", async () => {
    for (const section of [SECTION.header, 100, SECTION.tauG1, SECTION.tauG2, SECTION.lagrangeG1, 101]) {
      const offset = await offsetOf(section);
      const copy = await changed((bytes) => void (bytes[offset + 40 < bytes.length ? offset + 20 : offset] ^= 1));
      const refusal = await message(readSrs(copy, { power: POWER }));
      expect(refusal, `section ${section}`).to.match(/is damaged, its SHA-256 is|must be for BN254/);
    }
  });

  it("says what is wrong with a file that is no SRS, cut off, or of another kind", async () => {
    const read = async (file: string, power = POWER) => message(readSrs(file, { power }));
    expect(await read(join(directory, "missing.ptau"))).to.contain("missing.ptau: cannot be opened (ENOENT)");
    expect(await read(await changed(() => Buffer.from("ptau")))).to.contain("not a .ptau file");
    expect(await read(await changed((bytes) => void bytes.write("zkey", 0)))).to.contain("not a .ptau file");
    expect(await read(await changed((bytes) => void bytes.writeUInt32LE(2, 4)))).to.contain(
      "version 2 is not supported",
    );
    expect(await read(await changed((bytes) => bytes.subarray(0, -1)))).to.contain("ends inside section 101");
    expect(await read(await changed((bytes) => bytes.subarray(0, 20)))).to.contain("ends at byte 20, inside a section");
    expect(await read(path, POWER + 1)).to.contain(`has 2^${POWER} powers of tau, 2^${POWER + 1} are needed`);
    expect(await read(path, 0)).to.contain("SRS power must be a positive integer, got 0");
    const lagrange = await offsetOf(SECTION.lagrangeG1);
    const raw = await changedUnchecked((bytes) => void bytes.writeUInt32LE(77, lagrange - 12));
    expect(await read(raw)).to.contain(
      "section 12 (Lagrange points in G1; the file is not prepared for phase 2) is missing",
    );
    const twice = await changedUnchecked((bytes) => void bytes.writeUInt32LE(SECTION.tauG1, lagrange - 12));
    expect(await read(twice)).to.contain("section 2 comes twice");
    const tauG1 = await offsetOf(SECTION.tauG1);
    const other = await changedUnchecked((bytes) => void bytes.set(C.encodeG1([{ x: 1n, y: C.Q - 2n }]), tauG1));
    expect(await read(other)).to.contain("the first points must be the generators of BN254");
  });

  it("takes a ceremony's file only with its hash", async () => {
    const sha256 = await hashFile(path);
    const blake2b = await hashFile(path, "blake2b512");
    const open = async (ptau: { path: string; sha256?: string; blake2b?: string }, circuitPower?: number) =>
      message(openSrs({ power: 5, circuitPower, directory, ptau }));
    expect(await open({ path, sha256 })).to.equal("accepted");
    expect(await open({ path, blake2b: `0x${blake2b.toUpperCase()}` })).to.equal("accepted");
    expect(await open({ path })).to.contain("the file's SHA-256 or BLAKE2b-512 hash must be given");
    const wrong = sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    expect(await open({ path, sha256: wrong })).to.contain(`its SHA-256 hash is ${sha256}, expected ${wrong}`);
    expect(await open({ path, sha256, blake2b: "00" })).to.contain(`its BLAKE2b-512 hash is ${blake2b}, expected 00`);
    expect(await open({ path: join(directory, "missing.ptau"), sha256 })).to.contain("missing.ptau: does not exist");
    expect(await open({ path, sha256 }, POWER + 1)).to.contain(`has 2^${POWER} powers of tau`);
  });

  it("builds the development SRS once, large enough for the circuit, and leaves nothing half-made", async () => {
    const cache = join(directory, "cache");
    const seen: number[] = [];
    const open = async () =>
      openSrs({ power: 3, circuitPower: 5, directory: cache, onProgress: (done) => seen.push(done) });
    const srs = await open();
    expect(srs.power).to.equal(3);
    expect(srs.lagrange).to.have.lengthOf(8 * C.G1_BYTES);
    const steps = seen.length;
    expect(steps).to.be.greaterThan(0);
    expect(await open()).to.deep.equal(srs);
    expect(seen).to.have.lengthOf(steps);
    expect(await readdir(cache)).to.deep.equal(["development-5.ptau"]);

    const failing = buildDevelopmentSrs(join(cache, "failing.ptau"), 3, () => {
      throw new Error("interrupted");
    });
    expect(await message(failing)).to.equal("interrupted");
    expect(await readdir(cache)).to.deep.equal(["development-5.ptau"]);
    expect(await message(buildDevelopmentSrs(join(cache, "x.ptau"), 29))).to.contain(
      "SRS power must be an integer from 1",
    );
  });

  it("[proof] serves snarkjs' PLONK setup: a proof verifies, a wrong public signal does not", async () => {
    const source = join(directory, "power.circom");
    await writeFile(
      source,
      `pragma circom 2.2.0;
       template Power() { signal input base; signal output power; signal chain[40];
         chain[0] <== base * base;
         for (var i = 1; i < 40; i++) { chain[i] <== chain[i - 1] * base; }
         power <== chain[39]; }
       component main = Power();`,
    );
    const circom = require.resolve("circom2/cli.js");
    const compile = [circom, "power.circom", "--r1cs", "--wasm", "--O1"];
    await promisify(execFile)(process.execPath, compile, { cwd: directory });
    await copyFile(join(directory, "power_js", "power.wasm"), join(directory, "power.wasm"));
    const zkey = join(directory, "power.zkey");
    expect(await snarkjs.plonk.setup(join(directory, "power.r1cs"), path, zkey)).to.not.equal(-1);
    const key = await snarkjs.zKey.exportVerificationKey(zkey);
    const { proof, publicSignals } = await snarkjs.plonk.fullProve({ base: 3n }, join(directory, "power.wasm"), zkey);
    expect(publicSignals).to.deep.equal([F.pow(3n, 41n).toString()]);
    expect(await snarkjs.plonk.verify(key, publicSignals, proof)).to.equal(true);
    expect(await snarkjs.plonk.verify(key, [F.pow(3n, 40n).toString()], proof)).to.equal(false);
    const [x, y] = key.X_2.map((pair) => pair.map(BigInt) as [bigint, bigint]);
    expect(await isDevelopmentTauG2({ x, y })).to.equal(true);
  });
});
