import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { circuitArtifacts, circuitId, compileCircuit, type Progress } from "../../../protocol/prover";
import { PROJECT_ROOT } from "../../../protocol/crypto/cache";
import { chain, SIX, temporaryCache } from "./circuits";

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("expected an error");
}

describe("circuit artefacts", () => {
  let cache: string;

  before(() => (cache = temporaryCache()));
  after(() => fs.rmSync(cache, { recursive: true }));

  it("[proof] are built with progress when first needed, and never twice", async () => {
    const phases = new Set<string>();
    const first = await circuitArtifacts(SIX, { cache, onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).to.deep.equal(["compile", "srs", "setup", "verifier"]);
    for (const file of [first.r1cs, first.wasm, first.sym, first.zkey])
      expect(fs.existsSync(file), file).to.equal(true);

    const again: Progress[] = [];
    const second = await circuitArtifacts(SIX, { cache, onProgress: (progress) => again.push(progress) });
    expect(again).to.deep.equal([]);
    expect(second).to.deep.equal(first);
    // Keys and circuits hold one folder each: no lock, no remains.
    for (const kind of ["keys", "circuits"]) expect(fs.readdirSync(path.join(cache, kind))).to.have.length(1);
  });

  it("[proof] say what they are", async () => {
    const artifacts = await circuitArtifacts(SIX, { cache });
    // Six gates for the public inputs, three constraints of three variables at most.
    expect(artifacts).to.include({ name: "six", gates: 9, publicInputs: 6, development: true });
    expect(artifacts.warning).to.include("INSECURE");
    expect(artifacts.circuitId)
      .to.equal(circuitId(artifacts.vkey))
      .and.to.match(/^0x[0-9a-f]{64}$/);
    const onDisk = JSON.parse(fs.readFileSync(path.join(artifacts.directory, "artifact.json"), "utf8"));
    expect(onDisk.development).to.equal(true);
    const { abi } = artifacts.verifier;
    expect(abi).to.have.length(1);
    expect(abi[0]).to.include({ name: "verifyProof", stateMutability: "view" });
  });

  it("[proof] P8: rebuilding from circuit and SRS gives the same key and verifier, byte for byte", async () => {
    const other = temporaryCache();
    try {
      const [first, rebuilt] = [await circuitArtifacts(SIX, { cache }), await circuitArtifacts(SIX, { cache: other })];
      expect(rebuilt.directory).to.not.equal(first.directory);
      expect(rebuilt.vkey).to.deep.equal(first.vkey);
      expect(rebuilt.verifier).to.deep.equal(first.verifier);
      expect(fs.readFileSync(rebuilt.zkey).equals(fs.readFileSync(first.zkey))).to.equal(true);
    } finally {
      fs.rmSync(other, { recursive: true });
    }
  });

  it("[proof] take a ptau file with its hash, and know the development SRS under any name", async () => {
    await circuitArtifacts(SIX, { cache });
    const copy = path.join(cache, "ceremony.ptau");
    fs.copyFileSync(path.join(cache, "srs", "development-8.ptau"), copy);
    const sha256 = createHash("sha256").update(fs.readFileSync(copy)).digest("hex");
    const artifacts = await circuitArtifacts(SIX, { cache, ptau: { path: copy, sha256 } });
    expect(artifacts.development).to.equal(true);
    const known = await circuitArtifacts(SIX, { cache });
    expect(artifacts.circuitId).to.equal(known.circuitId);
  });

  it("refuse a ptau file with another hash, or without one", async () => {
    const file = path.join(cache, "wrong.ptau");
    fs.writeFileSync(file, "ptau");
    const sha256 = "00".repeat(32);
    const mismatch = await messageOf(circuitArtifacts(SIX, { cache, ptau: { path: file, sha256 } }));
    expect(mismatch).to.include("wrong.ptau").and.to.include("SHA-256").and.to.include(sha256);
    const unpinned = await messageOf(circuitArtifacts(SIX, { cache, ptau: { path: file } }));
    expect(unpinned).to.include("must be given");
    expect(fs.readdirSync(path.join(cache, "keys")).filter((name) => name.includes("tmp"))).to.deep.equal([]);
  });

  it("[proof] refuse a circuit with more gates than the SRS has room for, and leave nothing", async () => {
    const circuit = { name: "chain", source: chain(20), gatePower: 4 };
    const message = await messageOf(circuitArtifacts(circuit, { cache }));
    // 20 multiplications and the output's gate.
    expect(message).to.include('circuit "chain"').and.to.include("21 gates").and.to.include("room for 2^4");
    expect(fs.readdirSync(path.join(cache, "keys")).filter((name) => name.startsWith("chain"))).to.deep.equal([]);
  });

  describe("compiling", () => {
    it("says which circuit the compiler refuses, and why", async () => {
      const source = "pragma circom 2.1.0;\ntemplate A() { signal input a; b <== a; }\ncomponent main = A();\n";
      const message = await messageOf(compileCircuit({ name: "faulty", source }, { cache }));
      expect(message).to.include('circuit "faulty"').and.to.include("Undeclared symbol");
    });

    it("names a missing include or file", async () => {
      const source = 'pragma circom 2.1.0;\ninclude "nowhere.circom";\n';
      expect(await messageOf(compileCircuit({ name: "lost", source }, { cache }))).to.include('"nowhere.circom"');
      const file = "main/nowhere.circom";
      expect(await messageOf(compileCircuit({ name: "lost", file }, { cache }))).to.include(`circuits/${file}`);
      expect(await messageOf(compileCircuit({ name: "none" }, { cache }))).to.include("either a file or a source");
    });

    it("depends on every included source", async () => {
      const included = path.join(cache, "included.circom");
      const include = path.relative(path.join(PROJECT_ROOT, "circuits"), included);
      const source = `pragma circom 2.1.0;\ninclude "${include}";\ncomponent main = Inner();\n`;
      const compile = (): Promise<string> => {
        const circuit = { name: "outer", source };
        return compileCircuit(circuit, { cache }).then(({ hash }) => hash);
      };
      const inner = (constant: number): string =>
        `pragma circom 2.1.0;\ntemplate Inner() { signal input a; signal output b; b <== a * a + ${constant}; }\n`;
      fs.writeFileSync(included, inner(1));
      const first = await compile();
      expect(await compile()).to.equal(first);
      fs.writeFileSync(included, inner(2));
      expect(await compile()).to.not.equal(first);
    });
  });
});
