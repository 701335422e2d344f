import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder } from "ethers";
import { ethers } from "hardhat";
import { FIELD_ORDER } from "../../../protocol/spec";

type Words24 = Parameters<Awaited<ReturnType<typeof fixture>>["library"]["verifyProof"]>[1];
type Inputs = [bigint, bigint, bigint, bigint, bigint, bigint];

const PROOF = Array.from({ length: 24 }, (_, i) => BigInt(i)) as unknown as Words24;
const INPUTS: Inputs = [1n, 2n, 3n, 4n, 5n, 6n];

async function fixture() {
  const library = await ethers.deployContract("LibraryHarness");
  const verifier = await ethers.deployContract("MockVerifier");
  return { library, verifier };
}

/** Code that answers every call with these bytes. */
async function setAnswer(address: string, answer: string): Promise<void> {
  const size = ethers.dataLength(answer);
  // PUSH1 size, PUSH1 12, PUSH0, CODECOPY, PUSH1 size, PUSH0, RETURN, and padding up to byte 12
  const code = ethers.concat([`0x60${byte(size)}600c5f3960${byte(size)}5ff30000`, answer]);
  await ethers.provider.send("hardhat_setCode", [address, code]);
}

const byte = (value: number): string => value.toString(16).padStart(2, "0");

describe("ProofVerifier", () => {
  it("gives the verifier's answer for exactly this proof and these inputs", async () => {
    const { library, verifier } = await loadFixture(fixture);
    await verifier.setOnly(PROOF, INPUTS);
    expect(await library.verifyProof(verifier, PROOF, INPUTS)).to.equal(true);
    expect(await library.verifyProof(verifier, PROOF, INPUTS.with(0, 9n))).to.equal(false);
    const largest = INPUTS.map(() => FIELD_ORDER - 1n) as Inputs;
    await verifier.setOnly(PROOF, largest);
    expect(await library.verifyProof(verifier, PROOF, largest)).to.equal(true);
    await verifier.setAccepts(false);
    expect(await library.verifyProof(verifier, PROOF, largest)).to.equal(false);
  });

  it("P1: refuses every public input at or above the field's order", async () => {
    const { library, verifier } = await loadFixture(fixture);
    for (let i = 0; i < INPUTS.length; i++) {
      const aliases = [1n, 2n, 3n, 4n, 5n].map((k) => INPUTS[i] + k * FIELD_ORDER);
      for (const input of [FIELD_ORDER, ...aliases]) {
        await expect(library.verifyProof(verifier, PROOF, INPUTS.with(i, input)))
          .to.be.revertedWithCustomError(library, "ProofVerifier_InputTooLarge")
          .withArgs(i, input);
      }
    }
  });

  it("P4: an answer that is no bool, or none, is never true", async () => {
    const { library, verifier } = await loadFixture(fixture);
    const address = await verifier.getAddress();
    await setAnswer(address, AbiCoder.defaultAbiCoder().encode(["uint256"], [1]));
    expect(await library.verifyProof(verifier, PROOF, INPUTS)).to.equal(true);
    for (const answer of [AbiCoder.defaultAbiCoder().encode(["uint256"], [2]), "0x", "0x01"]) {
      await setAnswer(address, answer);
      await expect(library.verifyProof(verifier, PROOF, INPUTS)).to.be.reverted;
    }
    await ethers.provider.send("hardhat_setCode", [address, "0x"]);
    await expect(library.verifyProof(verifier, PROOF, INPUTS)).to.be.reverted;
  });
});
