import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, concat, ZeroAddress, ZeroHash } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";
import { FactKind } from "../../../protocol/spec";
import type { MockGateway } from "../../../typechain-types";
import {
  connect,
  deployChain,
  depositMany,
  factMessage,
  impersonate,
  interoperableAddress,
  NATIVE,
  PRIMARY,
  report,
  rollupConfig,
  SECONDARY,
} from "../../fixtures/contracts";

const THIRD = 3;
const A = ethers.id("a");
const B = ethers.id("b");
const { Queue, Batch } = FactKind;

describe("Facts", () => {
  /** A chain with three gateways of which two must agree, and two others that it knows. */
  async function fixture() {
    const chain = await deployChain({ index: PRIMARY, threshold: 2, gateways: 3 });
    const second = await deployChain({ index: SECONDARY });
    const third = await deployChain({ index: THIRD });
    await connect(chain, second);
    await connect(chain, third);
    const [g1, g2, g3] = chain.gateways;
    return { chain, facts: chain.facts, second, third, g1, g2, g3 };
  }

  type State = Awaited<ReturnType<typeof fixture>>;

  /** Reports A or B of (Queue, second chain, 1). */
  async function tell({ chain, second }: State, gateway: MockGateway, value: string) {
    return gateway.report(chain.facts, await chain.chains.remoteOf(second.index), factMessage(Queue, 1, value));
  }

  const holds = ({ facts }: State, value: string) => facts.holds(Queue, SECONDARY, 1, value);

  describe("reports", () => {
    it("hold when as many gateways as the threshold said the same", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1, g2 } = state;
      await expect(tell(state, g1, A))
        .to.emit(facts, "FactReported")
        .withArgs(Queue, SECONDARY, 1, A, g1);
      expect(await holds(state, A)).to.equal(false);
      await expect(tell(state, g2, A))
        .to.emit(facts, "FactReported")
        .and.not.to.emit(facts, "FactConflict");
      expect(await holds(state, A)).to.equal(true);
      expect(await facts.reportOf(Queue, SECONDARY, 1, g1)).to.equal(A);
      // Only this very fact.
      expect(await holds(state, B)).to.equal(false);
      expect(await facts.holds(Batch, SECONDARY, 1, A)).to.equal(false);
      expect(await facts.holds(Queue, THIRD, 1, A)).to.equal(false);
      expect(await facts.holds(Queue, SECONDARY, 2, A)).to.equal(false);
    });

    it("X1: delivered many times are idempotent", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1 } = state;
      await tell(state, g1, A);
      for (let i = 0; i < 3; i++) {
        const again = tell(state, g1, A);
        await expect(again).not.to.emit(facts, "FactReported");
        await expect(again).not.to.emit(facts, "FactConflict");
      }
      expect(await holds(state, A)).to.equal(false);
    });

    it("X2: in every order up to six, and random beyond, lead to the same facts [fuzz]", async () => {
      const state = await loadFixture(fixture);
      const { facts, chain, second, third, g1, g2, g3 } = state;
      const courier = await ethers.deployContract("MockCourier");
      const fromSecond = await chain.chains.remoteOf(second.index);
      const fromThird = await chain.chains.remoteOf(third.index);
      /** The reports on fact `number` of each kind; the last two only when `complete`. */
      const reportsOn = (number: number, complete: boolean) => {
        const reports = [
          { gateway: g1, sender: fromSecond, payload: factMessage(Queue, number, A) },
          { gateway: g2, sender: fromSecond, payload: factMessage(Queue, number, A) },
          { gateway: g3, sender: fromSecond, payload: factMessage(Queue, number, B) },
          { gateway: g1, sender: fromSecond, payload: factMessage(Batch, number, B) },
          { gateway: g1, sender: fromThird, payload: factMessage(Queue, number, A) },
          { gateway: g3, sender: fromThird, payload: factMessage(Queue, number, A) },
          { gateway: g2, sender: fromSecond, payload: factMessage(Batch, number, B) },
          { gateway: g2, sender: fromThird, payload: factMessage(Queue, number, B) },
        ];
        return complete ? reports : reports.slice(0, 6);
      };
      const orders = [
        ...permutations([0, 1, 2, 3, 4, 5]),
        ...fc.sample(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), 40),
      ];
      const perTransaction = 20;
      for (let start = 0; start < orders.length; start += perTransaction) {
        const slice = orders.slice(start, start + perTransaction);
        const reports = slice.flatMap((order, i) => {
          const all = reportsOn(start + i, order.length > 6);
          return order.map((k) => all[k]);
        });
        await courier.deliver(facts, reports, { gasLimit: 16_000_000 });
        const questions = slice.flatMap((_, i) => [
          { kind: Queue, chain: SECONDARY, number: start + i, value: A },
          { kind: Queue, chain: SECONDARY, number: start + i, value: B },
          { kind: Batch, chain: SECONDARY, number: start + i, value: B },
          { kind: Queue, chain: THIRD, number: start + i, value: A },
          { kind: Queue, chain: THIRD, number: start + i, value: B },
        ]);
        expect(await courier.ask(facts, questions)).to.deep.equal(
          slice.flatMap((order) => [true, false, order.length > 6, true, false]),
        );
      }
      expect(await facts.frozen(SECONDARY)).to.equal(false);
    });

    it("X3: one forged gateway moves nothing and raises an alarm", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1, g2, g3 } = state;
      await tell(state, g1, A);
      await expect(tell(state, g3, B))
        .to.emit(facts, "FactConflict")
        .withArgs(Queue, SECONDARY, 1, g3, B, A);
      expect(await holds(state, A)).to.equal(false);
      expect(await holds(state, B)).to.equal(false);
      await expect(tell(state, g2, A))
        .to.emit(facts, "FactConflict")
        .withArgs(Queue, SECONDARY, 1, g2, A, B);
      expect(await holds(state, A)).to.equal(true);
      expect(await facts.frozen(SECONDARY)).to.equal(false);
    });

    it("are write-once for each gateway: another value later is an alarm, and does not revert", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1, g2 } = state;
      await tell(state, g1, A);
      await expect(tell(state, g1, B))
        .to.emit(facts, "FactConflict")
        .withArgs(Queue, SECONDARY, 1, g1, B, A);
      expect(await facts.reportOf(Queue, SECONDARY, 1, g1)).to.equal(A);
      await tell(state, g2, B);
      expect(await holds(state, B)).to.equal(false);
    });

    it("X14: one gateway that lies about everything, for ever, is ignored", async () => {
      const state = await loadFixture(fixture);
      const { facts, chain, second, g1, g2, g3 } = state;
      for (let number = 1; number <= 20; number++) {
        const truth = ethers.id(`truth ${number}`);
        await report(chain, second, Queue, number, ethers.id(`lie ${number}`), [g3]);
        await report(chain, second, Queue, number, truth, [g1, g2]);
        expect(await facts.holds(Queue, SECONDARY, number, truth)).to.equal(true);
      }
      expect(await facts.frozen(SECONDARY)).to.equal(false);
    });

    it("X4: refuses zero values, empty messages, unknown kinds and unknown peers", async () => {
      const state = await loadFixture(fixture);
      const { facts, chain, second, g1 } = state;
      const sender = await chain.chains.remoteOf(second.index);
      await expect(g1.report(facts, sender, factMessage(Queue, 1, ZeroHash)))
        .to.be.revertedWithCustomError(facts, "Facts_ZeroValue")
        .withArgs(Queue, 1);
      for (const kind of [0, 3, 255]) {
        await expect(g1.report(facts, sender, factMessage(kind, 1, A)))
          .to.be.revertedWithCustomError(facts, "Facts_InvalidKind")
          .withArgs(kind);
      }
      for (const peer of ["0x", interoperableAddress(31337n, ZeroAddress), concat([sender, "0x00"])]) {
        await expect(g1.report(facts, peer, factMessage(Queue, 1, A))).to.be.revertedWithCustomError(
          facts,
          "ERC7786RecipientUnauthorizedGateway",
        );
      }
      expect(await facts.holds(Queue, SECONDARY, 1, ZeroHash)).to.equal(false);
    });

    it("X5: a fact of another deployment's contract, or of a chain nobody registered, is refused", async () => {
      const state = await loadFixture(fixture);
      const { facts, second, g1 } = state;
      const stranger = await deployChain({ index: SECONDARY });
      const senders = [
        interoperableAddress(31337n, await stranger.facts.getAddress()),
        interoperableAddress(1n, await second.facts.getAddress()),
      ];
      for (const sender of senders) {
        await expect(g1.report(facts, sender, factMessage(Queue, 1, A)))
          .to.be.revertedWithCustomError(facts, "ERC7786RecipientUnauthorizedGateway")
          .withArgs(g1, sender);
      }
    });

    it("X8: a message has room for a key and a value only", async () => {
      const state = await loadFixture(fixture);
      const { facts, chain, second, g1 } = state;
      const sender = await chain.chains.remoteOf(second.index);
      const message = factMessage(Queue, 1, A);
      const withCall = AbiCoder.defaultAbiCoder().encode(
        ["uint8", "uint64", "bytes32", "address", "bytes"],
        [Queue, 1, A, facts.target, "0x12345678"],
      );
      for (const wrong of ["0x", message.slice(0, -2), concat([message, "0x00"]), withCall]) {
        await expect(g1.report(facts, sender, wrong))
          .to.be.revertedWithCustomError(facts, "Facts_InvalidLength")
          .withArgs(ethers.dataLength(wrong));
      }
      // Dirty upper bits of the kind or the number are another message, not the same fact.
      for (const at of [2, 66]) {
        await expect(g1.report(facts, sender, `${message.slice(0, at)}01${message.slice(at + 2)}`)).to.be.reverted;
      }
    });

    it("come from registered gateways only, without native coin", async () => {
      const state = await loadFixture(fixture);
      const { facts, chain, second, g1, g2 } = state;
      const stranger = await ethers.deployContract("MockGateway");
      await expect(tell(state, stranger, A)).to.be.revertedWithCustomError(
        facts,
        "ERC7786RecipientUnauthorizedGateway",
      );
      const sender = await chain.chains.remoteOf(second.index);
      await expect(g1.report(facts, sender, factMessage(Queue, 1, A), { value: 1 }))
        .to.be.revertedWithCustomError(facts, "Facts_ValueRefused")
        .withArgs(1);
      // Votes count while their gateway is registered.
      await tell(state, g1, A);
      await tell(state, g2, A);
      await facts.removeGateway(g2);
      expect(await holds(state, A)).to.equal(false);
      await expect(tell(state, g2, A)).to.be.revertedWithCustomError(facts, "ERC7786RecipientUnauthorizedGateway");
      await facts.addGateway(g2);
      expect(await holds(state, A)).to.equal(true);
    });
  });

  describe("X6: two values with threshold votes each", () => {
    async function torn() {
      const state = await fixture();
      const fourth = await ethers.deployContract("MockGateway");
      await state.facts.addGateway(fourth);
      await report(state.chain, state.second, Batch, 9, A, [state.g1, state.g2]);
      await report(state.chain, state.third, Queue, 1, A, [state.g1, state.g2]);
      await tell(state, state.g1, A);
      await tell(state, state.g2, A);
      await tell(state, state.g3, B);
      return { ...state, fourth };
    }

    it("freeze that source, and that only", async () => {
      const state = await loadFixture(torn);
      const { facts, fourth } = state;
      expect(await holds(state, A)).to.equal(true);
      await expect(tell(state, fourth, B))
        .to.emit(facts, "SourceFrozen")
        .withArgs(SECONDARY);
      expect(await facts.frozen(SECONDARY)).to.equal(true);
      expect(await holds(state, A)).to.equal(false);
      expect(await holds(state, B)).to.equal(false);
      expect(await facts.holds(Batch, SECONDARY, 9, A)).to.equal(false);
      expect(await facts.frozen(THIRD)).to.equal(false);
      expect(await facts.holds(Queue, THIRD, 1, A)).to.equal(true);
    });

    it("can be resolved: liars removed, source unfrozen", async () => {
      const state = await loadFixture(torn);
      const { facts, fourth, g3 } = state;
      await tell(state, fourth, B);
      await facts.removeGateway(g3);
      await facts.removeGateway(fourth);
      expect(await holds(state, A)).to.equal(false);
      await expect(facts.setFrozen(SECONDARY, false)).to.emit(facts, "SourceUnfrozen").withArgs(SECONDARY);
      expect(await holds(state, A)).to.equal(true);
      expect(await holds(state, B)).to.equal(false);
    });

    it("the strongest deviation counts, not the first", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1, g2, g3 } = state;
      const more = [await ethers.deployContract("MockGateway"), await ethers.deployContract("MockGateway")];
      for (const gateway of more) await facts.addGateway(gateway);
      await tell(state, g1, ethers.id("c"));
      await tell(state, g2, A);
      await tell(state, g3, A);
      await tell(state, more[0], B);
      expect(await facts.frozen(SECONDARY)).to.equal(false);
      await expect(tell(state, more[1], B)).to.emit(facts, "SourceFrozen");
    });

    it("of deviations that are equally strong, the first gateway's is named", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1, g2, g3 } = state;
      await tell(state, g1, A);
      await tell(state, g2, B);
      await expect(tell(state, g3, ethers.id("c")))
        .to.emit(facts, "FactConflict")
        .withArgs(Queue, SECONDARY, 1, g3, ethers.id("c"), A);
      expect(await facts.frozen(SECONDARY)).to.equal(false);
    });

    it("a source can be frozen by hand", async () => {
      const state = await loadFixture(torn);
      const { facts } = state;
      await expect(facts.setFrozen(THIRD, true)).to.emit(facts, "SourceFrozen").withArgs(THIRD);
      expect(await facts.frozen(THIRD)).to.equal(true);
      expect(await facts.frozen(SECONDARY)).to.equal(false);
      for (const chain of [0, 64, 255]) {
        await expect(facts.setFrozen(chain, true))
          .to.be.revertedWithCustomError(facts, "Facts_InvalidChain")
          .withArgs(chain);
        expect(await facts.frozen(chain)).to.equal(false);
      }
      for (const chain of [1, 63]) {
        await expect(facts.setFrozen(chain, true)).to.emit(facts, "SourceFrozen").withArgs(chain);
        expect(await facts.frozen(chain)).to.equal(true);
      }
    });
  });

  describe("gateways", () => {
    it("are listed, once each, up to eight", async () => {
      const { facts, g1, g2, g3 } = await loadFixture(fixture);
      expect(await facts.gateways()).to.deep.equal([g1.target, g2.target, g3.target]);
      await expect(facts.addGateway(g1)).to.be.revertedWithCustomError(facts, "Facts_AlreadyRegistered").withArgs(g1);
      for (let i = 3; i < 8; i++) await facts.addGateway(await ethers.deployContract("MockGateway"));
      await expect(facts.addGateway(await ethers.deployContract("MockGateway"))).to.be.revertedWithCustomError(
        facts,
        "Facts_TooManyGateways",
      );
    });

    it("may all eight report, agree and disagree", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1, g2, g3 } = state;
      const gateways = [g1, g2, g3];
      for (let i = 3; i < 8; i++) {
        const gateway = await ethers.deployContract("MockGateway");
        await facts.addGateway(gateway);
        gateways.push(gateway);
      }
      for (const gateway of gateways.slice(0, 7)) await tell(state, gateway, A);
      expect(await holds(state, A)).to.equal(true);
      await expect(tell(state, gateways[7], B))
        .to.emit(facts, "FactConflict")
        .withArgs(Queue, SECONDARY, 1, gateways[7], B, A);
      expect(await holds(state, A)).to.equal(true);
      expect(await facts.frozen(SECONDARY)).to.equal(false);
    });

    it("have code", async () => {
      const { facts } = await loadFixture(fixture);
      const [, someone] = await ethers.getSigners();
      await expect(facts.addGateway(someone))
        .to.be.revertedWithCustomError(facts, "Facts_NoCode")
        .withArgs(someone.address);
    });

    it("are removed wherever they stand", async () => {
      const { facts, g1, g2, g3 } = await loadFixture(fixture);
      await facts.setThreshold(1);
      await expect(facts.removeGateway(g1)).to.emit(facts, "GatewayRemoved").withArgs(g1);
      expect(await facts.gateways()).to.deep.equal([g3.target, g2.target]);
      await facts.removeGateway(g2);
      expect(await facts.gateways()).to.deep.equal([g3.target]);
      expect(await facts.isGateway(g2)).to.equal(false);
      await expect(facts.removeGateway(g2)).to.be.revertedWithCustomError(facts, "Facts_NotRegistered").withArgs(g2);
      await expect(facts.addGateway(g2)).to.emit(facts, "GatewayAdded").withArgs(g2);
    });
  });

  describe("X12: the threshold", () => {
    it("is never more than the gateways there are, nor zero", async () => {
      const { facts, g1, g2 } = await loadFixture(fixture);
      await expect(facts.setThreshold(0)).to.be.revertedWithCustomError(facts, "Facts_ZeroThreshold");
      await expect(facts.setThreshold(4)).to.be.revertedWithCustomError(facts, "Facts_BelowThreshold").withArgs(4);
      await expect(facts.setThreshold(3)).to.emit(facts, "ThresholdSet").withArgs(3);
      await expect(facts.removeGateway(g1)).to.be.revertedWithCustomError(facts, "Facts_BelowThreshold").withArgs(3);
      await facts.setThreshold(2);
      await facts.removeGateway(g1);
      await expect(facts.removeGateway(g2)).to.be.revertedWithCustomError(facts, "Facts_BelowThreshold").withArgs(2);
      expect(await facts.threshold()).to.equal(2);
    });

    it("counts for what was reported before, too", async () => {
      const state = await loadFixture(fixture);
      const { facts, g1, g2, g3 } = state;
      for (const gateway of [g1, g2]) await tell(state, gateway, A);
      await facts.setThreshold(3);
      expect(await holds(state, A)).to.equal(false);
      await tell(state, g3, A);
      expect(await holds(state, A)).to.equal(true);
    });
  });

  describe("isAccepted: the primary's batches", () => {
    /** A secondary chain that knows the primary and two others; one gateway is enough. */
    async function secondary() {
      const chain = await deployChain({ index: SECONDARY });
      const [primary, third, fourth] = [
        await deployChain({ index: PRIMARY }),
        await deployChain({ index: THIRD }),
        await deployChain({ index: 4 }),
      ];
      for (const other of [primary, third, fourth]) await connect(chain, other);
      return { chain, facts: chain.facts, primary, third, fourth };
    }

    it("are what the primary's fact says", async () => {
      const { chain, facts, primary } = await loadFixture(secondary);
      expect(await facts.isAccepted(1, A)).to.equal(false);
      await report(chain, primary, Batch, 1, A);
      expect(await facts.isAccepted(1, A)).to.equal(true);
      expect(await facts.isAccepted(1, B)).to.equal(false);
      expect(await facts.isAccepted(2, A)).to.equal(false);
    });

    it("are what most of the chains say once the primary was silent for a day", async () => {
      const { chain, facts, primary, third, fourth } = await loadFixture(secondary);
      await report(chain, primary, Batch, 1, A);
      const heard = await facts.heardAt(PRIMARY);
      expect(heard).to.equal(await time.latest());
      await report(chain, third, Batch, 2, B);
      await report(chain, third, Batch, 3, B);
      await report(chain, fourth, Batch, 3, B);
      await time.increaseTo(heard + 24n * 3600n);
      expect(await facts.isAccepted(3, B)).to.equal(false);
      await time.increaseTo(heard + 24n * 3600n + 1n);
      expect(await facts.isAccepted(3, B)).to.equal(true);
      // One of three, and a value that nobody named.
      expect(await facts.isAccepted(2, B)).to.equal(false);
      expect(await facts.isAccepted(3, A)).to.equal(false);
      // A retired chain is none of them.
      await chain.chains.retire(4);
      expect(await facts.isAccepted(3, B)).to.equal(false);
      // The primary speaks again: the others' word is of no account.
      await report(chain, primary, Batch, 2, A);
      expect(await facts.isAccepted(3, B)).to.equal(false);
      expect(await facts.isAccepted(2, A)).to.equal(true);
    });

    it("half of the chains are not most of them; the primary is one", async () => {
      const { chain, facts, third, fourth, primary } = await loadFixture(secondary);
      const fifth = await deployChain({ index: 5 });
      await connect(chain, fifth);
      for (const source of [third, fourth]) await report(chain, source, Batch, 1, A);
      await time.increase(24 * 3600 + 1);
      expect(await facts.isAccepted(1, A)).to.equal(false);
      await report(chain, fifth, Batch, 1, A);
      expect(await facts.isAccepted(1, A)).to.equal(true);
      // A value of a frozen primary counts for nothing.
      await facts.setFrozen(PRIMARY, true);
      const heard = await facts.heardAt(PRIMARY);
      await report(chain, primary, Batch, 2, A);
      expect(await facts.isAccepted(2, A)).to.equal(false);
      // Nor is it news: the others go on without it.
      expect(await facts.heardAt(PRIMARY)).to.equal(heard);
      expect(await facts.isAccepted(1, A)).to.equal(true);
    });

    it("X14: news is what a fact holds by, not what one gateway says", async () => {
      const chain = await deployChain({ index: SECONDARY, threshold: 2, gateways: 3 });
      const [primary, third] = [await deployChain({ index: PRIMARY }), await deployChain({ index: THIRD })];
      for (const other of [primary, third]) await connect(chain, other);
      const start = await chain.facts.heardAt(PRIMARY);
      await report(chain, primary, Batch, 1, A, [chain.gateways[0]]);
      expect(await chain.facts.heardAt(PRIMARY)).to.equal(start);
      await report(chain, primary, Batch, 1, A, [chain.gateways[1]]);
      const heard = await chain.facts.heardAt(PRIMARY);
      expect(heard).to.equal(await time.latest());
      await report(chain, primary, Batch, 1, A, [chain.gateways[2]]);
      expect(await chain.facts.heardAt(PRIMARY)).to.equal(heard);
    });
  });

  describe("X6: finality", () => {
    const FINALITY = 900;

    async function waiting() {
      const state = await published();
      await state.facts.setFinality(FINALITY);
      return state;
    }

    it("a value is sent only when it was recorded so long ago", async () => {
      const { chain, mine, facts } = await loadFixture(waiting);
      const head = await chain.vault.headAt(1);
      await expect(mine.publish(Queue, 1, SECONDARY)).to.be.revertedWithCustomError(mine, "Facts_NotFinal");
      expect(await facts.recorded(Queue, 1)).to.deep.equal([ZeroHash, 0n]);
      const recording = await mine.record(Queue, 1);
      const start = await time.latest();
      await expect(recording)
        .to.emit(facts, "FactRecorded")
        .withArgs(Queue, 1, head, start + FINALITY);
      expect(await facts.recorded(Queue, 1)).to.deep.equal([head, BigInt(start)]);
      await time.setNextBlockTimestamp(start + FINALITY - 1);
      await expect(mine.publish(Queue, 1, SECONDARY))
        .to.be.revertedWithCustomError(mine, "Facts_NotFinal")
        .withArgs(Queue, 1, start + FINALITY);
      // Recording again changes nothing.
      await expect(mine.record(Queue, 1)).not.to.emit(facts, "FactRecorded");
      await time.setNextBlockTimestamp(start + FINALITY + 1);
      await expect(mine.publish(Queue, 1, SECONDARY)).to.emit(facts, "FactPublished");
    });

    it("what is recorded may be sent when the queue has long gone on", async () => {
      const { chain, mine } = await loadFixture(waiting);
      const head = await chain.vault.headAt(1);
      await mine.record(Queue, 1);
      await depositMany(chain, 256);
      await expect(chain.vault.headAt(1)).to.be.revertedWithCustomError(chain.vault, "RequestQueue_HeadUnknown");
      await time.increase(FINALITY);
      await expect(mine.publish(Queue, 1, SECONDARY))
        .to.emit(mine, "FactPublished")
        .withArgs(Queue, 1, SECONDARY, head);
    });

    it("is a week at most, and none at first", async () => {
      const { facts } = await loadFixture(fixture);
      expect(await facts.finality()).to.equal(0);
      const week = 7 * 24 * 3600;
      await expect(facts.setFinality(week)).to.emit(facts, "FinalitySet").withArgs(week);
      expect(await facts.finality()).to.equal(week);
      await expect(facts.setFinality(week + 1))
        .to.be.revertedWithCustomError(facts, "Facts_InvalidFinality")
        .withArgs(week + 1);
    });

    it("refuses to record what is not there", async () => {
      const { chain, mine } = await loadFixture(waiting);
      await expect(mine.record(Queue, 3)).to.be.revertedWithCustomError(chain.vault, "RequestQueue_HeadUnknown");
      await expect(mine.record(Batch, 1)).to.be.revertedWithCustomError(mine, "Facts_ZeroValue").withArgs(Batch, 1);
    });
  });

  async function published() {
    const state = await fixture();
    await state.chain.tokens.list(NATIVE);
    await depositMany(state.chain, 2);
    const [, , stranger] = await ethers.getSigners();
    return { ...state, mine: state.facts.connect(stranger), stranger };
  }

  describe("publish", () => {
    it("sends the own value by every gateway; open to anyone, repeatable", async () => {
      const { chain, second, mine, stranger } = await loadFixture(published);
      const remote = await chain.chains.remoteOf(second.index);
      const cases: [number, bigint, string][] = [
        [Queue, 2n, await chain.vault.headAt(2)],
        [Queue, 1n, await chain.vault.headAt(1)],
        [Batch, 0n, await chain.rollup.batchHash(0)],
        [Queue, 2n, await chain.vault.headAt(2)],
      ];
      for (const [i, [kind, number, value]] of cases.entries()) {
        const sending = mine.publish(kind, number, SECONDARY);
        await expect(sending).to.emit(mine, "FactPublished").withArgs(kind, number, SECONDARY, value);
        for (const gateway of chain.gateways) {
          const id = ethers.toBeHex(i + 1, 32);
          await expect(sending)
            .to.emit(gateway, "MessageSent")
            .withArgs(
              id,
              (await chain.facts.getAddress()).toLowerCase(),
              remote,
              factMessage(kind, number, value),
              0,
              [],
            );
        }
      }
      expect(stranger.address).not.to.equal(chain.admin.address);
    });

    it("refuses what the chain does not know, undefined kinds and unknown chains", async () => {
      const { chain, mine } = await loadFixture(published);
      await expect(mine.publish(Queue, 0, SECONDARY))
        .to.be.revertedWithCustomError(mine, "Facts_ZeroValue")
        .withArgs(Queue, 0);
      await expect(mine.publish(Queue, 3, SECONDARY)).to.be.revertedWithCustomError(
        chain.vault,
        "RequestQueue_HeadUnknown",
      );
      await expect(mine.publish(Batch, 1, SECONDARY))
        .to.be.revertedWithCustomError(mine, "Facts_ZeroValue")
        .withArgs(Batch, 1);
      for (const kind of [0, 3]) {
        await expect(mine.publish(kind, 1, SECONDARY))
          .to.be.revertedWithCustomError(mine, "Facts_InvalidKind")
          .withArgs(kind);
      }
      await expect(mine.publish(Queue, 1, 9)).to.be.revertedWithCustomError(
        chain.chains,
        "ChainRegistry_NotRegistered",
      );
    });

    it("X7: a broken gateway does not silence the others, and all broken is an error", async () => {
      const { mine, g1, g2, g3 } = await loadFixture(published);
      await g2.setBroken(true);
      const sending = mine.publish(Queue, 1, SECONDARY);
      await expect(sending).to.emit(mine, "FactNotSent").withArgs(g2, Queue, 1, SECONDARY);
      await expect(sending).to.emit(g3, "MessageSent");
      for (const gateway of [g1, g3]) await gateway.setBroken(true);
      await expect(mine.publish(Queue, 1, SECONDARY)).to.be.revertedWithCustomError(mine, "Facts_NothingSent");
      await g1.setBroken(false);
      await expect(mine.publish(Queue, 1, SECONDARY)).to.emit(g1, "MessageSent");
    });

    it("pays each gateway what it asks for and returns the rest", async () => {
      const { mine, g1, g2, g3, stranger, facts } = await loadFixture(published);
      await g1.setFee(10n);
      await g3.setFee(30n);
      expect(await mine.quote(Queue, 1, SECONDARY)).to.equal(40n);
      const publish = (value: bigint) => mine.publish(Queue, 1, SECONDARY, { value });
      const all = [stranger, g1, g2, g3, facts];
      await expect(publish(100n)).to.changeEtherBalances(all, [-40, 10, 0, 30, 0]);
      await expect(publish(40n)).to.changeEtherBalances(all, [-40, 10, 0, 30, 0]);
      await g3.setBroken(true);
      await expect(publish(100n)).to.changeEtherBalances(all, [-10, 10, 0, 0, 0]);
    });

    it("leaves out gateways that ask for more than is there, or answer nothing", async () => {
      const { mine, g1, g2, g3, stranger } = await loadFixture(published);
      await g1.setFee(10n);
      await g2.setMute(true);
      await g3.setFee(30n);
      expect(await mine.quote(Queue, 1, SECONDARY)).to.equal(40n);
      const sending = mine.publish(Queue, 1, SECONDARY, { value: 39n });
      await expect(sending).to.changeEtherBalances([stranger, g1, g2, g3], [-10, 10, 0, 0]);
      for (const gateway of [g2, g3]) {
        await expect(sending).to.emit(mine, "FactNotSent").withArgs(gateway, Queue, 1, SECONDARY);
      }
    });

    it("X14: adds up the fees that others ask for where one asks for more than there is", async () => {
      const { mine, g1, g2, g3, stranger } = await loadFixture(published);
      await g1.setFee(10n);
      await g2.setFee(2n ** 256n - 1n);
      await g3.setFee(2n ** 128n);
      expect(await mine.quote(Queue, 1, SECONDARY)).to.equal(10n);
      const sending = mine.publish(Queue, 1, SECONDARY, { value: 10n });
      await expect(sending).to.changeEtherBalances([stranger, g1], [-10, 10]);
      await g3.setFee(2n ** 128n - 1n);
      expect(await mine.quote(Queue, 1, SECONDARY)).to.equal(2n ** 128n + 9n);
    });

    it("X7: a gateway that burns all the gas it gets does not silence the others", async () => {
      const { mine, g1, g2, g3 } = await loadFixture(published);
      await g1.setGreedy(true);
      const sending = mine.publish(Queue, 1, SECONDARY, { gasLimit: 6_000_000 });
      await expect(sending).to.emit(mine, "FactNotSent").withArgs(g1, Queue, 1, SECONDARY);
      for (const gateway of [g2, g3]) await expect(sending).to.emit(gateway, "MessageSent");
    });

    it("refuses to keep what the sender does not take back", async () => {
      const { facts, g1 } = await loadFixture(published);
      await g1.setBroken(true);
      const sender = await ethers.deployContract("MockRecipient", [1]);
      const voice = await impersonate(await sender.getAddress());
      await expect(facts.connect(voice).publish(Queue, 1, SECONDARY, { value: 100n })).to.be.revertedWithCustomError(
        facts,
        "Facts_RefundFailed",
      );
      await sender.setMood(0);
      await expect(facts.connect(voice).publish(Queue, 1, SECONDARY, { value: 100n })).to.emit(facts, "FactPublished");
    });

    it("needs gateways and a rollup", async () => {
      const { chain, g1, g2, g3, mine } = await loadFixture(published);
      for (const gateway of [g1, g2, g3]) await gateway.setBroken(true);
      await expect(mine.publish(Queue, 1, SECONDARY)).to.be.revertedWithCustomError(mine, "Facts_NothingSent");
      const unbound = await ethers.deployContract("Facts", [chain.access, chain.chains, 1]);
      await expect(unbound.publish(Queue, 1, SECONDARY)).to.be.revertedWithCustomError(unbound, "Facts_NotBound");
    });
  });

  describe("G3: set up", () => {
    it("refuses a zero threshold", async () => {
      const { chain } = await loadFixture(fixture);
      const factory = await ethers.getContractFactory("Facts");
      await expect(factory.deploy(chain.access, chain.chains, 0)).to.be.revertedWithCustomError(
        factory,
        "Facts_ZeroThreshold",
      );
    });

    it("is bound once, to a rollup that uses it", async () => {
      const { chain, facts, second } = await loadFixture(fixture);
      await expect(facts.bindRollup(chain.rollup))
        .to.be.revertedWithCustomError(facts, "Facts_AlreadyBound")
        .withArgs(chain.rollup);
      const fresh = await ethers.deployContract("Facts", [chain.access, chain.chains, 1]);
      for (const wrong of [ZeroAddress, chain.admin.address, await second.rollup.getAddress()]) {
        await expect(fresh.bindRollup(wrong)).to.be.revertedWithCustomError(fresh, "Facts_WrongRollup").withArgs(wrong);
      }
      const config = await rollupConfig({ vault: chain.vault, facts: fresh, circuits: chain.circuits });
      const rollup = await ethers.deployContract("Rollup", [chain.access, config]);
      await expect(fresh.bindRollup(rollup)).to.emit(fresh, "RollupBound").withArgs(rollup);
    });
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
