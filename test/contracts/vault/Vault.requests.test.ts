import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import {
  accountRoom,
  balanceRoom,
  field,
  FIELD_ORDER,
  FullExitWord0,
  FullExitWord1,
  mask,
  QUEUE_RING,
  SetKeyWord1,
  tokenId,
  unpack,
  ZUSD,
} from "../../../protocol/spec";
import {
  applyRequest,
  decodeQueueOp,
  encodeRequest,
  type FullExitRequest,
  type Request,
  requestOf,
  State,
} from "../../../protocol/state";
import { queueHead, queueHeads, requestHash } from "../../../protocol/witness/hashes";
import {
  type Chain,
  deployChain,
  DOMAIN,
  depositRequest,
  headOf,
  NATIVE,
  PRIMARY,
  queueOf,
  type RequestWords,
  SECONDARY,
  SIZE,
} from "../../fixtures/contracts";

const RECIPIENT = ethers.getAddress("0x00000000000000000000000000000000000000b2");
const ACCOUNTS = accountRoom(SIZE.cellBits);
const CELLS = balanceRoom(SIZE.cellBits);

/** What the sender of an exit says. */
type Exit = Pick<FullExitRequest, "account" | "cell" | "token" | "payer" | "recipient">;

/** An exit that the vault takes from anyone: a cell of token 1 of the primary chain. */
function exitRequest(fields: Partial<Exit> = {}): Exit {
  return { account: 7, cell: 9, token: tokenId(PRIMARY, 1), payer: PRIMARY, recipient: RECIPIENT, ...fields };
}

/** A queue's requests as the reference reads them. */
const requestsOf = (queue: readonly RequestWords[]): Request[] =>
  queue.map((words) => requestOf(decodeQueueOp(SIZE.cellBits, words)!));

