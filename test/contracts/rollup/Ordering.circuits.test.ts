import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import {
  carryBatch,
  CIRCUIT,
  circuitOf,
  deployTwoChains,
  makeBatch,
  submit,
  type TestBatch,
} from "../../fixtures/contracts";

const NEXT = ethers.id("the next circuit");

describe("R4: batches are proven with circuits that are active", () => {
  async function fixture() {
    const { primary, secondary } = await deployTwoChains();

    /** That both chains take the next batch if it is proven with this circuit. */
    const accepts = async (circuit: string): Promise<void> => {
      const batch = await makeBatch(primary, { circuit });
      await expect(submit(primary, batch)).to.emit(primary.rollup, "BatchAccepted");
      const number = await primary.rollup.number();
      await carryBatch(secondary, primary, number);
      await expect(submit(secondary, batch), `batch ${number}`).to.emit(secondary.rollup, "BatchAccepted");
    };

    /** That the primary refuses the next batch with this circuit, though the proof is right. */
    const refuses = async (circuit: string, activeFrom: number, retiredFrom: number): Promise<void> => {
      const number = await primary.rollup.number();
      await expect(submit(primary, await makeBatch(primary, { circuit })))
        .to.be.revertedWithCustomError(primary.rollup, "Rollup_InactiveCircuit")
        .withArgs(circuit, activeFrom, retiredFrom);
      expect(await primary.rollup.number()).to.equal(number);
    };

    const register = async (activeFrom: number, retiredFrom: number, on = [primary, secondary]): Promise<void> => {
      for (const { circuits, verifier } of on) {
        await circuits.register(NEXT, { ...circuitOf(verifier), activeFrom, retiredFrom });
      }
    };
    const retire = async (circuit: string, from: number, on = [primary, secondary]): Promise<void> => {
      for (const { circuits } of on) await circuits.retire(circuit, from);
    };
    return { primary, secondary, accepts, refuses, register, retire };
  }

  it("not before the batch it is active from, not from the one on which it is retired from", async () => {
    const { accepts, refuses, register } = await loadFixture(fixture);
    await register(3, 5);
    for (let i = 0; i < 2; i++) {
      await refuses(NEXT, 3, 5);
      await accepts(CIRCUIT);
    }
    await accepts(NEXT);
    await accepts(NEXT);
    for (let i = 0; i < 3; i++) {
      await refuses(NEXT, 3, 5);
      await accepts(CIRCUIT);
    }
  });

  it("for one batch only, if that is its period", async () => {
    const { accepts, refuses, register } = await loadFixture(fixture);
    await register(2, 3);
    await refuses(NEXT, 2, 3);
    await accepts(CIRCUIT);
    await accepts(NEXT);
    await refuses(NEXT, 2, 3);
  });

  it("from the first batch on and for ever, if neither is set", async () => {
    const { accepts, register } = await loadFixture(fixture);
    await register(0, 0);
    for (const circuit of [NEXT, CIRCUIT, NEXT, NEXT]) await accepts(circuit);
  });

  it("up to the first batch it is retired from, if only that is set", async () => {
    const { accepts, refuses, register } = await loadFixture(fixture);
    await register(0, 2);
    await accepts(NEXT);
    await refuses(NEXT, 0, 2);
  });

  it("a circuit hands over to the next one at a batch's number", async () => {
    const { accepts, refuses, register, retire } = await loadFixture(fixture);
    await register(3, 0);
    await retire(CIRCUIT, 3);
    for (let i = 0; i < 2; i++) {
      await refuses(NEXT, 3, 0);
      await accepts(CIRCUIT);
    }
    for (let i = 0; i < 3; i++) {
      await refuses(CIRCUIT, 0, 3);
      await accepts(NEXT);
    }
  });

  it("retiring takes hold at once when its batch is there already, and can be taken back", async () => {
    const { accepts, refuses, retire } = await loadFixture(fixture);
    await accepts(CIRCUIT);
    await accepts(CIRCUIT);
    await retire(CIRCUIT, 1);
    await refuses(CIRCUIT, 0, 1);
    await retire(CIRCUIT, 4);
    await accepts(CIRCUIT);
    await refuses(CIRCUIT, 0, 4);
    await retire(CIRCUIT, 0);
    await accepts(CIRCUIT);
  });

  it("the widest period there is", async () => {
    const { accepts, refuses, register, retire } = await loadFixture(fixture);
    const last = 2 ** 32 - 1;
    await register(last - 1, last);
    await refuses(NEXT, last - 1, last);
    await retire(CIRCUIT, last);
    await accepts(CIRCUIT);
  });

  describe("on a secondary chain by its own registry", () => {
    /** Batch 1 is proven with the circuit that is registered on the primary alone. */
    async function ahead() {
      const state = await fixture();
      const { primary, secondary, register } = state;
      await register(1, 2, [primary]);
      const batch = await makeBatch(primary, { circuit: NEXT });
      await submit(primary, batch);
      await carryBatch(secondary, primary, 1);
      return { ...state, batch };
    }

    it("a batch of the primary's waits for its circuit", async () => {
      const { secondary, register, batch } = await loadFixture(ahead);
      await expect(submit(secondary, batch))
        .to.be.revertedWithCustomError(secondary.rollup, "Rollup_UnknownCircuit")
        .withArgs(NEXT);
      await register(1, 2, [secondary]);
      await expect(submit(secondary, batch)).to.emit(secondary.rollup, "BatchAccepted");
    });

    it("and is refused outside of the period that it has here", async () => {
      const { secondary, register, retire, batch } = await loadFixture(ahead);
      await register(0, 1, [secondary]);
      await expect(submit(secondary, batch))
        .to.be.revertedWithCustomError(secondary.rollup, "Rollup_InactiveCircuit")
        .withArgs(NEXT, 0, 1);
      await retire(NEXT, 2, [secondary]);
      await expect(submit(secondary, batch)).to.emit(secondary.rollup, "BatchAccepted");
    });

    it("counts batches, not when they come: what was proven in time is taken when the circuit has long been retired", async () => {
      const { primary, secondary, register, batch } = await loadFixture(ahead);
      const others: TestBatch[] = [];
      for (let number = 2; number <= 5; number++) {
        others.push(await makeBatch(primary));
        await submit(primary, others[others.length - 1]);
        await carryBatch(secondary, primary, number);
      }
      await register(1, 2, [secondary]);
      for (const next of [batch, ...others]) {
        await expect(submit(secondary, next)).to.emit(secondary.rollup, "BatchAccepted");
      }
      expect(await secondary.rollup.commitment()).to.deep.equal(await primary.rollup.commitment());
    });
  });
});
