import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import {
  accountRoom,
  balanceRoom,
  DepositWord0,
  FIELD_ORDER,
  mask,
  QUEUE_RING,
  tokenId,
  unpack,
} from "../../../protocol/spec";
import { encodeRequest } from "../../../protocol/state";
import { queueHead, requestHash } from "../../../protocol/witness/hashes";
import {
  deployChain,
  depositMany,
  depositRequest,
  headOf,
  NATIVE,
  PRIMARY,
  queueOf,
  SIZE,
} from "../../fixtures/contracts";

describe("Vault.deposit", () => {
  async function fixture() {
    const chain = await deployChain();
    const [, , owner, stranger] = await ethers.getSigners();
    const token = await ethers.deployContract("MockToken", ["USD", 6]);
    await chain.tokens.list(NATIVE);
    await chain.tokens.list(token);
    await token.mint(owner, 2n ** 128n);
    await token.connect(owner).approve(chain.vault, ethers.MaxUint256);
    return { ...chain, token, owner, stranger, vault: chain.vault.connect(owner), chain };
  }

  it("takes native coin and queues the request as the specification's words", async () => {
    const { vault, owner, chain } = await loadFixture(fixture);
    const request = depositRequest({ amount: 10n ** 18n, owner: owner.address, key: 5n });
    const words = encodeRequest({
      op: "Deposit",
      chain: PRIMARY,
      token: tokenId(PRIMARY, 1),
      amount: 10n ** 18n,
      account: 0,
      cell: 0,
      owner: owner.address,
      key: 5n,
    });
    const head = queueHead(ZeroHash, requestHash(words));
    expect(await vault.deposit.staticCall(request, { value: request.amount })).to.equal(0);
    const sending = vault.deposit(request, { value: request.amount });
    await expect(sending).to.emit(vault, "RequestQueued").withArgs(0, words[0], words[1], words[2], head);
    await expect(sending).to.changeEtherBalances([owner, vault], [-request.amount, request.amount]);
    expect(await vault.requestCount()).to.equal(1);
    expect(await vault.headAt(1)).to.equal(head);
    expect(await vault.headAt(0)).to.equal(ZeroHash);
    expect(await queueOf(chain)).to.deep.equal([words]);
  });

  it("takes ERC-20 tokens into a named account and cell; heads chain", async () => {
    const { vault, owner, token } = await loadFixture(fixture);
    await vault.deposit(depositRequest(), { value: 1 });
    const fields = { amount: 123n, owner: owner.address, account: 7, cell: 9 };
    const request = depositRequest({ token: await token.getAddress(), ...fields });
    const words = encodeRequest({ op: "Deposit", chain: PRIMARY, token: tokenId(PRIMARY, 2), key: 0n, ...fields });
    const head = queueHead(await vault.headAt(1), requestHash(words));
    const sending = vault.deposit(request);
    await expect(sending).to.emit(vault, "RequestQueued").withArgs(1, words[0], words[1], 0, head);
    await expect(sending).to.changeTokenBalances(token, [owner, vault], [-123, 123]);
  });

  it("V10: takes 1 and 2^104 − 1, refuses 0, 2^104 and the types' maxima", async () => {
    const { vault, token, chain, owner } = await loadFixture(fixture);
    const address = await token.getAddress();
    await token.mint(owner, ethers.MaxUint256 - (await token.totalSupply()));
    for (const amount of [0n, 2n ** 104n, 2n ** 128n - 1n, 2n ** 128n, ethers.MaxUint256]) {
      await expect(vault.deposit(depositRequest({ token: address, amount })))
        .to.be.revertedWithCustomError(vault, "Requests_AmountOutOfRange")
        .withArgs(amount);
    }
    await expect(vault.deposit(depositRequest({ amount: 0n }))).to.be.revertedWithCustomError(
      vault,
      "Requests_AmountOutOfRange",
    );
    for (const amount of [1n, 2n ** 104n - 1n]) {
      await vault.deposit(depositRequest({ token: address, amount }));
      expect(unpack(DepositWord0, (await queueOf(chain)).at(-1)![0]).amount).to.equal(amount);
    }
  });

  it("refuses less native coin than it says, and returns more", async () => {
    const { vault, owner } = await loadFixture(fixture);
    for (const value of [0n, 4n]) {
      await expect(vault.deposit(depositRequest({ amount: 5n }), { value }))
        .to.be.revertedWithCustomError(vault, "RequestQueue_WrongValue")
        .withArgs(5, value);
    }
    const sending = vault.deposit(depositRequest({ amount: 5n }), { value: 9n });
    await expect(sending).to.changeEtherBalances([owner, vault], [-5, 5]);
  });

  it("V2: refuses unlisted, look-alike and delisted tokens and the zero address", async () => {
    const { vault, tokens, token } = await loadFixture(fixture);
    const lookAlike = await ethers.deployContract("MockToken", ["USD", 6]);
    await tokens.delist(2);
    for (const address of [await lookAlike.getAddress(), await token.getAddress(), ZeroAddress]) {
      await expect(vault.deposit(depositRequest({ token: address })))
        .to.be.revertedWithCustomError(vault, "Vault_NotDepositable")
        .withArgs(address);
    }
  });

  it("V3: refuses to take a token whose code is gone", async () => {
    const { vault, token } = await loadFixture(fixture);
    await ethers.provider.send("hardhat_setCode", [await token.getAddress(), "0x"]);
    await expect(vault.deposit(depositRequest({ token: await token.getAddress() }))).to.be.reverted;
  });

  it("R14: refuses fields out of range, and takes the last in range", async () => {
    const { vault, owner } = await loadFixture(fixture);
    const accounts = accountRoom(SIZE.cellBits);
    const cells = balanceRoom(SIZE.cellBits);
    const cases = [
      [{ owner: ZeroAddress }, "Requests_ZeroOwner", []],
      [{ account: accounts }, "Requests_AccountOutOfRange", [accounts]],
      [{ account: 2 ** 32 - 1 }, "Requests_AccountOutOfRange", [2 ** 32 - 1]],
      [{ account: 1, cell: cells }, "Requests_CellOutOfRange", [cells]],
      [{ account: 1, cell: 2 ** 32 - 1 }, "Requests_CellOutOfRange", [2 ** 32 - 1]],
      [{ cell: 1 }, "Requests_CellWithoutAccount", [1]],
      [{ owner: owner.address, key: FIELD_ORDER }, "Requests_KeyOutOfRange", [FIELD_ORDER]],
      [{ owner: owner.address, key: ethers.MaxUint256 }, "Requests_KeyOutOfRange", [ethers.MaxUint256]],
    ] as const;
    for (const [fields, error, args] of cases) {
      await expect(vault.deposit(depositRequest(fields), { value: 1 }), error)
        .to.be.revertedWithCustomError(vault, error)
        .withArgs(...args);
    }
    const last = { owner: owner.address, account: accounts - 1, cell: cells - 1, key: FIELD_ORDER - 1n };
    await expect(vault.deposit(depositRequest(last), { value: 1 })).to.emit(vault, "RequestQueued");
  });

  it("V17: takes a key from the owner itself only", async () => {
    const { vault, owner, stranger } = await loadFixture(fixture);
    const request = depositRequest({ owner: owner.address, key: 3n });
    await expect(vault.connect(stranger).deposit(request, { value: 1 }))
      .to.be.revertedWithCustomError(vault, "Vault_KeyNotFromOwner")
      .withArgs(owner.address, stranger.address);
    // Without a key anyone may deposit for the owner.
    await expect(vault.connect(stranger).deposit({ ...request, key: 0n }, { value: 1 })).to.emit(
      vault,
      "RequestQueued",
    );
    await expect(vault.deposit(request, { value: 1 })).to.emit(vault, "RequestQueued");
  });

  it("V16: a request says the chain that it comes from, whoever has the owner's address here", async () => {
    const { vault, owner, chain } = await loadFixture(fixture);
    await vault.deposit(depositRequest({ owner: owner.address, key: 3n }), { value: 1 });
    const { chain: index, token } = unpack(DepositWord0, (await queueOf(chain))[0][0]);
    expect(index).to.equal(PRIMARY);
    expect(token).to.equal(tokenId(PRIMARY, 1));
  });

  it("remembers the last 256 heads, and no others", async () => {
    const { vault, chain } = await loadFixture(fixture);
    await expect(vault.headAt(1)).to.be.revertedWithCustomError(vault, "RequestQueue_HeadUnknown").withArgs(1, 0);
    await depositMany(chain, QUEUE_RING + 1);
    const queue = await queueOf(chain);
    const total = QUEUE_RING + 1;
    for (const count of [total - QUEUE_RING + 1, QUEUE_RING - 1, QUEUE_RING, total]) {
      expect(await vault.headAt(count), `${count}`).to.equal(headOf(queue.slice(0, count)));
    }
    for (const count of [0n, BigInt(total - QUEUE_RING), BigInt(total + 1), mask(64)]) {
      await expect(vault.headAt(count), `${count}`)
        .to.be.revertedWithCustomError(vault, "RequestQueue_HeadUnknown")
        .withArgs(count, total);
    }
  });
});
