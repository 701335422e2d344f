import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { parseEther, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { GatewayCarrier, publishFact } from "../../../protocol/chain/factCarrier";
import { readFacts, type FactsReport } from "../../../protocol/chain/facts";
import { FactKind } from "../../../protocol/spec";
import { factTables } from "../../../tasks/support/facts";
import { rejection } from "../../fixtures/rejection";
import { World } from "../../fixtures/world";

describe("facts", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.deposit(world.people.alice, world.secondary, { amount: 5n });
  });
  afterEach(() => world.destroy());

  const headOf = async (count: number) => ({
    kind: FactKind.Queue,
    number: count,
    value: await world.secondary.vault.headAt(count),
  });

  it("are read with who said what, and what holds", async () => {
    const { primary, secondary } = world;
    const fact = await headOf(1);
    await new GatewayCarrier().carry(fact, secondary, primary);
    const [gateway] = await primary.facts.gateways();
    const report = await readFacts(primary);
    expect(report.threshold).to.equal(Number(await primary.facts.threshold()));
    expect(report.known).to.have.length(1);
    const [known] = report.known;
    expect({ ...known, reports: known.reports.get(gateway) }).to.deep.equal({
      kind: FactKind.Queue,
      chain: 2,
      number: 1,
      reports: fact.value,
      holds: fact.value,
    });
    expect((await readFacts(secondary)).own).to.deep.equal([
      { kind: FactKind.Queue, number: 1, value: fact.value, finalAt: await timeOf(1), sentTo: [1] },
    ]);
  });

  /** When the queue's head at a count was recorded, unix seconds. */
  const timeOf = async (count: number): Promise<number> =>
    Number((await world.secondary.facts.recorded(FactKind.Queue, count)).time);

  it("that are recorded are not sent yet", async () => {
    const { primary, secondary } = world;
    await (await secondary.facts.setFinality(900)).wait();
    await rejection(publishFact(await headOf(1), secondary, primary));
    const { own } = await readFacts(secondary);
    expect(own).to.have.length(1);
    expect(own[0]).to.deep.include({ finalAt: (await time.latest()) + 900, sentTo: [] });
  });

  it("X14: are carried by the others where a gateway asks for more than a fact may cost", async () => {
    const { primary, secondary } = world;
    const greedy = await ethers.deployContract("MockGateway");
    await (await secondary.facts.addGateway(greedy)).wait();
    for (const fee of [parseEther("2"), 2n ** 255n]) {
      await greedy.setFee(fee);
      const receipt = await publishFact(await headOf(1), secondary, primary);
      const names = receipt.logs.map((log) => secondary.facts.interface.parseLog(log)?.name);
      expect(names).to.include("FactPublished");
      expect(names.filter((name) => name === "FactNotSent")).to.have.length(1);
      expect(await ethers.provider.getBalance(greedy)).to.equal(0);
    }
    await greedy.setFee(parseEther("0.9"));
    await publishFact(await headOf(1), secondary, primary);
    expect(await ethers.provider.getBalance(greedy)).to.equal(parseEther("0.9"));
  });

  it("of gateways that were removed do not count", async () => {
    const { primary, secondary } = world;
    await new GatewayCarrier().carry(await headOf(1), secondary, primary);
    await (await primary.facts.addGateway(await ethers.deployContract("MockGateway"))).wait();
    const [first] = await primary.facts.gateways();
    await (await primary.facts.removeGateway(first)).wait();
    const { known, gateways } = await readFacts(primary);
    expect(gateways).not.to.include(first);
    expect(known[0].reports.has(first)).to.equal(false);
  });

  it("are shown with what is missing, the latest of each source and kind", () => {
    const [a, b, c] = ["aa", "bb", "cc"].map((byte) => `0x${byte.repeat(20)}`);
    const [one, other] = [`0x${"11".repeat(32)}`, `0x${"22".repeat(32)}`];
    const fact = (chain: number, number: number, said: [string, string][], holds?: string) => ({
      kind: FactKind.Batch,
      chain,
      number,
      reports: new Map(said),
      holds,
    });
    const report: FactsReport = {
      gateways: [a, b, c],
      threshold: 2,
      frozen: [3],
      known: [
        fact(1, 1, [[a, one]]),
        fact(
          1,
          2,
          [
            [a, one],
            [b, one],
            [c, other],
          ],
          one,
        ),
        fact(1, 3, [[b, one]]),
        fact(3, 1, [
          [a, one],
          [b, other],
        ]),
      ],
      own: [
        { kind: FactKind.Queue, number: 4, value: one, finalAt: 100, sentTo: [1, 2] },
        { kind: FactKind.Queue, number: 5, value: other, finalAt: 100, sentTo: [] },
        { kind: FactKind.Queue, number: 6, value: ZeroHash, finalAt: 86_400, sentTo: [] },
      ],
    };
    const shown = factTables(report, 2, 1000)
      .split("\n")
      .map((line) => line.trim().split(/ {2,}/));
    expect(shown).to.deep.include.members([
      ["1", "batch 2", "0x11111111", "0x11111111", "0x22222222", "holds; gateways differ"],
      ["1", "batch 3", "missing", "0x11111111", "missing", "1 more needed"],
      ["3", "batch 1", "0x11111111", "0x22222222", "missing", "frozen: two values with enough votes"],
      ["queue head at 5", "0x22222222", "nobody yet"],
      ["queue head at 6", "0x00000000", "final at 1970-01-02T00:00:00.000Z"],
    ]);
    const text = factTables(report, 2, 1000);
    expect(text)
      .not.to.match(/^ *1 +batch 1/m)
      .and.not.to.include("queue head at 4");
    expect(factTables(report, 3, 1000)).to.include("queue head at 4   0x11111111   chain 1, 2");
    expect(factTables({ ...report, known: [], own: [] }, 2, 1000).match(/nothing yet/g)).to.have.length(2);
  });
});
