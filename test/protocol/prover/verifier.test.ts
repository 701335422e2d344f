/** The Solidity verifier behind the wrapper that the rollup calls it by, on a small circuit with a batch's public inputs. */
import { expect } from "chai";
import { ContractFactory, id, type BaseContract } from "ethers";
import { ethers } from "hardhat";
import { Q } from "../../../protocol/crypto/curve";
import { R } from "../../../protocol/crypto/field";
import {
  circuitArtifacts,
  createProver,
  PROOF_WORDS,
  type CircuitArtifacts,
  type ProofWithPublics,
  type Prover,
} from "../../../protocol/prover";
import type { LibraryHarness } from "../../../typechain-types";
import { SIX, sixInput } from "./circuits";

/** Of the proof's words, these are points: x at even, y at odd positions. */
const POINTS = 9;
const WORD_LIMIT = 1n << 256n;
/** Proofs that both verifiers check at the same time. */
const AT_ONCE = 16;

/** Numbers that follow from a seed. */
function randomWords(seed: string): () => bigint {
  let count = 0;
  return () => BigInt(id(`${seed} ${count++}`));
}

describe("Solidity verifier", () => {
  let artifacts: CircuitArtifacts;
  let prover: Prover;
  let harness: LibraryHarness;
  let verifier: BaseContract;
  let address: string;
  let valid: ProofWithPublics;
  let other: ProofWithPublics;

  before("[proof] deploy and prove", async () => {
    artifacts = await circuitArtifacts(SIX);
    prover = createProver(artifacts);
    const [signer] = await ethers.getSigners();
    const { abi, bytecode } = artifacts.verifier;
    verifier = await new ContractFactory([...abi], bytecode, signer).deploy();
    address = await verifier.getAddress();
    harness = await ethers.deployContract("LibraryHarness");
    valid = await prover.prove(sixInput(3n, 5n, 7n, 11n));
    other = await prover.prove(sixInput(4n, 5n, 7n, 11n));
  });

  after(() => prover.terminate());

  type Words = readonly bigint[];
  const call = (proof: Words, publics: Words): [string, Words, Words] => [address, proof, publics];
  /** The wrapper's answer; refusing a public input by its own error counts as false. */
  async function accepts(proof: Words, publics: Words): Promise<boolean> {
    const data = harness.interface.encodeFunctionData("verifyProof", call(proof, publics) as never);
    const request = { to: await harness.getAddress(), data };
    try {
      return harness.interface.decodeFunctionResult("verifyProof", await ethers.provider.call(request))[0] as boolean;
    } catch (error) {
      const name = harness.interface.parseError((error as { data: string }).data)?.name;
      if (name !== "ProofVerifier_InputTooLarge") throw error;
      return false;
    }
  }
  const replace = (words: Words, index: number, ...values: bigint[]): bigint[] => {
    const result = [...words];
    result.splice(index, values.length, ...values);
    return result;
  };

  it("[proof] P8: the code on chain is the compiled one, byte for byte", async () => {
    expect(await ethers.provider.getCode(address)).to.equal(artifacts.verifier.deployedBytecode);
  });

  it("[proof] accepts a valid proof and refuses it for other public inputs", async () => {
    expect(await accepts(valid.proof, valid.publics)).to.equal(true);
    expect(await accepts(other.proof, other.publics)).to.equal(true);
    expect(await accepts(valid.proof, other.publics)).to.equal(false);
    for (let i = 0; i < valid.publics.length; i++) {
      expect(await accepts(valid.proof, replace(valid.publics, i, valid.publics[i] + 1n)), `input ${i}`).to.equal(
        false,
      );
    }
  });

  it("[proof] P1: refuses public inputs x + r ... x + 5r, which the generated verifier does not check", async () => {
    for (let i = 0; i < valid.publics.length; i++) {
      for (let k = 1n; k <= 5n; k++) {
        const publics = replace(valid.publics, i, valid.publics[i] + k * R);
        await expect(
          harness.verifyProof(...(call(valid.proof, publics) as never as Parameters<typeof harness.verifyProof>)),
        )
          .to.be.revertedWithCustomError(harness, "ProofVerifier_InputTooLarge")
          .withArgs(i, publics[i]);
      }
    }
  });

  it("[proof] P2: refuses every word of the proof changed", async () => {
    const random = randomWords("P2");
    for (let i = 0; i < PROOF_WORDS; i++) {
      const values = [valid.proof[i] + 1n, 0n, R - 1n, R, Q, WORD_LIMIT - 1n, random(), valid.proof[i] + R];
      for (const value of values) {
        expect(await accepts(replace(valid.proof, i, value), valid.publics), `word ${i} = ${value}`).to.equal(false);
      }
    }
  });

  it("[proof] P3: refuses points at infinity, off the curve, swapped, negated, of another proof", async () => {
    for (let i = 0; i < POINTS; i++) {
      const [x, y] = valid.proof.slice(2 * i);
      const next = valid.proof.slice((2 * i + 2) % (2 * POINTS)).slice(0, 2);
      const swapped = replace(replace(valid.proof, 2 * i, ...next), (2 * i + 2) % (2 * POINTS), x, y);
      const changes: Record<string, bigint[]> = {
        infinity: replace(valid.proof, 2 * i, 0n, 0n),
        "off the curve": replace(valid.proof, 2 * i, x, y + 1n),
        "coordinates swapped": replace(valid.proof, 2 * i, y, x),
        negated: replace(valid.proof, 2 * i, x, Q - y),
        "the generator": replace(valid.proof, 2 * i, 1n, 2n),
        "of another proof": replace(valid.proof, 2 * i, ...other.proof.slice(2 * i, 2 * i + 2)),
        "swapped with the next": swapped,
      };
      for (const [change, proof] of Object.entries(changes)) {
        expect(await accepts(proof, valid.publics), `point ${i} ${change}`).to.equal(false);
      }
    }
  });

  it("[proof] P4: short calldata and dirty upper bits revert; trailing bytes change nothing", async () => {
    const to = await harness.getAddress();
    const encode = (proof: Words): string =>
      harness.interface.encodeFunctionData("verifyProof", call(proof, valid.publics) as never);
    const answer = async (data: string): Promise<string> => {
      const result = await ethers.provider.call({ to, data }).catch(() => "0x");
      return result === "0x" ? "reverted" : String(BigInt(result));
    };
    const good = encode(valid.proof);
    expect(await answer(good)).to.equal("1");
    // The selector, then words: one byte less, one word less, half, only the selector.
    for (const length of [good.length - 2, good.length - 64, 2 + 8 + 64 * 12, 10]) {
      expect(await answer(good.slice(0, length)), `${length} characters`).to.equal("reverted");
    }
    const dirty = `${good.slice(0, 10)}${"f".repeat(24)}${good.slice(34)}`;
    expect(await answer(dirty)).to.equal("reverted");
    const bad = encode(replace(valid.proof, 20, valid.proof[20] + 1n));
    for (const tail of ["00", "ff".repeat(31), good.slice(10)]) {
      expect(await answer(bad + tail)).to.equal("0");
      expect(await answer(good + tail)).to.equal("1");
    }
  });

  it("[proof] P5: an invalid proof is never accepted, and a valid one never refused by an answer, at any gas", async () => {
    const to = await harness.getAddress();
    const invalid = replace(valid.proof, 23, valid.proof[23] + 1n);
    let accepted = 0;
    for (let gasLimit = 40_000; gasLimit <= 600_000; gasLimit += 20_000) {
      for (const proof of [valid.proof, invalid]) {
        const data = harness.interface.encodeFunctionData("verifyProof", call(proof, valid.publics) as never);
        const result = await ethers.provider.call({ to, data, gasLimit }).catch(() => "0x");
        if (result === "0x") continue;
        const isTrue = BigInt(result) === 1n;
        expect(isTrue && proof === invalid, `gas ${gasLimit}`).to.equal(false);
        if (isTrue) accepted++;
      }
    }
    expect(accepted).to.be.greaterThan(5);
  });

  /** Both verifiers on that many valid proofs, and on proofs and public inputs of which one word is another. */
  async function compareVerifiers(seed: string, validCount: number, mutatedCount: number): Promise<void> {
    const random = randomWords(seed);
    const below = (limit: number): number => Number(random() % BigInt(limit));
    const proofs: ProofWithPublics[] = [valid, other];
    while (proofs.length < validCount) {
      proofs.push(await prover.prove(sixInput(random() >> 192n, random() >> 192n, random() >> 16n, random() >> 16n)));
    }
    for (const { proof, publics } of proofs) {
      expect([await accepts(proof, publics), await prover.verify(proof, publics)]).to.deep.equal([true, true]);
    }
    const mutations = Array.from({ length: mutatedCount }, () => {
      const source = proofs[below(proofs.length)];
      const another = proofs[below(proofs.length)];
      const words = [...source.proof, ...source.publics];
      const position = below(words.length);
      const replacements = [
        words[position] + 1n,
        words[position] ^ (1n << BigInt(below(256))),
        words[below(words.length)] + 1n,
        random(),
        (words[position] + R) % WORD_LIMIT,
        [...another.proof, ...another.publics][position] + 1n,
      ];
      words[position] = replacements[below(replacements.length)] % WORD_LIMIT;
      return { position, proof: words.slice(0, PROOF_WORDS), publics: words.slice(PROOF_WORDS) };
    });
    // Both verifiers work side by side, some proofs at a time.
    for (let i = 0; i < mutations.length; i += AT_ONCE) {
      const some = mutations.slice(i, i + AT_ONCE);
      const answers = await Promise.all(
        some.map(({ proof, publics }) => Promise.all([accepts(proof, publics), prover.verify(proof, publics)])),
      );
      answers.forEach((answer, k) => {
        expect(answer, `mutation ${i + k}, word ${some[k].position}`).to.deep.equal([false, false]);
      });
    }
  }

  it("[proof] P7: agrees with the JavaScript verifier on 20 valid and 300 mutated proofs", async () => {
    await compareVerifiers("P7", 20, 300);
  });

  for (let part = 1; part <= 20; part++) {
    it(`[fuzz] P7: agrees with the JavaScript verifier on 1,000 valid and 10,000 mutated proofs, part ${part} of 20`, async () => {
      await compareVerifiers(`P7 fuzz ${part}`, 50, 500);
    });
  }
});
