import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { readBooks } from "../../../protocol/chain/conservation";
import { connectNode, withSigner } from "../../../protocol/chain/chain";
import { describeFailure } from "../../../protocol/chain/errors";
import { GatewayCarrier } from "../../../protocol/chain/factCarrier";
import { payOutbox } from "../../../protocol/chain/outboxPayer";
import { findToken, listTokens, NATIVE } from "../../../protocol/chain/tokens";
import { deposit } from "../../../protocol/client/deposit";
import { withdrawal } from "../../../protocol/client/ops";
import { FactKind, REQUEST_FEE_UNIT, tokenId } from "../../../protocol/spec";
import { onAnotherDay } from "../../fixtures/clock";
import { rejection } from "../../fixtures/rejection";
import { World } from "../../fixtures/world";

const PAID = "0x00000000000000000000000000000000000a11ce";

describe("chain", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.start();
  });
  afterEach(() => world.destroy());

  describe("fact carrier", () => {
    const carrier = new GatewayCarrier();

    it("carries a head once, and sends nothing when the fact holds", async () => {
      const { primary, secondary, people } = world;
      await world.deposit(people.alice, secondary, { amount: 5n });
      const fact = { kind: FactKind.Queue, number: 1, value: await secondary.vault.headAt(1) };
      await carrier.carry(fact, secondary, primary);
      expect(await primary.facts.holds(fact.kind, 2, 1, fact.value)).to.equal(true);
      const blocks = await primary.provider.getBlockNumber();
      await carrier.carry(fact, secondary, primary);
      expect(await primary.provider.getBlockNumber()).to.equal(blocks);
    });

    it("says when a value is not what the chain publishes, or is not there", async () => {
      const { primary, secondary, people } = world;
      await world.deposit(people.alice, secondary, { amount: 5n });
      const wrong = { kind: FactKind.Queue, number: 1, value: ethers.id("another head") };
      expect((await rejection(carrier.carry(wrong, secondary, primary))).message).to.equal(
        "chain 1: fact queue head at 1 of chain 2: does not hold though every gateway delivered its message",
      );
      const missing = { kind: FactKind.Batch, number: 3, value: ethers.id("batch 3") };
      expect((await rejection(carrier.carry(missing, primary, secondary))).message).to.match(
        /^chain 1: publishing batch 3 of chain 1 for chain 2: Facts_ZeroValue\(kind: 2, number: 3\)/,
      );
    });

    it("X6: records a value, and sends it when it is final", async () => {
      const { primary, secondary, people } = world;
      await world.deposit(people.alice, secondary, { amount: 5n });
      await (await secondary.facts.setFinality(900)).wait();
      const fact = { kind: FactKind.Queue, number: 1, value: await secondary.vault.headAt(1) };
      const until = /fact queue head at 1 of chain 2: is final at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/;
      for (let i = 0; i < 2; i++) {
        expect((await rejection(carrier.carry(fact, secondary, primary))).message).to.match(until);
      }
      const [value, recorded] = await secondary.facts.recorded(fact.kind, 1);
      expect(value).to.equal(fact.value);
      await onAnotherDay(async () => {
        await time.increaseTo(recorded + 900n);
        await carrier.carry(fact, secondary, primary);
        expect(await primary.facts.holds(fact.kind, 2, 1, fact.value)).to.equal(true);
      });
    });

    it("refuses gateways that do not pair", async () => {
      const { primary, secondary, people } = world;
      await world.deposit(people.alice, secondary, { amount: 5n });
      const fact = { kind: FactKind.Queue, number: 1, value: await secondary.vault.headAt(1) };
      const one = { ...primary, gateways: primary.gateways.slice(1) };
      expect((await rejection(carrier.carry(fact, secondary, one))).message).to.include("2 gateways there, 1 here");
      const unknown = { ...secondary, gateways: [secondary.gateways[0], secondary.gateways[0]] };
      expect((await rejection(carrier.carry(fact, unknown, primary))).message).to.match(
        /gateway 0x\w+ is not registered there/,
      );
    });
  });

  describe("outbox payer", () => {
    it("pays what is left, once, and refuses payments that are not the batch's", async () => {
      const { primary, people, batcher } = world;
      await world.deposit(people.alice, primary, { amount: 100n });
      for (const amount of [1n, 2n, 3n]) await world.send(people.alice, withdrawal(1, tokenId(1, 1), amount, PAID));
      const before = await primary.provider.getBalance(PAID);
      await batcher.step();
      const payments = [1n, 2n, 3n].map((amount) => ({
        chain: 1,
        token: tokenId(1, 1),
        recipient: ethers.getAddress(PAID),
        amount,
        into: 0,
        minOut: 0n,
      }));
      expect(await payOutbox(primary, 1, payments)).to.deep.equal({ paid: 0, deferred: 0 });
      expect((await primary.provider.getBalance(PAID)) - before).to.equal(6n);
      const other = [{ ...payments[0], amount: 9n }];
      // A settled outbox is the end of any list.
      expect(await payOutbox(primary, 1, other)).to.deep.equal({ paid: 0, deferred: 0 });
    });

    it("refuses a list that is not the outbox", async () => {
      const { primary, people } = world;
      await world.deposit(people.alice, primary, { amount: 100n });
      await world.send(people.alice, withdrawal(1, tokenId(1, 1), 4n, PAID));
      world.stop();
      await world.start({ primary: { ...primary, vault: unpaying(primary.vault) } });
      expect((await rejection(world.batcher.step())).message).to.include("paying is off");
      const wrong = [{ chain: 1, token: tokenId(1, 1), recipient: PAID, amount: 5n, into: 0, minOut: 0n }];
      expect((await rejection(payOutbox(primary, 1, wrong))).message).to.match(
        /^chain 1: outbox of batch 1: its hash 0x\w+ is not one of the batch's payments$/,
      );
      const [eth] = await readBooks(primary);
      expect(eth).to.include({ vault: 100n, supply: 96n, outbox: 4n, surplus: 0n });
    });

    function unpaying<T extends object>(vault: T): T {
      const pay = () => Promise.reject(new Error("paying is off"));
      return new Proxy(vault, {
        get: (target, name) => (name === "pay" ? pay : (Reflect.get(target, name, target) as unknown)),
      });
    }
  });

  it("V11: books keep the fees of requests apart from what users brought", async () => {
    const { primary, people } = world;
    await (await primary.vault.connect(primary.signer).setRequestFee(3, 0)).wait();
    await world.deposit(people.alice, primary, { amount: 100n });
    const fees = 3n * REQUEST_FEE_UNIT;
    const [eth, dollars] = await readBooks(primary);
    expect(eth).to.include({ vault: 100n + fees, queued: 100n, fees, surplus: 0n });
    expect(dollars).to.include({ vault: 0n, fees: 0n, surplus: 0n });
  });

  it("V11: books show a gift as surplus and a loss as a deficit", async () => {
    const { primary, people } = world;
    const { token } = primary;
    await world.deposit(people.alice, primary, { token: await token.getAddress(), amount: 100n });
    const dollars = async () => (await readBooks(primary))[1];
    expect(await dollars()).to.include({ vault: 100n, queued: 100n, surplus: 0n });
    await token.mint(primary.addresses.vault, 7n);
    expect((await dollars()).surplus).to.equal(7n);
    const vault = await ethers.getImpersonatedSigner(primary.addresses.vault);
    await ethers.provider.send("hardhat_setBalance", [vault.address, "0xde0b6b3a7640000"]);
    await token.connect(vault).transfer(PAID, 10n);
    expect((await dollars()).surplus).to.equal(-3n);
  });

  it("finds tokens by symbol, address and number", async () => {
    const { primary } = world;
    const tokens = await listTokens(primary);
    const address = await primary.token.getAddress();
    expect(tokens).to.deep.equal([
      { id: tokenId(1, 1), chain: 1, local: 1, address: NATIVE, symbol: "ETH", decimals: 18 },
      { id: tokenId(1, 2), chain: 1, local: 2, address, symbol: "USD1", decimals: 6 },
    ]);
    for (const name of ["usd1", address.toLowerCase(), "2"])
      expect(findToken(primary, tokens, name)).to.equal(tokens[1]);
    expect(() => findToken(primary, tokens, "3")).to.throw('chain 1: token "3": is not listed; listed: 1 ETH, 2 USD1');
    expect(() => findToken(primary, [tokens[0], { ...tokens[0], local: 3 }], "eth")).to.throw("is ambiguous");
  });

  it("names the vault's error when it refuses a deposit", async () => {
    const { primary, people } = world;
    const { alice, bob } = people;
    const refusal = async (request: Partial<Parameters<typeof deposit>[1]>) =>
      (await rejection(world.deposit(alice, primary, { amount: 1n, ...request }))).message;
    expect(await refusal({ amount: 0n })).to.equal("chain 1: deposit: Requests_AmountOutOfRange(amount: 0)");
    expect(await refusal({ owner: bob.address })).to.include("Vault_KeyNotFromOwner(owner: ");
    expect(await refusal({ account: 2 ** 20 })).to.include("Requests_AccountOutOfRange(account: 1048576)");
    expect(await refusal({ owner: ethers.ZeroAddress })).to.include("owner must not be the zero address");
    const token = await primary.token.getAddress();
    expect(await refusal({ token, amount: 10n ** 20n })).to.match(
      /ERC20InsufficientBalance\(sender: 0x\w+, balance: 1000000000000000, needed: 100000000000000000000\)/,
    );
    const reader = withSigner(primary, undefined);
    expect((await rejection(deposit(reader, { token: NATIVE, amount: 1n }))).message).to.include("needs a signer");
  });

  it("says when no node answers, or another one than expected", async () => {
    const error = await rejection(connectNode("http://127.0.0.1:1", "chain 7"));
    expect(error.message).to.match(/^chain 7: connecting to http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it("puts failures of any shape into words", () => {
    expect(describeFailure(new Error("plain"))).to.equal("plain");
    expect(describeFailure("text")).to.equal("text");
    expect(describeFailure({ shortMessage: "short" })).to.equal("short");
    expect(describeFailure({ code: "CALL_EXCEPTION", data: "0xdeadbeef" })).to.equal("reverted with 0xdeadbeef");
  });
});
