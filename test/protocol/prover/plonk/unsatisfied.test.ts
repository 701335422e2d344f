/**
 * P9 for the prover: what comes out when its checks are bypassed by forged keys and a rounding division. Its checks
 * guard an honest user from useless work; that nobody accepts a false statement is the verifiers' part.
 */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { ContractFactory, type BaseContract } from "ethers";
import { ethers } from "hardhat";
import * as F from "../../../../protocol/crypto/field";
import { Vectors } from "../../../../protocol/crypto/kernels";
import * as P from "../../../../protocol/crypto/polynomial";
import { encodeFileElement } from "../../../../protocol/prover/plonk/keyFile";
import { BLINDING_SCALARS, provePlonk } from "../../../../protocol/prover/plonk/prove";
import type { ProofWithPublics } from "../../../../protocol/prover/proof";
import { compileVerifier, verifierSource } from "../../../../protocol/prover/verifier";
import { rejection } from "../../../fixtures/rejection";
import { fileOf, number, sectionsOf, witnessBytes, witnessFile, type Circuit } from "./circuitFiles";
import { PRODUCT, PRODUCT_GATE, PRODUCT_GATES, productWitness } from "./smallCircuits";
import { snarkjsProof, snarkjsVerifier } from "./snarkjs";
import { Workspace } from "./workspace";

const SECTION = { wiresC: 6, constants: 11 } as const;
/** Five gates: eight roots, and values on four times as many. */
const SIZE = 8;
/** x·y = 15 + 1, though the sum is that of 16: only the product is wrong. */
const FALSE_PRODUCT = falseWitness();

function falseWitness(): bigint[] {
  const [one, z, x, y, sum] = productWitness(3n, 5n);
  return [one, z + 1n, x, y, sum + 1n];
}

describe("plonk: a witness that breaks one constraint", () => {
  const honest = productWitness(3n, 5n);
  let workspace: Workspace;
  let key: string;
  let verify: (proof: ProofWithPublics) => Promise<boolean>;
  let contract: BaseContract;

  before(async () => {
    workspace = await Workspace.open(3);
    key = await workspace.key("product", PRODUCT);
    verify = await snarkjsVerifier(await readFile(key));
    const { abi, bytecode } = compileVerifier(await verifierSource(key));
    const [signer] = await ethers.getSigners();
    contract = await new ContractFactory([...abi], bytecode, signer).deploy();
  });
  after(() => workspace.close());

  /** The answers of snarkjs and of the contract. */
  async function answers(proven: ProofWithPublics): Promise<boolean[]> {
    const onChain = (await contract.getFunction("verifyProof").staticCall(proven.proof, proven.publics)) as boolean;
    return [await verify(proven), onChain];
  }

  /** A copy of a key with some bytes of a section replaced. */
  async function forge(zkey: string, section: number, offset: number, replacement: Uint8Array): Promise<string> {
    const sections = sectionsOf(await readFile(zkey)).map(({ number, content }) => {
      const copy = Buffer.from(content);
      if (number === section) copy.set(replacement, offset);
      return { number, content: copy };
    });
    return workspace.write("forged.zkey", fileOf("zkey", 1, sections));
  }

  /**
   * The key with a constant at the product's gate that lets 15 + 1 pass, but only on the domain itself: there the gates
   * are checked, while the quotient comes from other places.
   */
  async function passingCheck(): Promise<string> {
    const offset = (SIZE + 4 * PRODUCT_GATE) * F.FIELD_BYTES;
    return forge(key, SECTION.constants, offset, encodeFileElement(1n));
  }

  it("is refused by the prover, which names its gate", async () => {
    const { message } = await rejection(provePlonk(key, witnessBytes(FALSE_PRODUCT)));
    expect(message).to.equal(
      `the witness does not satisfy the circuit: it breaks gate ${PRODUCT_GATE} of ${PRODUCT_GATES}`,
    );
  });

  it("[proof] is refused by snarkjs' prover, too", async () => {
    const blinding = Array.from({ length: BLINDING_SCALARS }, F.random);
    const proving = snarkjsProof(await readFile(key), witnessFile(FALSE_PRODUCT), blinding);
    expect((await rejection(proving)).message).to.equal("Polynomial is not divisible");
  });

  it("[proof] P9: a quotient without the check of the gates has no opening", async () => {
    const { message } = await rejection(provePlonk(await passingCheck(), witnessBytes(FALSE_PRODUCT)));
    expect(message).to.include("is not divisible");
  });

  it("[proof] P9: a witness that breaks one constraint, proven with the checks bypassed, is refused", async () => {
    const zkey = await passingCheck();
    const [valid, invalid] = await rounding(async () => [
      await provePlonk(key, witnessBytes(honest)),
      await provePlonk(zkey, witnessBytes(FALSE_PRODUCT)),
    ]);
    expect([valid.publics, invalid.publics]).to.deep.equal([
      [15n, 3n],
      [16n, 3n],
    ]);
    expect(await answers(valid)).to.deep.equal([true, true]);
    expect(await answers(invalid)).to.deep.equal([false, false]);
    expect(await answers({ ...valid, publics: invalid.publics })).to.deep.equal([false, false]);
    expect(await answers({ ...invalid, publics: valid.publics })).to.deep.equal([false, false]);
  });

  it("[proof] P9: values that satisfy every gate but differ where a wire must be one are refused", async () => {
    // The product's gate takes its result from the private s, of value 15, instead of the public z, of value 16.
    const circuit: Circuit = { ...PRODUCT, constraints: [PRODUCT.constraints[0]] };
    const alone = await workspace.key("alone", circuit);
    const zkey = await forge(alone, SECTION.wiresC, 4 * PRODUCT_GATE, number(4));
    const { message } = await rejection(provePlonk(zkey, witnessBytes([1n, 16n, 3n, 5n, 15n])));
    expect(message).to.equal("the wires do not respect the key's permutation");
  });

  it("[proof] P9: a proof for a circuit of the same size with another constraint is refused", async () => {
    // x·y = z − 1.
    const [, sum] = PRODUCT.constraints;
    const other: Circuit = {
      ...PRODUCT,
      constraints: [
        [
          [[2, 1n]],
          [[3, 1n]],
          [
            [0, F.R - 1n],
            [1, 1n],
          ],
        ],
        sum,
      ],
    };
    const zkey = await workspace.key("other", other);
    const proven = await provePlonk(zkey, witnessBytes(FALSE_PRODUCT));
    expect(await (await snarkjsVerifier(await readFile(zkey)))(proven)).to.equal(true);
    expect(await answers(proven)).to.deep.equal([false, false]);
  });
});

/** Makes the prover drop the remainder of its divisions, which is 0 for a true statement, instead of refusing. */
async function rounding<T>(use: () => Promise<T>): Promise<T> {
  const original = Object.getOwnPropertyDescriptor(Vectors.prototype, "divide") as PropertyDescriptor;
  type Divide = Vectors["divide"];
  const divide: Divide = function (this: Vectors, polynomial, x) {
    const { address, tail } = polynomial;
    const low = Array.from({ length: this.size }, (_, i) => this.read(address, i));
    this.addTo(address, [F.neg(P.evaluate([...low, ...tail], x))]);
    return (original.value as Divide).call(this, polynomial, x);
  };
  Object.defineProperty(Vectors.prototype, "divide", { ...original, value: divide });
  try {
    return await use();
  } finally {
    Object.defineProperty(Vectors.prototype, "divide", original);
  }
}
