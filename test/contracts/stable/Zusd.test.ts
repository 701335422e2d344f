import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ethers } from "hardhat";

const ONE = 10n ** 18n;

describe("Zusd", () => {
  async function fixture() {
    const [books, vault, user, other] = await ethers.getSigners();
    const zusd = await ethers.deployContract("Zusd", [books, vault]);
    return { zusd, books, vault, user, other };
  }

  it("has 18 decimals, knows its books and its vault, and says which interfaces it has", async () => {
    const { zusd, books, vault } = await loadFixture(fixture);
    expect(await zusd.decimals()).to.equal(18);
    expect([await zusd.name(), await zusd.symbol()]).to.deep.equal(["zUSD", "zUSD"]);
    expect([await zusd.books(), await zusd.vault()]).to.deep.equal([books.address, vault.address]);
    // ERC-165 and ERC-7802.
    expect(await zusd.supportsInterface("0x01ffc9a7")).to.equal(true);
    expect(await zusd.supportsInterface("0x33331994")).to.equal(true);
    expect(await zusd.supportsInterface("0xffffffff")).to.equal(false);
  });

  it("only the books mint and burn", async () => {
    const { zusd, books, vault, user } = await loadFixture(fixture);
    for (const caller of [vault, user]) {
      for (const name of ["mint", "burn"] as const) {
        await expect(zusd.connect(caller)[name](user, 1))
          .to.be.revertedWithCustomError(zusd, "Zusd_NotBooks")
          .withArgs(caller.address);
      }
    }
    await expect(zusd.connect(books).mint(user, 5n * ONE)).to.changeTokenBalance(zusd, user, 5n * ONE);
    await expect(zusd.connect(books).burn(user, 2n * ONE)).to.changeTokenBalance(zusd, user, -2n * ONE);
    expect(await zusd.totalSupply()).to.equal(3n * ONE);
    expect(await zusd.abroad()).to.equal(0);
    await expect(zusd.connect(books).burn(user, 3n * ONE + 1n)).to.be.revertedWithCustomError(
      zusd,
      "ERC20InsufficientBalance",
    );
  });

  it("only the vault moves it between the chain and the rollup; nobody's allowance is needed", async () => {
    const { zusd, books, vault, user } = await loadFixture(fixture);
    await zusd.connect(books).mint(user, 10n);
    for (const caller of [books, user]) {
      for (const name of ["crosschainMint", "crosschainBurn"] as const) {
        await expect(zusd.connect(caller)[name](user, 1))
          .to.be.revertedWithCustomError(zusd, "Zusd_NotVault")
          .withArgs(caller.address);
      }
    }
    const leaving = zusd.connect(vault).crosschainBurn(user, 7);
    await expect(leaving).to.emit(zusd, "CrosschainBurn").withArgs(user.address, 7, vault.address);
    await expect(leaving).to.changeTokenBalance(zusd, user, -7);
    expect([await zusd.totalSupply(), await zusd.abroad()]).to.deep.equal([3n, 7n]);
    const coming = zusd.connect(vault).crosschainMint(user, 2);
    await expect(coming).to.emit(zusd, "CrosschainMint").withArgs(user.address, 2, vault.address);
    await expect(coming).to.changeTokenBalance(zusd, user, 2);
    expect([await zusd.totalSupply(), await zusd.abroad()]).to.deep.equal([5n, 5n]);
    await expect(zusd.connect(vault).crosschainBurn(user, 6)).to.be.revertedWithCustomError(
      zusd,
      "ERC20InsufficientBalance",
    );
  });

  it("X15: no more comes back than went: all of it does, one more does not", async () => {
    const { zusd, books, vault, user } = await loadFixture(fixture);
    await expect(zusd.connect(vault).crosschainMint(user, 1))
      .to.be.revertedWithCustomError(zusd, "Zusd_NotAbroad")
      .withArgs(0, 1);
    await zusd.connect(books).mint(user, 10n);
    await zusd.connect(vault).crosschainBurn(user, 7);
    await expect(zusd.connect(vault).crosschainMint(user, 8))
      .to.be.revertedWithCustomError(zusd, "Zusd_NotAbroad")
      .withArgs(7, 8);
    await zusd.connect(vault).crosschainMint(user, 7);
    expect(await zusd.abroad()).to.equal(0);
    await expect(zusd.connect(vault).crosschainMint(ZeroAddress, 0)).to.be.revertedWithCustomError(
      zusd,
      "ERC20InvalidReceiver",
    );
  });

  describe("V14: permits", () => {
    async function signed() {
      const state = await fixture();
      const { zusd, user, other } = state;
      const domain = { name: "zUSD", version: "1", chainId: 31337n, verifyingContract: await zusd.getAddress() };
      const Permit = ["address owner", "address spender", "uint256 value", "uint256 nonce", "uint256 deadline"].map(
        (field) => ({ type: field.split(" ")[0], name: field.split(" ")[1] }),
      );
      const message = { owner: user.address, spender: other.address, value: 5n, nonce: 0n, deadline: 2n ** 40n };
      const sign = async (changes: object = {}) =>
        ethers.Signature.from(await user.signTypedData({ ...domain, ...changes }, { Permit }, message));
      const use = ({ v, r, s }: { v: number; r: string; s: string }, value = 5n) =>
        zusd.permit(user, other, value, message.deadline, v, r, s);
      return { ...state, sign, use };
    }

    it("one is used once, by anyone", async () => {
      const { zusd, user, other, sign, use } = await loadFixture(signed);
      const permit = await sign();
      await use(permit);
      expect(await zusd.allowance(user, other)).to.equal(5);
      await expect(use(permit)).to.be.revertedWithCustomError(zusd, "ERC2612InvalidSigner");
    });

    it("of another chain, of another token, or for another value is none", async () => {
      const { zusd, sign, use } = await loadFixture(signed);
      for (const wrong of [{ chainId: 1n }, { verifyingContract: ZeroAddress }, { name: "zEUR" }]) {
        await expect(use(await sign(wrong))).to.be.revertedWithCustomError(zusd, "ERC2612InvalidSigner");
      }
      await expect(use(await sign(), 6n)).to.be.revertedWithCustomError(zusd, "ERC2612InvalidSigner");
    });
  });
});
