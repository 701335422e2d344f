import { expect } from "chai";
import { plonk } from "snarkjs";
import { R } from "../../../protocol/crypto/field";
import {
  circuitArtifacts,
  createProver,
  PROOF_WORDS,
  proofToWords,
  wordsToProof,
  type CircuitArtifacts,
  type Progress,
  type ProofWithPublics,
  type Prover,
} from "../../../protocol/prover";
import { SIX, sixInput } from "./circuits";

describe("prover", () => {
  let artifacts: CircuitArtifacts;
  let prover: Prover;
  let proven: ProofWithPublics;
  const input = sixInput(3n, 5n, 7n, R - 9n);
  const progress: Progress[] = [];

  before("[proof] prove once", async () => {
    artifacts = await circuitArtifacts(SIX);
    prover = createProver(artifacts);
    proven = await prover.prove(input, { onProgress: (step) => progress.push(step) });
  });

  after(() => prover.terminate());

  const refusal = async (signals: object): Promise<Error> => {
    try {
      await prover.prove({ ...input, ...signals });
    } catch (error) {
      return error as Error;
    }
    throw new Error("expected the input to be refused");
  };

  it("[proof] proves, and verifies its proof", async () => {
    expect(proven.publics).to.deep.equal(input.publics);
    expect(proven.proof).to.have.length(PROOF_WORDS);
    expect(await prover.verify(proven.proof, proven.publics)).to.equal(true);
  });

  it("[proof] shows progress that rises to its end in each phase", () => {
    const phases = [...new Set(progress.map(({ phase }) => phase))];
    expect(phases).to.deep.equal(["witness", "key", "wires", "permutation", "quotient", "openings"]);
    for (const name of phases) {
      const steps = progress.filter(({ phase }) => phase === name);
      const done = steps.map((step) => step.done);
      expect(done, name).to.deep.equal([...done].sort((a, b) => a - b));
      expect([done[0], done[done.length - 1]], name).to.deep.equal([0, steps[0].total]);
    }
  });

  it("[proof] proves by snarkjs when that is asked for, and both provers' proofs pass either's check", async () => {
    const snarkjs = createProver(artifacts, "snarkjs");
    try {
      const { proof, publics } = await snarkjs.prove(input);
      expect(publics).to.deep.equal(proven.publics);
      expect(await prover.verify(proof, publics)).to.equal(true);
      expect(await snarkjs.verify(proven.proof, proven.publics)).to.equal(true);
    } finally {
      await snarkjs.terminate();
    }
  });

  it("[proof] gives a proof up when its signal is aborted, before or in the middle, and makes the next", async () => {
    const reason = new Error("no longer wanted");
    const early = await prover.prove(input, { signal: AbortSignal.abort(reason) }).catch((error: Error) => error);
    expect(early).to.equal(reason);
    const controller = new AbortController();
    const onProgress = ({ phase }: Progress): void => {
      if (phase === "wires") controller.abort(reason);
    };
    const midway = await prover.prove(input, { signal: controller.signal, onProgress }).catch((error: Error) => error);
    expect(midway).to.equal(reason);
    const { proof, publics } = await prover.prove(input);
    expect(await prover.verify(proof, publics)).to.equal(true);
  });

  it("[proof] refuses another statement and every changed public input", async () => {
    for (let i = 0; i < proven.publics.length; i++) {
      const publics = proven.publics.map((value, j) => (i === j ? value + 1n : value));
      expect(await prover.verify(proven.proof, publics), `input ${i}`).to.equal(false);
    }
    expect(await prover.verify(proven.proof, proven.publics.slice(1))).to.equal(false);
    expect(await prover.verify(proven.proof, [...proven.publics, 0n])).to.equal(false);
  });

  it("[proof] P1: refuses public inputs outside the field", async () => {
    const add = (term: bigint): bigint[] => proven.publics.map((value, i) => (i === 0 ? value + term : value));
    expect(await prover.verify(proven.proof, add(R))).to.equal(false);
    expect(await prover.verify(proven.proof, add(-R))).to.equal(false);
  });

  it("[proof] P2: refuses every changed word of the proof", async () => {
    for (let i = 0; i < PROOF_WORDS; i++) {
      for (const value of [proven.proof[i] + 1n, 0n, proven.proof[i] + R, -1n]) {
        const proof = proven.proof.map((word, j) => (i === j ? value : word));
        expect(await prover.verify(proof, proven.publics), `word ${i} = ${value}`).to.equal(false);
      }
    }
  });

  it("[proof] refuses a proof that has not 24 words", async () => {
    for (const proof of [proven.proof.slice(1), [...proven.proof, 0n]]) {
      let error: Error | undefined;
      await prover.verify(proof, proven.publics).catch((reason: Error) => (error = reason));
      expect(error).to.be.instanceOf(RangeError);
    }
  });

  it("[proof] names the input that is not a field element", async () => {
    const publics = [...input.publics];
    expect(await refusal({ root: R + 3n }))
      .to.be.instanceOf(RangeError)
      .and.have.property("message")
      .include("root");
    expect((await refusal({ root: -1n })).message).to.include("root");
    publics[4] = R;
    expect((await refusal({ publics })).message).to.include("publics[4]");
    for (const wrong of [3, "3", 3.5, null, undefined]) {
      expect(await refusal({ root: wrong })).to.be.instanceOf(TypeError);
    }
  });

  it("[proof] refuses a missing, an unknown and a misshapen input, and one that breaks a constraint", async () => {
    const { publics } = input;
    expect((await refusal({ publics: publics.slice(1) })).message).to.include("publics");
    expect((await refusal({ another: 1n })).message).to.include("another");
    const missing = await prover.prove({ publics }).catch((error: Error) => error);
    expect(missing).to.be.instanceOf(Error);
    expect((await refusal({ root: 4n })).message)
      .to.include('circuit "six"')
      .and.to.include("Assert Failed");
  });

  it("[proof] proves again after it was ended, even in the middle of a proof", async () => {
    const interrupted = prover.prove(input).catch((error: Error) => error);
    await prover.terminate();
    expect(await interrupted)
      .to.be.instanceOf(Error)
      .and.have.property("message")
      .include("ended");
    await prover.terminate();
    const { proof, publics } = await prover.prove(input);
    expect(await prover.verify(proof, publics)).to.equal(true);
    expect(proof).to.not.deep.equal(proven.proof, "proofs are blinded");
  });

  describe("words of a proof", () => {
    it("[proof] are those of snarkjs' own calldata, both ways", async () => {
      const proof = wordsToProof(proven.proof);
      const calldata = await plonk.exportSolidityCallData(proof, proven.publics);
      const words = [...calldata.matchAll(/0x[0-9a-f]{64}/g)].map(([word]) => BigInt(word));
      expect(words).to.deep.equal([...proven.proof, ...proven.publics]);
      expect(proofToWords(proof)).to.deep.equal(proven.proof);
    });

    it("write the point at infinity as (0, 0)", () => {
      const words = Array.from({ length: PROOF_WORDS }, (_, i) => (i < 2 ? 0n : BigInt(i)));
      const proof = wordsToProof(words);
      expect(proof.A).to.deep.equal(["0", "1", "0"]);
      expect(proofToWords(proof)).to.deep.equal(words);
      expect(() => proofToWords({ ...proof, A: ["1", "2", "3"] })).to.throw(RangeError, "affine");
    });
  });
});
