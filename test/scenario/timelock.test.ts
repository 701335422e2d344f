import path from "node:path";
import { setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { Batcher } from "../../protocol/batcher/batcher";
import { withSigner, type Chain } from "../../protocol/chain/chain";
import { revertReason } from "../../protocol/chain/errors";
import { GatewayCarrier } from "../../protocol/chain/factCarrier";
import { postRequests } from "../../protocol/chain/ordering";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import { exit } from "../../protocol/client/requests";
import { tokenId } from "../../protocol/spec";
import type { AccessManager } from "../../typechain-types";
import { FORCE_DELAY } from "../fixtures/mockChains";
import { movesTheClock } from "../fixtures/clock";
import { rejection } from "../fixtures/rejection";
import { World, type Person } from "../fixtures/world";

const DAY = 24 * 3600;
const TIMELOCK = 30 * DAY;
const PAID = `0x${"ee".repeat(20)}`;

describe("G2: a governor that turns against the users", () => {
  movesTheClock();
  let world: World;
  let access: AccessManager;

  beforeEach(async () => {
    world = await World.create();
    await world.start();
    const manager = await ethers.getContractAt("Rollup", world.primary.addresses.rollup).then((r) => r.authority());
    access = await ethers.getContractAt("AccessManager", manager);
    const { carol } = world.people;
    await access.grantRole(await access.ADMIN_ROLE(), carol.address, TIMELOCK);
    await access.renounceRole(await access.ADMIN_ROLE(), world.primary.signer);
    access = access.connect(carol.signer);
  });
  afterEach(() => world.destroy());

  const as = (person: Person, chain: Chain) => withSigner(chain, person.signer);

  it("can do nothing before the timelock is over, within which a user leaves though the operator helps the governor", async () => {
    const { primary } = world;
    const { alice, bob } = world.people;
    await world.deposit(alice, primary, { amount: 1_000n });
    await world.batcher.step();

    // The governor announces gateways of its own: with them it could forge any fact.
    const gateway = await ethers.deployContract("MockGateway");
    const data = primary.facts.interface.encodeFunctionData("addGateway", [await gateway.getAddress()]);
    await expect(access.execute(primary.facts, data)).to.be.revertedWithCustomError(
      access,
      "AccessManagerNotScheduled",
    );
    await access.schedule(primary.facts, data, 0);
    const announced = await time.latest();
    await expect(access.execute(primary.facts, data)).to.be.revertedWithCustomError(access, "AccessManagerNotReady");

    // Alice leaves; the operator makes no batch any more; Bob, a stranger, does.
    await setBalance(PAID, 0n);
    await exit(as(alice, primary), { account: 1, cell: 1, token: tokenId(1, 1), payer: 1, recipient: PAID });
    const queue = new QueueFollower(primary);
    await queue.sync();
    expect(await postRequests(as(bob, primary), queue, new GatewayCarrier())).to.equal(1);
    const forced = await Batcher.start({
      directory: path.join(world.directory, "bob"),
      primary: as(bob, primary),
      secondaries: [],
      proving: world.proving,
      carrier: new GatewayCarrier(),
    });
    expect(revertReason((await rejection(forced.step())).cause)?.name).to.equal("Ordering_NotOperator");
    await time.increase(FORCE_DELAY + 1);
    expect(await forced.step()).to.equal(2);
    forced.close();
    expect(await ethers.provider.getBalance(PAID)).to.equal(1_000n);

    const left = announced + TIMELOCK - (await time.latest());
    expect(left, "seconds that were left").to.be.greaterThan(28 * DAY);
    await time.increase(left - 10);
    await expect(access.execute(primary.facts, data)).to.be.revertedWithCustomError(access, "AccessManagerNotReady");
    await time.increase(10);
    await access.execute(primary.facts, data);
    expect(await primary.facts.isGateway(gateway)).to.equal(true);
  });

  it("cannot shorten the timelock but after the timelock, and then not at once", async () => {
    const { carol } = world.people;
    const role = await access.ADMIN_ROLE();
    const data = access.interface.encodeFunctionData("grantRole", [role, carol.address, 0]);
    await expect(access.grantRole(role, carol.address, 0)).to.be.revertedWithCustomError(
      access,
      "AccessManagerNotScheduled",
    );
    await access.schedule(access, data, 0);
    await time.increase(TIMELOCK - 10);
    await expect(access.execute(access, data)).to.be.revertedWithCustomError(access, "AccessManagerNotReady");
    await time.increase(10);
    await access.execute(access, data);
    // The shorter delay takes hold only when a call that was announced under the longer one could have been made.
    const { currentDelay, pendingDelay, effect } = await access.getAccess(role, carol.address);
    expect([currentDelay, pendingDelay]).to.deep.equal([BigInt(TIMELOCK), 0n]);
    expect(effect - BigInt(await time.latest())).to.be.greaterThanOrEqual(BigInt(TIMELOCK));
    await expect(access.grantRole(role, world.people.bob.address, 0)).to.be.revertedWithCustomError(
      access,
      "AccessManagerNotScheduled",
    );
  });
});
