import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { GatewayCarrier } from "../../../protocol/chain/factCarrier";
import { forgetUnproven, PostFollower, postRequests, readStanding } from "../../../protocol/chain/ordering";
import { QueueFollower } from "../../../protocol/chain/queueFollower";
import { World } from "../../fixtures/world";

const SECONDARY = 2;

describe("known requests", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.deposit(world.people.alice, world.secondary, { amount: 5n });
    await world.deposit(world.people.bob, world.secondary, { amount: 6n });
  });
  afterEach(() => world.destroy());

  it("X6: are forgotten while their source is frozen, and posted again, from then on, when it is not", async () => {
    const { primary, secondary } = world;
    const queue = new QueueFollower(secondary);
    await queue.sync();
    const posts = new PostFollower(primary);
    const postedAt = async () => {
      await posts.sync();
      return [0, 1, 2].map((index) => posts.postedAt(SECONDARY, index));
    };
    const known = async () => (await readStanding(primary, SECONDARY)).known;

    expect(await postRequests(primary, queue, new GatewayCarrier())).to.equal(2);
    const first = await time.latest();
    expect(await postedAt()).to.deep.equal([first, first, Infinity]);
    expect(await forgetUnproven(primary, SECONDARY)).to.equal(false);

    await (await primary.facts.setFrozen(SECONDARY, true)).wait();
    expect(await forgetUnproven(primary, SECONDARY)).to.equal(true);
    expect([await known(), await postedAt()]).to.deep.equal([0, [Infinity, Infinity, Infinity]]);
    expect(await forgetUnproven(primary, SECONDARY)).to.equal(false);

    await (await primary.facts.setFrozen(SECONDARY, false)).wait();
    await time.increase(60);
    expect(await postRequests(primary, queue, new GatewayCarrier())).to.equal(2);
    const again = await time.latest();
    expect(again).to.be.at.least(first + 60);
    expect([await known(), await postedAt()]).to.deep.equal([2, [again, again, Infinity]]);
  });
});