describe("Vault.setKey and Vault.exit", () => {
  async function fixture() {
    const chain = await deployChain();
    const [, , owner, stranger] = await ethers.getSigners();
    await chain.tokens.list(NATIVE);
    return { ...chain, owner, stranger, vault: chain.vault.connect(owner), chain };
  }

  describe("queue the specification's words", () => {
    const keys = [5n, 0n, FIELD_ORDER - 1n];
    for (const account of [1, ACCOUNTS - 1]) {
      it(`of a SetKey of account ${account}`, async () => {
        const { vault, owner, chain } = await loadFixture(fixture);
        let head = ZeroHash;
        for (const [i, key] of keys.entries()) {
          const words = encodeRequest({ op: "SetKey", chain: PRIMARY, account, owner: owner.address, key });
          head = queueHead(head, requestHash(words));
          expect(await vault.setKey.staticCall(account, key)).to.equal(i);
          await expect(vault.setKey(account, key))
            .to.emit(vault, "RequestQueued")
            .withArgs(i, words[0], words[1], words[2], head);
          expect(await vault.requestCount()).to.equal(i + 1);
          expect(await vault.headAt(i + 1)).to.equal(head);
          expect((await queueOf(chain)).at(-1)).to.deep.equal(words);
        }
      });
    }

    const exits = [
      exitRequest(),
      exitRequest({ account: 1, cell: 1 }),
      exitRequest({ account: ACCOUNTS - 1, cell: CELLS - 1, token: tokenId(PRIMARY, 1023) }),
      exitRequest({ token: ZUSD }),
      exitRequest({ token: ZUSD, payer: SECONDARY }),
      exitRequest({ token: ZUSD, payer: 63 }),
      exitRequest({ token: tokenId(SECONDARY, 3), payer: SECONDARY }),
      exitRequest({ token: tokenId(63, 1023), payer: 63, recipient: ethers.getAddress(ethers.toBeHex(mask(160), 20)) }),
    ];
    for (const exit of exits) {
      it(`of an exit of token ${exit.token}, cell ${exit.cell}, paid by chain ${exit.payer}`, async () => {
        const { vault, owner, chain } = await loadFixture(fixture);
        await vault.deposit(depositRequest(), { value: 1 });
        const words = encodeRequest({ op: "FullExit", chain: PRIMARY, owner: owner.address, ...exit });
        const head = queueHead(await vault.headAt(1), requestHash(words));
        expect(await vault.exit.staticCall(exit)).to.equal(1);
        const sending = vault.exit(exit);
        await expect(sending)
          .to.emit(vault, "RequestQueued")
          .withArgs(1, words[0], words[1], BigInt(exit.recipient), head);
        await expect(sending).to.changeEtherBalance(vault, 0);
        expect(await vault.requestCount()).to.equal(2);
        expect(await vault.headAt(2)).to.equal(head);
        expect((await queueOf(chain))[1]).to.deep.equal(words);
      });
    }
  });

  it("heads chain over requests of all kinds, as the reference chains them, round the ring", async () => {
    const { vault, owner, chain } = await loadFixture(fixture);
    for (let i = 0; i < QUEUE_RING / 2 + 1; i++) {
      await vault.setKey(1 + i, BigInt(i));
      await vault.exit(exitRequest({ cell: 1 + i }));
    }
    await vault.deposit(depositRequest({ owner: owner.address, key: 3n }), { value: 1 });
    const queue = await queueOf(chain);
    const heads = queueHeads(ZeroHash, requestsOf(queue));
    const total = queue.length;
    expect(total).to.equal(QUEUE_RING + 3);
    expect(heads.at(-1)).to.equal(headOf(queue));
    for (const count of [total, total - 1, total - 2, QUEUE_RING, total - QUEUE_RING + 1]) {
      expect(await vault.headAt(count), `${count}`).to.equal(heads[count - 1]);
    }
    await expect(vault.headAt(total - QUEUE_RING)).to.be.revertedWithCustomError(vault, "RequestQueue_HeadUnknown");
  });

  describe("the owner of a request is its sender", () => {
    it("V17: a stranger's request for an account carries the stranger, and nothing comes of it", async () => {
      const { chain, owner, stranger } = await loadFixture(fixture);
      await chain.vault.connect(owner).deposit(depositRequest({ owner: owner.address, key: 5n }), { value: 1 });
      for (const sender of [stranger, owner]) {
        const vault = chain.vault.connect(sender);
        await vault.setKey(1, 6n);
        await vault.exit(exitRequest({ account: 1, cell: 1, recipient: sender.address }));
      }
      const queue = await queueOf(chain);
      expect(queue.map(([, word1]) => unpack(FullExitWord1, word1).owner)).to.deep.equal(
        [owner, stranger, stranger, owner, owner].map(({ address }) => BigInt(address)),
      );

      const state = State.genesis(DOMAIN, SIZE.cellBits);
      const outcomes = requestsOf(queue).map((request) => applyRequest(state, request));
      expect(outcomes.map(({ queueOp }) => queueOp.executed)).to.deep.equal([true, false, false, true, true]);
      expect(outcomes.flatMap(({ payments }) => payments.map(({ recipient }) => recipient))).to.deep.equal([
        owner.address,
      ]);
      expect(state.key(1)).to.equal(6n);
    });

    it("V16: a request says the chain that it comes from: the owner's address elsewhere is not the owner", async () => {
      const { chain, owner } = await loadFixture(fixture);
      const other: Chain = await deployChain({ index: SECONDARY });
      await chain.vault.connect(owner).deposit(depositRequest({ owner: owner.address, key: 5n }), { value: 1 });
      await other.vault.connect(owner).setKey(1, 6n);
      await other.vault.connect(owner).exit(exitRequest({ account: 1, cell: 1 }));
      const queue = await queueOf(other);
      for (const [word0] of queue) expect(unpack(FullExitWord0, word0).chain).to.equal(SECONDARY);

      const state = State.genesis(DOMAIN, SIZE.cellBits);
      const requests = requestsOf([...(await queueOf(chain)), ...queue]);
      const outcomes = requests.map((request) => applyRequest(state, request).queueOp.executed);
      expect(outcomes).to.deep.equal([true, false, false]);
      expect(state.key(1)).to.equal(5n);
    });

    it("is a contract that calls, and not who calls the contract", async () => {
      const { vault, owner, chain } = await loadFixture(fixture);
      const wallet = await ethers.deployContract("Reentrant");
      const calls = [
        vault.interface.encodeFunctionData("setKey", [1, 2n]),
        vault.interface.encodeFunctionData("exit", [exitRequest()]),
      ];
      for (const call of calls) await wallet.connect(owner).act(vault, 0, call);
      for (const [, word1] of await queueOf(chain)) {
        expect(unpack(SetKeyWord1, word1 & mask(160)).owner).to.equal(BigInt(await wallet.getAddress()));
      }
    });

    it("no request's words depend on more than its sender's choice", async () => {
      const { vault, chain } = await loadFixture(fixture);
      await vault.setKey(1, 2n);
      await vault.exit(exitRequest());
      for (const [word0, word1] of await queueOf(chain)) {
        expect(word0 >> BigInt(field(FullExitWord0, "amount").offset)).to.equal(0n);
        expect(word1 >> BigInt(field(FullExitWord1, "usedAccount").offset)).to.equal(0n);
      }
    });
  });

  describe("R14: refuse fields out of range", () => {
    type Refusal = [fields: Partial<Exit>, error: string, args: unknown[]];
    const wrongTokens = [0, 2, tokenId(PRIMARY, 1) - 1, tokenId(SECONDARY, 1), tokenId(63, 1)];
    const refusals: Refusal[] = [
      [{ account: 0 }, "Requests_AccountOutOfRange", [0]],
      [{ account: ACCOUNTS }, "Requests_AccountOutOfRange", [ACCOUNTS]],
      [{ account: 2 ** 22 }, "Requests_AccountOutOfRange", [2 ** 22]],
      [{ account: 2 ** 32 - 1 }, "Requests_AccountOutOfRange", [2 ** 32 - 1]],
      [{ cell: 0 }, "Requests_CellOutOfRange", [0]],
      [{ cell: CELLS }, "Requests_CellOutOfRange", [CELLS]],
      [{ cell: 2 ** 23 }, "Requests_CellOutOfRange", [2 ** 23]],
      [{ cell: 2 ** 32 - 1 }, "Requests_CellOutOfRange", [2 ** 32 - 1]],
      [{ recipient: ZeroAddress }, "Requests_InvalidRecipient", [0]],
      [{ payer: 0 }, "Requests_WrongToken", [tokenId(PRIMARY, 1), 0]],
      [{ payer: 0, token: ZUSD }, "Requests_WrongToken", [ZUSD, 0]],
      [{ payer: SECONDARY }, "Requests_WrongToken", [tokenId(PRIMARY, 1), SECONDARY]],
      [{ payer: 64 }, "Vault_InvalidChain", [64]],
      [{ payer: 64 + PRIMARY }, "Vault_InvalidChain", [64 + PRIMARY]],
      [{ payer: 255, token: ZUSD }, "Vault_InvalidChain", [255]],
      ...wrongTokens.map((token): Refusal => [{ token }, "Requests_WrongToken", [token, PRIMARY]]),
    ];
    for (const [fields, error, args] of refusals) {
      it(`exit: ${error}(${args.join(", ")})`, async () => {
        const { vault } = await loadFixture(fixture);
        await expect(vault.exit(exitRequest(fields)))
          .to.be.revertedWithCustomError(vault, error)
          .withArgs(...args);
        expect(await vault.requestCount()).to.equal(0);
      });
    }

    it("setKey: account and key", async () => {
      const { vault } = await loadFixture(fixture);
      for (const account of [0, ACCOUNTS, 2 ** 22, 2 ** 32 - 1]) {
        await expect(vault.setKey(account, 1n))
          .to.be.revertedWithCustomError(vault, "Requests_AccountOutOfRange")
          .withArgs(account);
      }
      for (const key of [FIELD_ORDER, FIELD_ORDER + 5n, ethers.MaxUint256]) {
        await expect(vault.setKey(1, key)).to.be.revertedWithCustomError(vault, "Requests_KeyOutOfRange").withArgs(key);
      }
    });

    it("in a vault of a state of 2^3 cells, too", async () => {
      const { access, tokens } = await loadFixture(fixture);
      const vault = await ethers.deployContract("Vault", [access, tokens, PRIMARY, 3]);
      await vault.setKey(1, 1n);
      await vault.exit(exitRequest({ account: 1, cell: 3 }));
      await expect(vault.setKey(2, 1n)).to.be.revertedWithCustomError(vault, "Requests_AccountOutOfRange");
      await expect(vault.exit(exitRequest({ account: 1, cell: 4 }))).to.be.revertedWithCustomError(
        vault,
        "Requests_CellOutOfRange",
      );
    });
  });

  it("V2: an exit does not ask the list of tokens: delisted ones leave, and unlisted ones are nobody's", async () => {
    const { vault, tokens } = await loadFixture(fixture);
    await tokens.delist(1);
    await expect(vault.exit(exitRequest())).to.emit(vault, "RequestQueued");
    await expect(vault.exit(exitRequest({ token: tokenId(PRIMARY, 77) }))).to.emit(vault, "RequestQueued");
  });

  it("V8: from within a deposit's hook they are queued before it, and heads still chain", async () => {
    const { chain, admin, tokens, vault } = await loadFixture(fixture);
    const token = await ethers.deployContract("HookToken");
    const attacker = await ethers.deployContract("Reentrant");
    await tokens.connect(admin).list(token);
    await token.mint(attacker, 1000n);
    await attacker.act(token, 0, token.interface.encodeFunctionData("approve", [vault.target, 1000n]));
    const request = depositRequest({ token: await token.getAddress(), amount: 10n });
    const deposit = vault.interface.encodeFunctionData("deposit", [request]);
    for (const data of [
      vault.interface.encodeFunctionData("setKey", [1, 2n]),
      vault.interface.encodeFunctionData("exit", [exitRequest()]),
    ]) {
      await attacker.arm(vault, data);
      await attacker.act(vault, 0, deposit);
      expect(await attacker.called()).to.equal(true);
      expect(await attacker.succeeded()).to.equal(true);
    }
    const queue = await queueOf(chain);
    expect(requestsOf(queue).map(({ op }) => op)).to.deep.equal(["SetKey", "Deposit", "FullExit", "Deposit"]);
    for (let count = 0; count <= queue.length; count++) {
      expect(await vault.headAt(count)).to.equal(headOf(queue.slice(0, count)));
    }
    expect(await token.balanceOf(vault)).to.equal(20);
  });
});
