import { expect } from "chai";
import { SIZES, type Size } from "../../../protocol/spec";
import {
  Replay,
  State,
  encodeQueueOp,
  encodeHeader,
  encodeSigned,
  type Deposit,
  type UnsignedOp,
} from "../../../protocol/state";
import { buildBatch } from "../../../protocol/witness";
import { DOMAIN, TOKEN_A, TOKEN_B, alice, bob, cellsOf } from "../../fixtures/states";
import { RandomBatches } from "../../fixtures/randomBatches";
import { depositOf } from "../../fixtures/users";

const SIZE: Size = { name: "small", cellBits: 5, queueOps: 2, signedOps: 2, gatePower: 0 };
const NOOP = [0n, 0n, 0n];

describe("Replay", () => {
  for (const size of [SIZES.test, { ...SIZES.test, cellBits: 6 }]) {
    it(`R9: gives the cells and payments of 60 random batches on 2^${size.cellBits} cells`, () => {
      const batches = new RandomBatches({ size, seed: "replay", domain: DOMAIN, forged: true });
      const replay = new Replay(size.cellBits, DOMAIN);
      for (let i = 1; i <= 60; i++) {
        const { trace } = batches.next();
        expect(replay.apply(size, trace.words)).to.deep.equal(trace.effects.payments);
        expect(replay.batch).to.equal(i);
      }
      expect(cellsOf(replay)).to.deep.equal(cellsOf(batches.state));
    });
  }

  it("starts at genesis, and moves on by batches of Noops", () => {
    const replay = new Replay(5, DOMAIN);
    expect(cellsOf(replay)).to.deep.equal(cellsOf(State.genesis(DOMAIN, 5)));
    expect(replay.apply(SIZE, [encodeHeader({ number: 1, timestamp: 0 }), ...NOOP, ...NOOP, 0n, 0n])).to.deep.equal([]);
    expect(cellsOf(replay)).to.deep.equal(cellsOf(State.genesis(DOMAIN, 5)));
  });

  describe("stops at words that no proof can carry:", () => {
    /** Alice in account 1 with cell 1 (1,000 of token A), bob in account 2 with cell 2 (500 of token B). */
    function started(): Replay {
      const state = State.genesis(DOMAIN, 5);
      const requests = [
        depositOf(alice, { chain: 1, token: TOKEN_A, amount: 1000n }),
        depositOf(bob, { chain: 2, token: TOKEN_B, amount: 500n }),
      ];
      const { words } = buildBatch(state, { size: SIZE, number: 1, timestamp: 50, requests, ops: [] });
      const replay = new Replay(5, DOMAIN);
      replay.apply(SIZE, words);
      return replay;
    }

    const header = (number = 2, timestamp = 50) => encodeHeader({ number, timestamp });
    const withSigned = (...signed: bigint[]) => [header(), ...NOOP, ...NOOP, ...signed];
    const deposit: Deposit = {
      op: "Deposit",
      chain: 1,
      token: TOKEN_A,
      amount: 7n,
      account: 1,
      cell: 1,
      owner: alice.address,
      key: 0n,
      executed: true,
      usedAccount: 1,
      usedCell: 1,
    };
    const withDeposit = (change: Partial<Deposit>) => [
      header(),
      ...encodeQueueOp({ ...deposit, ...change }),
      ...NOOP,
      0n,
      0n,
    ];
    const word = (op: UnsignedOp) => encodeSigned(op)[0];
    const transfer: UnsignedOp = { op: "Transfer", fee: 0n, from: 1, to: 1, account: 1, amount: 10n };
    const withdraw: UnsignedOp = {
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 1,
      amount: 10n,
      recipient: bob.address,
      chain: 1,
      asset: 1,
    };
    const open = encodeSigned({ op: "Open", fee: 0n, from: 1, cell: 3, token: TOKEN_B, account: 2 });

    const accepted: Record<string, bigint[]> = {
      deposit: withDeposit({}),
      refund: withDeposit({ executed: false, cell: 2 }),
      transfer: withSigned(word(transfer), 0n),
      withdraw: withSigned(word(withdraw), 0n),
      open: withSigned(...open),
    };
    for (const [name, words] of Object.entries(accepted))
      it(`and not at a good ${name}`, () => void started().apply(SIZE, words));

    const refused: [string, bigint[], string][] = [
      ["another length", withSigned(0n), "there are 8 words"],
      ["no field element", withSigned(2n ** 255n, 0n), "a word is no field element"],
      ["a batch skipped", [header(3), ...NOOP, ...NOOP, 0n, 0n], "its header says batch 3"],
      ["time running back", [header(2, 49), ...NOOP, ...NOOP, 0n, 0n], "the timestamp is before the last batch's"],
      ["bits in the header", [header() | (1n << 72n), ...NOOP, ...NOOP, 0n, 0n], "HeaderWord.unused bits must be zero"],
      ["an undefined queue op", [header(), 0x21n, 0n, 0n, ...NOOP, 0n, 0n], "a queue op has an undefined code"],
      ["a queue Noop with content", [header(), 0n, 0n, 1n, ...NOOP, 0n, 0n], "a queue op has an undefined code"],
      ["an undefined signed op", withSigned(0x04n, 0n), "a signed op has an undefined code"],
      ["no chain to withdraw on", withSigned(0x40n | (1n << 8n), 0n), "a signed op has an undefined code"],
      ["a token of another chain", withDeposit({ chain: 2 }), "a deposit has a token that is not its chain's"],
      ["no token", withDeposit({ token: 1024 }), "a deposit has a token that is not its chain's"],
      ["another account than named", withDeposit({ usedAccount: 2 }), "a deposit uses another account than it names"],
      ["another cell than named", withDeposit({ usedCell: 2 }), "a deposit uses another cell than it names"],
      [
        "a named cell for a new account",
        withDeposit({ account: 0, usedAccount: 3 }),
        "a deposit uses another cell than it names",
      ],
      [
        "an account out of order",
        withDeposit({ account: 0, cell: 0, usedAccount: 4, usedCell: 3 }),
        "account 4 is not the next one",
      ],
      ["a cell out of order", withDeposit({ cell: 0, usedCell: 4 }), "balance cell 4 is not the next one"],
      [
        "a cell of another account",
        withDeposit({ cell: 2, usedCell: 2 }),
        "balance cell 2 is not account 1's of token 1025",
      ],
      [
        "an unknown account",
        withDeposit({ account: 5, usedAccount: 5, cell: 0, usedCell: 3 }),
        "account 5 is no user's",
      ],
      [
        "a payer that nobody owns",
        withSigned(word({ ...transfer, from: 7 }), 0n),
        "balance cell 7 pays, but nobody owns it",
      ],
      ["a payer outside", withSigned(word({ ...transfer, from: 16 }), 0n), "balance cell 16 does not exist"],
      ["too much paid", withSigned(word({ ...transfer, amount: 1001n }), 0n), "balance cell 1 pays more than it has"],
      [
        "a wrong receiver",
        withSigned(word({ ...transfer, to: 2 }), 0n),
        "balance cell 2 is not account 1's of token 1025",
      ],
      [
        "another token received",
        withSigned(word({ ...transfer, to: 2, account: 2 }), 0n),
        "balance cell 2 is not account 2's of token 1025",
      ],
      [
        "a free cell received",
        withSigned(word({ ...transfer, to: 7, account: 0 }), 0n),
        "balance cell 7 is not account 0's of token 1025",
      ],
      ["a transfer's fee", withSigned(word(transfer) | (1n << 71n), 0n), "a transfer has a fee"],
      ["a withdrawal's fee", withSigned(word(withdraw) | (1n << 71n), 0n), "a withdrawal has a fee"],
      ["an Open's fee", withSigned(open[0] | (1n << 71n), open[1]), "an Open has a fee"],
      [
        "a withdrawal elsewhere",
        withSigned(word({ ...withdraw, chain: 2 }), 0n),
        "a withdrawal is not of its cell's token",
      ],
      ["another asset", withSigned(word({ ...withdraw, asset: 2 }), 0n), "a withdrawal is not of its cell's token"],
      ["an Open alone", withSigned(open[0], 0n), "an Open and its second word do not stand together"],
      ["an OpenTo alone", withSigned(0n, open[1]), "an Open and its second word do not stand together"],
      ["an Open in an odd slot", withSigned(0n, open[0]), "an Open stands in an odd slot"],
      ["an opened cell out of order", withSigned(open[0], open[1] + (1n << 8n)), "balance cell 4 is not the next one"],
      [
        "an opened cell without token",
        withSigned(open[0], open[1] - (BigInt(TOKEN_B) << 31n)),
        "an OpenTo has no token",
      ],
      ["an opened cell for nobody", withSigned(open[0], open[1] + (1n << 106n)), "account 3 is no user's"],
      ["bits in an op", withSigned(word(transfer) | (1n << 128n), 0n), "TransferWord.unused bits must be zero"],
    ];
    for (const [name, words, message] of refused) {
      it(name, () => expect(() => started().apply(SIZE, words)).to.throw(`batch 2: ${message}`));
    }

    it("a balance of 2^128", () => {
      const replay = started();
      const full = encodeSigned({ ...transfer, amount: 0n });
      (replay as unknown as { cells: Map<number, bigint> }).cells.set(
        17,
        (1n << 128n) - 1n + (1025n << 168n) + (1n << 184n),
      );
      expect(() => replay.apply(SIZE, withDeposit({}))).to.throw("BalanceCell.balance must be below 2^128");
      replay.apply(SIZE, withSigned(...full, 0n));
    });

    it("a circuit for another state", () => {
      expect(() => started().apply({ ...SIZE, cellBits: 6 }, withSigned(0n, 0n))).to.throw(
        "the circuit is for 2^6 cells",
      );
    });
  });
});
