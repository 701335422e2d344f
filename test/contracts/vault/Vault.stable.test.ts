import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { type AddressLike, MaxUint256, ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { DepositWord0, DepositWord1, packAmount, tokenId, unpack, ZUSD } from "../../../protocol/spec";
import { DAY, shareUp } from "../../../protocol/pcd";
import type { Payment } from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import { depositRequest, impersonate, NATIVE, payment, PRIMARY, queueOf } from "../../fixtures/contracts";
import { addPeg, deployPeggedChain, expectWhole, fund, PARAMETERS, type Peg, setPrice } from "../../fixtures/pegged";

const UNIT = 10n ** 18n;
const SCALE = 10n ** 12n;
/** Local numbers: 1 is the native coin. */
const [USDC, DAI, ISSUER, BARE] = [2, 3, 4, 5];
const REDEMPTION_GAS = 600_000n;
/** Of an event's argument. */
const isBatch = (batch: bigint) => batch > 0n;

describe("Vault dealing in zUSD", () => {
  /** USDC and DAI, a token of a stern issuer, one without a facility; and 1,000,000 zUSD of the user. */
  async function fixture() {
    const chain = await deployPeggedChain();
    const { vault, zusd } = chain;
    const [, , user, other, recipient] = await ethers.getSigners();
    const usdc = await addPeg(chain, 6);
    const dai = await addPeg(chain, 18);
    const issuer = await ethers.deployContract("IssuerToken", ["USD", 6]);
    const stern = await addPeg(chain, 6, {}, { token: issuer });
    const bare = await ethers.deployContract("MockToken", ["EUR", 6]);
    await chain.tokens.list(bare);
    const pegs = [usdc, dai, stern];
    for (const peg of pegs) await fund(peg, user, vault);
    await bare.mint(user, 10n ** 12n);
    await bare.connect(user).approve(vault, MaxUint256);
    await usdc.facility.connect(user).mint(1_000_000n * usdc.unit, 0, user);
    const rollup = await impersonate(await chain.rollup.getAddress());
    const order = async (payments: Payment[]) => {
      // A number that no batch of the same history had.
      const batch = BigInt(await ethers.provider.getBlockNumber());
      await vault.connect(rollup).enqueueOutbox(batch, outboxHash(payments));
      return batch;
    };
    /** Orders payments and makes them. */
    const pay = async (payments: Payment[], overrides = {}) => {
      const number = await order(payments);
      return vault.connect(other).pay(number, payments, ZeroHash, overrides);
    };
    const deposit = async (token: AddressLike, amount: bigint, fields: object = {}) =>
      vault
        .connect(user)
        .deposit({ ...depositRequest({ token: await ethers.resolveAddress(token), amount }), ...fields });
    const last = async () => {
      const [word0, word1] = (await queueOf(chain)).at(-1)!;
      return { ...unpack(DepositWord0, word0), ...unpack(DepositWord1, word1) };
    };
    /** zUSD of this chain in the rollup. */
    const send = async (amount: bigint) => deposit(zusd, amount);
    const whole = async () => expectWhole(chain, pegs);
    return {
      ...chain,
      user,
      other,
      recipient,
      usdc,
      dai,
      issuer,
      stern,
      bare,
      pegs,
      order,
      pay,
      deposit,
      last,
      send,
      whole,
    };
  }

  describe("its books", () => {
    it("are named once, and their zUSD is of this vault", async () => {
      const { vault, access, tokens, books, admin } = await loadFixture(fixture);
      await expect(vault.bindBooks(books))
        .to.be.revertedWithCustomError(vault, "StableDesk_AlreadyBound")
        .withArgs(books.target);
      const fresh = await ethers.deployContract("Vault", [access, tokens, PRIMARY, 16]);
      for (const wrong of [admin.address, await books.getAddress()]) {
        await expect(fresh.bindBooks(wrong))
          .to.be.revertedWithCustomError(fresh, "StableDesk_WrongBooks")
          .withArgs(wrong);
      }
      const unbound = await ethers.deployContract("Books", [access]);
      await expect(fresh.bindBooks(unbound)).to.be.reverted;
      await unbound.bindZusd(await ethers.deployContract("Zusd", [unbound, fresh]));
      await expect(fresh.bindBooks(unbound)).to.emit(fresh, "BooksBound").withArgs(unbound.target);
      expect(await fresh.books()).to.equal(unbound.target);
    });
  });

  describe("a deposit", () => {
    it("of a token with a facility is unified: zUSD is credited, and no token or allowance is left", async () => {
      const { vault, user, usdc, dai, zusd, books, deposit, last, whole } = await loadFixture(fixture);
      for (const [peg, amount] of [
        [usdc, 1_234_567n],
        [dai, 5n * UNIT + 1n],
      ] as const) {
        const abroad = await zusd.abroad();
        const scale = await peg.facility.scale();
        await expect(deposit(peg.token, amount)).to.changeTokenBalances(
          peg.token,
          [user, vault, peg.facility],
          [-amount, 0n, amount],
        );
        const { token, amount: credited, owner } = await last();
        expect([Number(token), credited]).to.deep.equal([ZUSD, amount * scale]);
        expect(owner).to.equal(BigInt(depositRequest().owner));
        expect((await zusd.abroad()) - abroad).to.equal(amount * scale);
        expect(await zusd.balanceOf(vault)).to.equal(0);
        expect(await peg.token.allowance(vault, peg.facility)).to.equal(0);
        await whole();
      }
      expect(await books.debtOf(dai.facility)).to.equal(5n * UNIT + 1n);
    });

    it("keeps the token where the request says so, or where it has no facility", async () => {
      const { vault, usdc, bare, deposit, last, whole } = await loadFixture(fixture);
      for (const [token, local, keepToken] of [
        [usdc.token, USDC, true],
        [bare, BARE, true],
        [bare, BARE, false],
      ] as const) {
        await expect(deposit(token, 77n, { keepToken })).to.changeTokenBalance(token, vault, 77n);
        const credited = await last();
        expect([Number(credited.token), credited.amount]).to.deep.equal([tokenId(PRIMARY, local), 77n]);
        await whole();
      }
      await vault.deposit(depositRequest({ amount: 5n }), { value: 5n });
      expect(Number((await last()).token)).to.equal(tokenId(PRIMARY, 1));
    });

    it("of what was kept is not touched by unifying", async () => {
      const { vault, usdc, deposit, whole } = await loadFixture(fixture);
      await deposit(usdc.token, 1_000n, { keepToken: true });
      await deposit(usdc.token, 5_000n);
      expect(await usdc.token.balanceOf(vault)).to.equal(1_000);
      await whole();
    });

    it("is refused where the facility refuses, and nothing moves; the token may be kept instead", async () => {
      const { vault, user, usdc, books, deposit } = await loadFixture(fixture);
      const refusals: [() => Promise<unknown>, { interface: typeof books.interface } | Peg["facility"], string][] = [
        [() => usdc.facility.stopMinting(), usdc.facility, "Facility_NotLive"],
        [() => setPrice(usdc, 9_899n), usdc.facility, "PeggedFacility_OffPeg"],
        [async () => books.setCeiling(usdc.facility, await books.debtOf(usdc.facility)), books, "Books_AboveCeiling"],
        [() => usdc.facility.setParameters({ ...PARAMETERS, flowIn: 1n }), usdc.facility, "NetFlow_Exceeded"],
      ];
      for (const [refuse, contract, error] of refusals) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        await refuse();
        const before = await usdc.token.balanceOf(user);
        await expect(deposit(usdc.token, 1_000n)).to.be.revertedWithCustomError(contract, error);
        expect(await usdc.token.balanceOf(user)).to.equal(before);
        expect(await vault.requestCount()).to.equal(0);
        await deposit(usdc.token, 1_000n, { keepToken: true });
        await ethers.provider.send("evm_revert", [snapshot]);
      }
    });

    it("V2: of a delisted token is refused, kept or not; its facility goes on", async () => {
      const { vault, user, usdc, tokens, deposit } = await loadFixture(fixture);
      await tokens.delist(USDC);
      for (const keepToken of [false, true]) {
        await expect(deposit(usdc.token, 1_000n, { keepToken }))
          .to.be.revertedWithCustomError(vault, "Vault_NotDepositable")
          .withArgs(usdc.token.target);
      }
      await usdc.facility.connect(user).mint(5n, 0, user);
    });

    it("V1: of a token that takes fees credits what the facility received", async () => {
      const chain = await loadFixture(fixture);
      const usdt = await ethers.deployContract("UsdtToken");
      const peg = await addPeg(chain, 6, {}, { token: usdt });
      await fund(peg, chain.user, chain.vault);
      await usdt.setParams(10, 10n ** 6n);
      // A thousandth, once: the token goes to the facility at once.
      await chain.deposit(usdt, 1_000_000n);
      const arrived = 999_000n;
      expect((await chain.last()).amount).to.equal(arrived * SCALE);
      expect(await usdt.balanceOf(chain.vault)).to.equal(0);
      await chain.deposit(usdt, 1_000_000n);
      await expectWhole(chain, [...chain.pegs, peg]);
    });

    it("keeps no native coin that comes along", async () => {
      const { vault, user, usdc, zusd } = await loadFixture(fixture);
      for (const token of [zusd, usdc.token]) {
        const request = depositRequest({ token: await token.getAddress(), amount: 1_000n });
        await expect(vault.connect(user).deposit(request, { value: 3 })).to.changeEtherBalance(vault, 0);
      }
    });

    it("V10: of 0, of dust, and of more than a request holds", async () => {
      const { vault, usdc, dai, zusd, deposit, last } = await loadFixture(fixture);
      await expect(deposit(usdc.token, 0n)).to.be.revertedWithCustomError(usdc.facility, "Facility_TooSmall");
      await expect(deposit(zusd, 0n)).to.be.revertedWithCustomError(vault, "Requests_AmountOutOfRange").withArgs(0);
      await deposit(zusd, 1n);
      expect((await last()).amount).to.equal(1);
      await deposit(dai.token, 1n);
      expect((await last()).amount).to.equal(1);
      await deposit(usdc.token, 1n);
      expect((await last()).amount).to.equal(SCALE);
      await expect(deposit(zusd, 2n ** 128n)).to.be.revertedWithCustomError(zusd, "ERC20InsufficientBalance");
    });
  });

  describe("a deposit of zUSD", () => {
    it("needs no allowance, and is of the caller's own alone", async () => {
      const { vault, user, other, zusd, books, deposit, last, whole } = await loadFixture(fixture);
      expect(await zusd.allowance(user, vault)).to.equal(0);
      const supply = await zusd.totalSupply();
      const depositing = deposit(zusd, 5n * UNIT, { keepToken: true });
      await expect(depositing).to.changeTokenBalance(zusd, user, -5n * UNIT);
      expect(await zusd.abroad()).to.equal(5n * UNIT);
      expect(await zusd.totalSupply()).to.equal(supply - 5n * UNIT);
      const credited = await last();
      expect([Number(credited.token), credited.amount]).to.deep.equal([ZUSD, 5n * UNIT]);
      await zusd.connect(user).approve(other, MaxUint256);
      await zusd.connect(user).approve(vault, MaxUint256);
      const request = depositRequest({ token: await zusd.getAddress(), amount: 1n, owner: user.address });
      await expect(vault.connect(other).deposit(request)).to.be.revertedWithCustomError(
        zusd,
        "ERC20InsufficientBalance",
      );
      expect(await books.buffer()).to.equal(0);
      await whole();
    });

    it("D4: works while every facility is frozen, as transfers and payments of zUSD do", async () => {
      const { user, recipient, issuer, stern, usdc, dai, zusd, books, deposit, pay, whole } =
        await loadFixture(fixture);
      await stern.facility.connect(user).mint(1_000n, 0, user);
      await usdc.facility.connect(user).redeem(1_000_000n * UNIT, 0, user);
      await stern.facility
        .connect(user)
        .mint(1_000_000n * stern.unit, 0, user)
        .catch(() => undefined);
      await issuer.setPaused(true);
      await stern.facility.sync();
      for (const peg of [usdc, dai]) {
        await setPrice(peg, 1n);
        await peg.facility.sync();
      }
      expect(await books.impaired()).to.equal(3);
      expect(await books.factor()).to.equal(0);
      await zusd.connect(user).transfer(recipient, 1n * SCALE);
      await deposit(zusd, 100n * SCALE);
      await expect(pay([payment(ZUSD, recipient.address, 60n * SCALE)])).to.changeTokenBalance(
        zusd,
        recipient,
        60n * SCALE,
      );
      await books.connect(user).cover(SCALE);
      await whole();
    });
  });

  describe("V14: a deposit with a permit", () => {
    async function permitted() {
      const state = await fixture();
      const { vault, user } = state;
      const token = await ethers.deployContract("PermitToken");
      await state.tokens.list(token);
      await token.mint(user, 10n ** 9n);
      const types = {
        Permit: ["address owner", "address spender", "uint256 value", "uint256 nonce", "uint256 deadline"].map(
          (field) => ({
            type: field.split(" ")[0],
            name: field.split(" ")[1],
          }),
        ),
      };
      const sign = async (value: bigint, chainId = 31337n, nonce = 0n) => {
        const domain = { name: "Permit", version: "1", chainId, verifyingContract: await token.getAddress() };
        const deadline = 2n ** 40n;
        const message = { owner: user.address, spender: await vault.getAddress(), value, nonce, deadline };
        const { v, r, s } = ethers.Signature.from(await user.signTypedData(domain, types, message));
        return { value, deadline, v, r, s };
      };
      const depositWith = async (amount: bigint, permit: Awaited<ReturnType<typeof sign>>, who = user) =>
        vault.connect(who).depositWithPermit(depositRequest({ token: await token.getAddress(), amount }), permit);
      return { ...state, token, sign, depositWith };
    }

    it("needs no allowance before", async () => {
      const { token, vault, user, sign, depositWith, last } = await loadFixture(permitted);
      await expect(depositWith(100n, await sign(100n))).to.changeTokenBalances(token, [user, vault], [-100, 100]);
      expect((await last()).amount).to.equal(100);
      expect(await token.allowance(user, vault)).to.equal(0);
    });

    it("works when somebody else sent the permit first", async () => {
      const { token, vault, user, other, sign, depositWith } = await loadFixture(permitted);
      const permit = await sign(100n);
      const { value, deadline, v, r, s } = permit;
      await token.connect(other).permit(user, vault, value, deadline, v, r, s);
      await expect(depositWith(100n, permit)).to.changeTokenBalance(token, vault, 100);
    });

    it("replayed, of another chain, or somebody else's is no allowance", async () => {
      const { token, vault, other, sign, depositWith } = await loadFixture(permitted);
      const permit = await sign(100n);
      await depositWith(100n, permit);
      await expect(depositWith(100n, permit)).to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance");
      await expect(depositWith(5n, await sign(5n, 1n, 1n))).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
      await expect(depositWith(5n, await sign(5n, 31337n, 1n), other)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
      await depositWith(5n, await sign(5n, 31337n, 1n));
      expect(await token.balanceOf(vault)).to.equal(105);
    });

    it("of a token without permits: the allowance decides; and the token is unified all the same", async () => {
      const { vault, user, usdc, bare, sign, last } = await loadFixture(permitted);
      const permit = await sign(1n);
      for (const [token, id] of [
        [usdc.token, ZUSD],
        [bare, tokenId(PRIMARY, BARE)],
      ] as const) {
        await vault
          .connect(user)
          .depositWithPermit(depositRequest({ token: await token.getAddress(), amount: 50n }), permit);
        expect(Number((await last()).token)).to.equal(id);
      }
      await expect(vault.connect(user).depositWithPermit(depositRequest({ amount: 1n }), permit)).to.be.reverted;
    });
  });

  describe("a payment of zUSD", () => {
    it("is paid as zUSD where it names no token, whatever minimum it says", async () => {
      const { vault, recipient, zusd, send, pay, whole } = await loadFixture(fixture);
      await send(100n * UNIT);
      const payments = [
        payment(ZUSD, recipient.address, 30n * UNIT),
        payment(ZUSD, recipient.address, 70n * UNIT, { minOut: packAmount(10n ** 30n) }),
      ];
      const paying = pay(payments);
      await expect(paying).to.changeTokenBalance(zusd, recipient, 100n * UNIT);
      await expect(paying)
        .to.emit(vault, "PaymentMade")
        .withArgs(isBatch, recipient.address, ZUSD, 70n * UNIT);
      expect(await zusd.abroad()).to.equal(0);
      await whole();
    });

    it("X15: of more than went abroad stays claimable, until it came back from somebody", async () => {
      const { vault, recipient, other, zusd, send, pay, whole } = await loadFixture(fixture);
      await send(100n * UNIT);
      await expect(pay([payment(ZUSD, recipient.address, 100n * UNIT + 1n)]))
        .to.emit(vault, "PaymentDeferred")
        .withArgs(isBatch, recipient.address, ZUSD, 100n * UNIT + 1n);
      await expect(vault.claimFor(recipient, ZUSD))
        .to.be.revertedWithCustomError(vault, "Vault_TransferFailed")
        .withArgs(ZeroAddress, recipient.address);
      expect(await vault.claimable(recipient, ZUSD)).to.equal(100n * UNIT + 1n);
      await send(1n);
      await expect(vault.connect(recipient).claim(ZUSD, other)).to.changeTokenBalance(zusd, other, 100n * UNIT + 1n);
      await expect(vault.claimFor(recipient, ZUSD)).to.be.revertedWithCustomError(vault, "Vault_NothingToClaim");
      await whole();
    });

    it("to nobody stays claimable; of nothing is made", async () => {
      const { vault, recipient, send, pay } = await loadFixture(fixture);
      await send(100n * UNIT);
      await expect(pay([payment(ZUSD, ZeroAddress, UNIT)])).to.emit(vault, "PaymentDeferred");
      for (const into of [0, USDC]) {
        await expect(pay([payment(ZUSD, recipient.address, 0n, { into })])).to.emit(vault, "PaymentMade");
      }
      expect(await vault.waitingCount()).to.equal(0);
    });
  });

  describe("a payment that names a token", () => {
    it("is redeemed into it, and what is no whole unit is paid as zUSD", async () => {
      const { vault, recipient, usdc, dai, zusd, send, pay, whole } = await loadFixture(fixture);
      await send(1_000n * UNIT);
      await dai.facility.connect((await ethers.getSigners())[2]).mint(500n * UNIT, 0, recipient);
      for (const [peg, into, amount] of [
        [usdc, USDC, 100n * UNIT + 5n],
        [dai, DAI, 100n * UNIT + 5n],
      ] as const) {
        const scale = await peg.facility.scale();
        const units = amount / scale;
        const paid = units - shareUp(units, 5n);
        const paying = pay([payment(ZUSD, recipient.address, amount, { into })]);
        await expect(paying).to.emit(vault, "PaymentRedeemed").withArgs(recipient.address, into, amount, paid);
        await expect(paying).to.changeTokenBalance(peg.token, recipient, paid);
        await expect(paying).to.changeTokenBalance(zusd, recipient, amount % scale);
        expect(await zusd.balanceOf(vault)).to.equal(0);
        await whole();
      }
    });

    it("M6: asks for its minimum exactly; one more, and it waits, with nothing burnt or paid", async () => {
      const { vault, recipient, usdc, zusd, send, pay, whole } = await loadFixture(fixture);
      await send(1_000n * UNIT);
      const paid = 100_000_000n - 50_000n;
      const [amount, abroad] = [100n * UNIT, 1_000n * UNIT];
      const exact = payment(ZUSD, recipient.address, amount, { into: USDC, minOut: packAmount(paid) });
      await expect(pay([exact])).to.changeTokenBalance(usdc.token, recipient, paid);
      const above = payment(ZUSD, recipient.address, amount, { into: USDC, minOut: packAmount(paid + 1n) });
      const since = BigInt(await time.latest()) + 10n;
      await time.setNextBlockTimestamp(since - 1n);
      const waiting = pay([above]);
      await expect(waiting).to.emit(vault, "PaymentWaits");
      await expect(waiting).not.to.emit(vault, "PaymentMade");
      await expect(waiting).not.to.emit(vault, "PaymentDeferred");
      await expect(waiting).to.changeTokenBalances(usdc.token, [recipient, usdc.facility], [0, 0]);
      expect(await zusd.abroad()).to.equal(abroad - amount);
      expect(await vault.claimable(recipient, ZUSD)).to.equal(0);
      expect(await vault.waitingCount()).to.equal(1);
      await whole();
    });

    it("M19: without a minimum of its own asks for (1 − τ): a sandwich gets no more out of it, or it waits", async () => {
      const { user, recipient, usdc, send, pay, vault, whole } = await loadFixture(fixture);
      // Draining costs up to ten of a hundred at the last unit; τ is five of a thousand.
      await usdc.facility.setParameters({ ...PARAMETERS, target: 10n ** 12n, kappa: 1_000n, redeemFee: 0n, tau: 50n });
      await send(100_000n * UNIT);
      const amount = 1_000n * UNIT;
      const least = (1_000n * usdc.unit * 9_950n) / 10_000n;
      expect(await usdc.facility.leastOut(amount)).to.equal(least);
      let made = 0;
      let waited = 0;
      for (const drained of [0n, 20_000n, 40_000n, 45_000n, 50_000n, 60_000n, 400_000n]) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        if (drained > 0n) await usdc.facility.connect(user).redeem(drained * UNIT, 0, user);
        const [before, [possible]] = [await usdc.token.balanceOf(recipient), await usdc.facility.previewRedeem(amount)];
        await pay([payment(ZUSD, recipient.address, amount, { into: USDC })]);
        const out = (await usdc.token.balanceOf(recipient)) - before;
        if (possible >= least) {
          expect(out).to.equal(possible);
          made++;
        } else {
          expect(out).to.equal(0);
          expect(await vault.waitingCount()).to.equal(1);
          waited++;
        }
        await whole();
        await ethers.provider.send("evm_revert", [snapshot]);
      }
      expect(made > 0 && waited > 0).to.equal(true);
    });

    it("M5: that cannot be redeemed waits, whatever the reason; the payments around it are made", async () => {
      const { vault, recipient, other, issuer, stern, usdc, tokens, zusd, user, send, pay, whole } =
        await loadFixture(fixture);
      await send(10_000n * UNIT);
      await stern.facility.connect(user).mint(1_000n * stern.unit, 0, user);
      await issuer.setBlocked(recipient, true);
      await setPrice(usdc, 10_000n);
      const amount = 5n * UNIT;
      const waits = [
        // Its token blocks the recipient; the facility has too little; the token has no facility, and no number.
        payment(ZUSD, recipient.address, amount, { into: ISSUER }),
        payment(ZUSD, other.address, 1_001n * UNIT, { into: ISSUER }),
        payment(ZUSD, other.address, amount, { into: DAI }),
        payment(ZUSD, other.address, amount, { into: BARE }),
        payment(ZUSD, other.address, amount, { into: 1 }),
        payment(ZUSD, other.address, amount, { into: 1023 }),
        // Less than a unit; and the most that a minimum can say.
        payment(ZUSD, other.address, SCALE - 1n, { into: USDC }),
        payment(ZUSD, other.address, amount, { into: USDC, minOut: 2n ** 40n - 1n }),
      ];
      const around = payment(ZUSD, recipient.address, UNIT);
      const payments = waits.flatMap((each) => [each, around]);
      const paying = await pay(payments, { gasLimit: 15_000_000 });
      await expect(paying).to.changeTokenBalance(zusd, recipient, BigInt(waits.length) * UNIT);
      const events = await vault.queryFilter(vault.filters.PaymentWaits());
      expect(events.map(({ args }) => args.id)).to.deep.equal(waits.map((_, i) => BigInt(i + 1)));
      for (const [i, { args }] of events.entries()) {
        const { recipient: to, into, minOut, amount: of } = args.payment;
        expect([to, Number(into), minOut, of]).to.deep.equal([
          waits[i].recipient,
          waits[i].into,
          waits[i].minOut,
          waits[i].amount,
        ]);
      }
      expect(await tokens.count()).to.equal(BARE);
      await whole();
    });

    it("V12: nobody makes a redemption wait by bringing little gas [gas]", async () => {
      const { vault, recipient, send, order } = await loadFixture(fixture);
      await send(100n * UNIT);
      const payments = [payment(ZUSD, recipient.address, 10n * UNIT, { into: USDC })];
      const batch = await order(payments);
      let accepted = 0;
      for (let gasLimit = 100_000n; gasLimit < 800_000n; gasLimit += 5_003n) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        const sent = await vault.pay(batch, payments, ZeroHash, { gasLimit }).catch(() => undefined);
        if (sent && (await sent.wait().catch(() => undefined))) {
          accepted++;
          expect(await vault.waitingCount(), `${gasLimit}`).to.equal(0);
        }
        await ethers.provider.send("evm_revert", [snapshot]);
      }
      expect(accepted > 5).to.equal(true);
      await expect(
        vault.pay.staticCall(batch, payments, ZeroHash, { gasLimit: REDEMPTION_GAS }),
      ).to.be.revertedWithCustomError(vault, "Vault_GasTooLow");
    });

    it("V12: one whose token burns all gas is bounded, and waits [gas]", async () => {
      const { vault, user, recipient, issuer, stern, zusd, send, pay } = await loadFixture(fixture);
      await send(100n * UNIT);
      await stern.facility.connect(user).mint(1_000n * stern.unit, 0, user);
      await issuer.setGas(10_000_000, 0);
      const payments = [
        payment(ZUSD, recipient.address, UNIT, { into: ISSUER }),
        payment(ZUSD, recipient.address, UNIT),
      ];
      const receipt = await (await pay(payments, { gasLimit: 5_000_000 })).wait();
      expect(receipt!.gasUsed < REDEMPTION_GAS + 350_000n).to.equal(true);
      expect(await vault.waitingCount()).to.equal(1);
      expect(await zusd.balanceOf(recipient)).to.equal(UNIT);
    });

    it("its gas is enough with as many facilities as there may be, all impaired [gas]", async () => {
      const chain = await loadFixture(fixture);
      const { vault, user, recipient, usdc, send, pay, pegs } = chain;
      await send(1_000n * UNIT);
      const all = [...pegs];
      while (all.length < 8) {
        const peg = await addPeg(chain, 6);
        await fund(peg, user, vault);
        all.push(peg);
      }
      for (const peg of all.slice(1)) await peg.facility.connect(user).mint(1_000n * peg.unit, 0, user);
      for (const peg of all.slice(1)) {
        await setPrice(peg, 9_899n);
        await peg.facility.sync();
      }
      const payments = [payment(ZUSD, recipient.address, 10n * UNIT, { into: USDC, minOut: 1n })];
      const paying = await pay(payments);
      await expect(paying).to.emit(vault, "PaymentRedeemed");
      expect((await paying.wait())!.gasUsed < 500_000n).to.equal(true);
      expect((await usdc.token.balanceOf(recipient)) > 0n).to.equal(true);
    });
  });

  describe("a waiting payment", () => {
    const AMOUNT = 100n * UNIT;

    /** USDC's reserve is not enough for a payment of 100 zUSD; it waits. */
    async function waiting() {
      const state = await fixture();
      const { vault, recipient, dai, user, send, pay } = state;
      await send(1_000n * UNIT);
      const waits = payment(ZUSD, recipient.address, AMOUNT, {
        into: DAI,
        minOut: packAmount((AMOUNT * 999n) / 1_000n),
      });
      await pay([waits]);
      const [{ args }] = await vault.queryFilter(vault.filters.PaymentWaits());
      const refill = () => dai.facility.connect(user).mint(1_000n * UNIT, 0, user);
      return { ...state, waits, id: args.id, since: args.since, refill };
    }

    it("is redeemed by anyone as soon as its terms are met, once", async () => {
      const { vault, other, recipient, dai, zusd, waits, id, since, refill, whole } = await loadFixture(waiting);
      const redeem = () => vault.connect(other).redeemWaiting(id, waits, since);
      await expect(redeem()).to.be.revertedWithCustomError(dai.facility, "PeggedFacility_ReserveTooSmall");
      await refill();
      const paid = AMOUNT - shareUp(AMOUNT, 5n);
      const redeeming = redeem();
      await expect(redeeming).to.emit(vault, "WaitEnded").withArgs(id, true);
      await expect(redeeming).to.emit(vault, "PaymentRedeemed").withArgs(recipient.address, DAI, AMOUNT, paid);
      await expect(redeeming).to.changeTokenBalance(dai.token, recipient, paid);
      expect(await zusd.abroad()).to.equal(900n * UNIT);
      await whole();
      await expect(redeem()).to.be.revertedWithCustomError(vault, "StableDesk_NotWaiting").withArgs(id);
      await expect(vault.connect(recipient).releaseWaiting(id, waits, since))
        .to.be.revertedWithCustomError(vault, "StableDesk_NotWaiting")
        .withArgs(id);
    });

    it("is redeemed on its own terms only, also after a day", async () => {
      const { vault, dai, waits, id, since, refill } = await loadFixture(waiting);
      await refill();
      await dai.facility.setParameters({ ...PARAMETERS, redeemFee: 11n });
      await time.increase(3n * DAY);
      await expect(vault.redeemWaiting(id, waits, since)).to.be.revertedWithCustomError(
        dai.facility,
        "Facility_BelowMinimum",
      );
      await dai.facility.setParameters({ ...PARAMETERS, redeemFee: 10n });
      await vault.redeemWaiting(id, waits, since);
    });

    it("is zUSD for its recipient at once, for all others to ask after a day, to the second", async () => {
      const { vault, other, recipient, zusd, waits, id, since, whole } = await loadFixture(waiting);
      const until = since + DAY;
      const snapshot = await ethers.provider.send("evm_snapshot", []);
      const asked = vault.connect(recipient).releaseWaiting(id, waits, since);
      await expect(asked).to.emit(vault, "WaitEnded").withArgs(id, false);
      await expect(asked).to.changeTokenBalance(zusd, recipient, AMOUNT);
      await ethers.provider.send("evm_revert", [snapshot]);

      await time.setNextBlockTimestamp(until - 1n);
      await expect(vault.connect(other).releaseWaiting(id, waits, since))
        .to.be.revertedWithCustomError(vault, "StableDesk_StillWaiting")
        .withArgs(id, until);
      await time.setNextBlockTimestamp(until);
      const released = vault.connect(other).releaseWaiting(id, waits, since);
      await expect(released).to.changeTokenBalances(zusd, [recipient, other], [AMOUNT, 0]);
      expect(await zusd.abroad()).to.equal(900n * UNIT);
      await whole();
      for (const again of ["releaseWaiting", "redeemWaiting"] as const) {
        await expect(vault.connect(recipient)[again](id, waits, since))
          .to.be.revertedWithCustomError(vault, "StableDesk_NotWaiting")
          .withArgs(id);
      }
    });

    it("is the one that waits: no other payment, time or number", async () => {
      const { vault, other, recipient, waits, id, since, refill } = await loadFixture(waiting);
      await refill();
      const wrong: [bigint, Payment, bigint][] = [
        [0n, waits, since],
        [id + 1n, waits, since],
        [id, waits, since + 1n],
        [id, waits, since - DAY],
        [id, { ...waits, recipient: other.address }, since],
        [id, { ...waits, amount: AMOUNT + 1n }, since],
        [id, { ...waits, minOut: 1n }, since],
        [id, { ...waits, into: USDC }, since],
        [id, { ...waits, token: 2 }, since],
      ];
      for (const [n, each, at] of wrong) {
        for (const name of ["redeemWaiting", "releaseWaiting"] as const) {
          await expect(vault.connect(recipient)[name](n, each, at))
            .to.be.revertedWithCustomError(vault, "StableDesk_NotWaiting")
            .withArgs(n);
        }
      }
    });

    it("X15: of more than went abroad waits on; nothing is lost", async () => {
      const { vault, recipient, user, zusd, pay, send, whole } = await loadFixture(waiting);
      const much = payment(ZUSD, recipient.address, 1_001n * UNIT, { into: USDC });
      await pay([much]);
      const { args } = (await vault.queryFilter(vault.filters.PaymentWaits())).at(-1)!;
      const release = () => vault.connect(recipient).releaseWaiting(args.id, much, args.since);
      await expect(release())
        .to.be.revertedWithCustomError(zusd, "Zusd_NotAbroad")
        .withArgs(1_000n * UNIT, 1_001n * UNIT);
      await expect(vault.redeemWaiting(args.id, much, args.since)).to.be.revertedWithCustomError(
        zusd,
        "Zusd_NotAbroad",
      );
      await send(UNIT);
      await expect(release()).to.changeTokenBalance(zusd, recipient, 1_001n * UNIT);
      expect(await zusd.balanceOf(user)).to.equal(10n ** 6n * UNIT - 1_001n * UNIT);
      await whole();
    });

    it("into a token without a facility is refused by its name until it is released", async () => {
      const { vault, recipient, zusd, pay, whole } = await loadFixture(waiting);
      const nowhere = payment(ZUSD, recipient.address, AMOUNT, { into: BARE });
      await pay([nowhere]);
      const { args } = (await vault.queryFilter(vault.filters.PaymentWaits())).at(-1)!;
      await expect(vault.redeemWaiting(args.id, nowhere, args.since))
        .to.be.revertedWithCustomError(vault, "StableDesk_NoFacility")
        .withArgs(BARE);
      const released = vault.connect(recipient).releaseWaiting(args.id, nowhere, args.since);
      await expect(released).to.changeTokenBalance(zusd, recipient, AMOUNT);
      await whole();
    });

    it("G6: is redeemed and released while minting is stopped", async () => {
      const { vault, recipient, dai, usdc, waits, id, since, refill } = await loadFixture(waiting);
      await refill();
      for (const { facility } of [dai, usdc]) await facility.stopMinting();
      const snapshot = await ethers.provider.send("evm_snapshot", []);
      await vault.redeemWaiting(id, waits, since);
      await ethers.provider.send("evm_revert", [snapshot]);
      await vault.connect(recipient).releaseWaiting(id, waits, since);
    });
  });

  it("tokens to mint with are asked for by the facility that mints now, and by nobody else", async () => {
    const { vault, user, admin, usdc, whole } = await loadFixture(fixture);
    const voice = await impersonate(await usdc.facility.getAddress());
    for (const caller of [user, admin, voice]) {
      await expect(vault.connect(caller).payMint())
        .to.be.revertedWithCustomError(vault, "StableDesk_NotMinting")
        .withArgs(caller.address);
    }
    await whole();
  });

  it("redeemFor is the vault's own", async () => {
    const { vault, user, admin } = await loadFixture(fixture);
    for (const caller of [user, admin]) {
      await expect(vault.connect(caller).redeemFor(payment(ZUSD, caller.address, 1n, { into: USDC })))
        .to.be.revertedWithCustomError(vault, "StableDesk_NotSelf")
        .withArgs(caller.address);
    }
  });

  it("refunds what was unified as zUSD: it is a payment like any other", async () => {
    const { vault, user, usdc, zusd, deposit, last, pay, whole } = await loadFixture(fixture);
    await deposit(usdc.token, 5_000_000n, { owner: user.address });
    const { amount } = await last();
    await expect(pay([payment(ZUSD, user.address, amount)])).to.changeTokenBalance(zusd, user, amount);
    expect(await zusd.abroad()).to.equal(0);
    expect(await vault.claimable(user, ZUSD)).to.equal(0);
    await whole();
  });

  describe("V8: hooks that re-enter the vault from a redemption or a deposit", () => {
    async function hooked() {
      const chain = await fixture();
      const token = await ethers.deployContract("HookToken");
      const peg = await addPeg(chain, 18, {}, { token });
      const local = Number(await chain.tokens.count());
      await fund(peg, chain.user, chain.vault);
      await peg.facility.connect(chain.user).mint(1_000n * UNIT, 0, chain.user);
      const attacker = await ethers.deployContract("Reentrant");
      const address = await attacker.getAddress();
      const waits = payment(ZUSD, address, 5n * UNIT, { into: DAI });
      await chain.send(100n * UNIT);
      await chain.pay([waits]);
      const [{ args }] = await chain.vault.queryFilter(chain.vault.filters.PaymentWaits());
      const { interface: abi } = chain.vault;
      const permit = { value: 1n, deadline: 1n, v: 27, r: ZeroHash, s: ZeroHash };
      const swap = {
        tokenIn: await chain.zusd.getAddress(),
        amountIn: 1n,
        destination: 1,
        tokenOut: 0,
        minOut: 0n,
        deadline: 2n ** 31n,
        recipient: address,
      };
      const entries: [string, string][] = [
        ["deposit", abi.encodeFunctionData("deposit", [depositRequest({ amount: 0n })])],
        [
          "depositWithPermit",
          abi.encodeFunctionData("depositWithPermit", [
            depositRequest({ token: await chain.bare.getAddress() }),
            permit,
          ]),
        ],
        ["pay", abi.encodeFunctionData("pay", [9n, [payment(ZUSD, address, 1n)], ZeroHash])],
        ["claim", abi.encodeFunctionData("claim", [ZUSD, address])],
        ["claimFor", abi.encodeFunctionData("claimFor", [address, ZUSD])],
        ["depositOnCredit", abi.encodeFunctionData("depositOnCredit", [ZeroAddress, 1n, depositRequest()])],
        ["payDelayed", abi.encodeFunctionData("payDelayed", [9n, address, ZUSD])],
        ["swap", abi.encodeFunctionData("swap", [swap])],
        ["swapWithPermit", abi.encodeFunctionData("swapWithPermit", [swap, permit])],
        ["redeemWaiting", abi.encodeFunctionData("redeemWaiting", [args.id, waits, args.since])],
        ["releaseWaiting", abi.encodeFunctionData("releaseWaiting", [args.id, waits, args.since])],
      ];
      return { ...chain, token, peg, local, attacker, address, entries };
    }

    it("are refused at every entry point, and the payment is made", async () => {
      const { vault, token, peg, pegs, local, attacker, address, entries, pay, ...chain } = await loadFixture(hooked);
      const guard = vault.interface.getError("ReentrancyGuardReentrantCall")!.selector;
      for (const [name, data] of entries) {
        await attacker.arm(vault, data);
        const paying = await pay([payment(ZUSD, address, UNIT, { into: local })]);
        await expect(paying, name).to.emit(vault, "PaymentRedeemed");
        await expect(paying, name).to.changeTokenBalance(token, attacker, UNIT - shareUp(UNIT, 5n));
        expect(await attacker.called(), name).to.equal(true);
        expect(await attacker.succeeded(), name).to.equal(false);
        expect(await attacker.answer(), name).to.equal(guard);
      }
      await expectWhole(chain, [...pegs, peg]);
    });

    it("a facility entered from within leaves books and custody whole", async () => {
      const { vault, token, peg, pegs, attacker, address, usdc, user, deposit, zusd, ...chain } =
        await loadFixture(hooked);
      await zusd.connect(user).transfer(attacker, 50n * UNIT);
      await token.mint(attacker, UNIT);
      const approve = token.interface.encodeFunctionData("approve", [await vault.getAddress(), MaxUint256]);
      await attacker.act(token, 0, approve);
      await attacker.arm(usdc.facility, usdc.facility.interface.encodeFunctionData("redeem", [20n * UNIT, 0, address]));
      const request = depositRequest({ token: await token.getAddress(), amount: UNIT });
      await attacker.act(vault, 0, vault.interface.encodeFunctionData("deposit", [request]));
      expect(await attacker.succeeded()).to.equal(true);
      expect(await usdc.token.balanceOf(attacker)).to.equal(20n * usdc.unit - 10_000n);
      await deposit(usdc.token, 1n);
      await expectWhole({ ...chain, zusd }, [...pegs, peg]);
    });
  });

  it("native coin is a token like any other, with no facility", async () => {
    const { vault, books } = await loadFixture(fixture);
    expect(await books.facilityOf(NATIVE)).to.equal(ZeroAddress);
    await vault.deposit(depositRequest({ amount: 2n, keepToken: true }), { value: 2n });
  });
});
