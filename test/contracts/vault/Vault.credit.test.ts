import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { REQUEST_FEE_UNIT, ZUSD } from "../../../protocol/spec";
import { decodeQueueOp } from "../../../protocol/state/words";
import { depositRequest, PRIMARY, queueOf, SIZE } from "../../fixtures/contracts";
import { DAY, ONE, PARAMETERS } from "../../fixtures/pcd";
import { addPeg, deployPeggedChain, fund } from "../../fixtures/pegged";

describe("Vault: what comes in with one transaction", () => {
  async function fixture() {
    const chain = await deployPeggedChain();
    const [, , user] = await ethers.getSigners();
    const { access, books, vault, zusd } = chain;
    const usd = await addPeg(chain, 18);
    await fund(usd, user, vault);
    await usd.facility.connect(user).mint(1_000_000n * ONE, 0, user);
    // Debt makes room for that of shares when it is two days old.
    await time.increase(2 * DAY);
    const shares = await ethers.deployContract("MockToken", ["LP", 18]);
    await shares.mint(chain.admin, 1_000_000n * ONE);
    await shares.mint(user, 1_000n * ONE);
    await shares.connect(user).approve(vault, ethers.MaxUint256);
    const source = await ethers.deployContract("MockPrice", [ONE, ONE]);
    const args = [access, books, shares, source, ONE, PARAMETERS] as const;
    const facility = await ethers.deployContract("DiscountedFacility", [...args]);
    const stranger = await ethers.deployContract("DiscountedFacility", [...args]);
    await books.add(facility, 10n ** 27n);
    const request = depositRequest({
      token: await zusd.getAddress(),
      amount: 800n * ONE,
      owner: user.address,
      key: 5n,
    });
    return { chain, books, zusd, vault: vault.connect(user), user, usd, shares, facility, stranger, request };
  }

  it("LP shares become a position of the caller's, and its debt zUSD in the rollup", async () => {
    const { chain, vault, zusd, user, shares, facility, request } = await loadFixture(fixture);
    const sending = vault.depositOnCredit(facility, 1_000n * ONE, request);
    await expect(sending).to.changeTokenBalances(shares, [user, facility, vault], [-1_000n * ONE, 1_000n * ONE, 0]);
    const { owner: holder, debt } = await facility.position(1);
    expect([holder, debt]).to.deep.equal([user.address, 800n * ONE]);
    expect(await zusd.abroad()).to.equal(800n * ONE);
    expect(await zusd.balanceOf(vault)).to.equal(0);
    expect(await shares.allowance(vault, facility)).to.equal(0);
    const [words] = await queueOf(chain);
    const { amount, owner, key } = request;
    expect(decodeQueueOp(SIZE.cellBits, words)).to.include({
      op: "Deposit",
      chain: PRIMARY,
      token: ZUSD,
      amount,
      owner,
      key,
    });
  });

  it("V15: costs the fee of a request", async () => {
    const { chain, vault, facility, request } = await loadFixture(fixture);
    await chain.vault.setRequestFee(7, 0);
    const due = 7n * REQUEST_FEE_UNIT;
    await expect(vault.depositOnCredit(facility, 1_000n * ONE, request, { value: due - 1n }))
      .to.be.revertedWithCustomError(vault, "RequestQueue_WrongValue")
      .withArgs(due, due - 1n);
    const sending = vault.depositOnCredit(facility, 1_000n * ONE, request, { value: due + 1n });
    await expect(sending).to.changeEtherBalance(vault, due);
    expect((await facility.position(1)).debt).to.equal(800n * ONE);
  });

  it("a facility that is not in the books gets nothing, and only zUSD is borrowed", async () => {
    const { books, vault, usd, stranger, facility, request } = await loadFixture(fixture);
    await expect(vault.depositOnCredit(stranger, ONE, request))
      .to.be.revertedWithCustomError(books, "Books_NotFacility")
      .withArgs(await stranger.getAddress());
    const token = await usd.token.getAddress();
    await expect(vault.depositOnCredit(facility, ONE, { ...request, token }))
      .to.be.revertedWithCustomError(vault, "Vault_NotStable")
      .withArgs(token);
  });

  it("V14: a swap with a permit needs no allowance before", async () => {
    const { chain, vault, user } = await loadFixture(fixture);
    const token = await ethers.deployContract("PermitToken");
    const peg = await addPeg(chain, 18, {}, { token: await ethers.getContractAt("MockToken", token) });
    await token.mint(user, 100n * ONE);
    const names = { owner: "address", spender: "address", value: "uint256", nonce: "uint256", deadline: "uint256" };
    const types = { Permit: Object.entries(names).map(([name, type]) => ({ name, type })) };
    const domain = { name: "Permit", version: "1", chainId: 31337n, verifyingContract: await token.getAddress() };
    const message = {
      owner: user.address,
      spender: await vault.getAddress(),
      value: 100n * ONE,
      nonce: 0n,
      deadline: 2n ** 40n,
    };
    const { v, r, s } = ethers.Signature.from(await user.signTypedData(domain, types, message));
    const request = {
      tokenIn: token,
      amountIn: 100n * ONE,
      tokenOut: 1,
      minOut: 0n,
      destination: 2,
      recipient: user,
      deadline: (await time.latest()) + DAY,
    };
    const permit = { value: message.value, deadline: message.deadline, v, r, s };
    await chain.vault.setRequestFee(7, 0);
    const value = 7n * REQUEST_FEE_UNIT;
    await expect(vault.swapWithPermit(request, permit))
      .to.be.revertedWithCustomError(vault, "RequestQueue_WrongValue")
      .withArgs(value, 0);
    await expect(vault.swapWithPermit(request, permit, { value })).to.changeTokenBalances(
      token,
      [user, peg.facility],
      [-100n * ONE, 100n * ONE],
    );
    const [words] = await queueOf(chain);
    expect(decodeQueueOp(SIZE.cellBits, words)).to.include({ op: "Route", amount: 100n * ONE, payer: 2, into: 1 });
  });
});
