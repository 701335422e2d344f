import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";
import { DepositWord0, tokenId, unpack, ZUSD } from "../../../protocol/spec";
import type { Payment } from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import {
  deployChain,
  depositRequest,
  impersonate,
  NATIVE,
  payment,
  PRIMARY,
  queueOf,
  SECONDARY,
} from "../../fixtures/contracts";

/** Local numbers. */
const TOKENS = [1, 2, 3, 4];
const NATIVE_LOCAL = 1;
/** Token ids that the vault holds nothing of. */
const NOT_HELD = [ZUSD, tokenId(SECONDARY, 1), tokenId(SECONDARY, 2)];

/** One step of a random history. */
type Step =
  | { kind: "deposit"; token: number; amount: bigint }
  | { kind: "order"; token: number; amount: bigint; recipient: number }
  | { kind: "orderNotHeld"; id: number; amount: bigint; recipient: number }
  | { kind: "pay"; payments: number }
  | { kind: "claim"; id: number; recipient: number }
  | { kind: "ask"; exits: boolean }
  | { kind: "block"; blocked: boolean }
  | { kind: "donate"; token: number; amount: bigint };

const token = fc.constantFrom(...TOKENS);
const amount = fc.bigInt(1n, 1000n);
const recipient = fc.nat(2);
const notHeld = fc.constantFrom(...NOT_HELD);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("deposit" as const), token, amount }),
  fc.record({ kind: fc.constant("order" as const), token, amount, recipient }),
  fc.record({ kind: fc.constant("orderNotHeld" as const), id: notHeld, amount, recipient }),
  fc.record({ kind: fc.constant("pay" as const), payments: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("claim" as const), id: fc.oneof(token.map(idOf), notHeld), recipient }),
  fc.record({ kind: fc.constant("ask" as const), exits: fc.boolean() }),
  fc.record({ kind: fc.constant("block" as const), blocked: fc.boolean() }),
  fc.record({ kind: fc.constant("donate" as const), token, amount }),
);

function idOf(local: number): number {
  return tokenId(PRIMARY, local);
}

describe("Vault custody [fuzz]", () => {
  async function fixture() {
    const chain = await deployChain();
    const plain = await ethers.deployContract("MockToken", ["T", 18]);
    const fee = await ethers.deployContract("FeeToken");
    const blocklist = await ethers.deployContract("BlocklistToken");
    await chain.tokens.list(NATIVE);
    for (const listed of [plain, fee, blocklist]) {
      await chain.tokens.list(listed);
      await listed.mint(chain.admin, 10n ** 12n);
      await listed.approve(chain.vault, 10n ** 12n);
    }
    const rude = await ethers.deployContract("MockRecipient", [1]);
    const [, , someone] = await ethers.getSigners();
    const recipients = [someone.address, await rude.getAddress(), ethers.ZeroAddress.replace(/0$/, "f")];
    const rollup = await impersonate(await chain.rollup.getAddress());
    return { ...chain, plain, fee, blocklist, recipients, rollupVoice: rollup };
  }

  it("V11: what a vault holds of a token is what it owes and what was donated, after any history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const { vault, plain, fee, blocklist, recipients, rollupVoice, admin, ...chain } = await loadFixture(fixture);
        const erc20 = { 2: plain, 3: fee, 4: blocklist } as const;
        const donated = new Map<number, bigint>();
        /** Credited by the queue and not ordered out again: what the state would hold. */
        const supply = new Map<number, bigint>();
        const outboxes: { batch: bigint; payments: Payment[] }[] = [];
        /** Paid of what the vault does not hold. */
        const deferred = new Map<number, bigint>();
        let batch = 0n;
        const order = async (payments: Payment[]) => {
          await vault.connect(rollupVoice).enqueueOutbox(++batch, outboxHash(payments));
          outboxes.push({ batch, payments });
        };
        const add = (to: Map<number, bigint>, id: number, value: bigint) => to.set(id, (to.get(id) ?? 0n) + value);

        for (const s of steps) {
          if (s.kind === "deposit") {
            const address = s.token === NATIVE_LOCAL ? NATIVE : await erc20[s.token as 2].getAddress();
            const value = s.token === NATIVE_LOCAL ? s.amount : 0n;
            await vault.deposit(depositRequest({ token: address, amount: s.amount }), { value });
            const queue = await queueOf({ vault, ...chain, admin });
            add(supply, s.token, unpack(DepositWord0, queue.at(-1)![0]).amount);
          } else if (s.kind === "ask") {
            const exit = { account: 1, cell: 1, token: ZUSD, payer: SECONDARY, recipient: recipients[0] };
            if (s.exits) await vault.exit(exit);
            else await vault.setKey(1, 5n);
          } else if (s.kind === "order") {
            const held = supply.get(s.token) ?? 0n;
            if (held === 0n) continue;
            const out = s.amount < held ? s.amount : held;
            const payments = [payment(idOf(s.token), recipients[s.recipient], out)];
            // Every other order has a second payment, of nothing.
            if (batch % 2n === 0n) payments.push({ ...payments[0], amount: 0n });
            add(supply, s.token, -out);
            await order(payments);
          } else if (s.kind === "orderNotHeld") {
            await order([payment(s.id, recipients[s.recipient], s.amount)]);
          } else if (s.kind === "pay") {
            const outbox = outboxes[0];
            if (!outbox) continue;
            const first = outbox.payments.splice(0, s.payments);
            await vault.pay(outbox.batch, first, outboxHash(outbox.payments));
            if (outbox.payments.length === 0) outboxes.shift();
            for (const paid of first) add(deferred, paid.token, paid.amount);
          } else if (s.kind === "claim") {
            await vault.claimFor(recipients[s.recipient], s.id).catch(() => undefined);
          } else if (s.kind === "block") {
            await blocklist.setBlocked(recipients[0], s.blocked);
          } else if (s.token !== NATIVE_LOCAL) {
            const before = await erc20[s.token as 2].balanceOf(vault);
            await erc20[s.token as 2].transfer(vault, s.amount);
            add(donated, s.token, (await erc20[s.token as 2].balanceOf(vault)) - before);
          }

          const claims = async (id: number): Promise<bigint> => {
            let sum = 0n;
            for (const who of recipients) sum += await vault.claimable(who, id);
            return sum;
          };
          for (const local of TOKENS) {
            const balance =
              local === NATIVE_LOCAL
                ? await ethers.provider.getBalance(vault)
                : await erc20[local as 2].balanceOf(vault);
            const inOutbox = outboxes
              .flatMap(({ payments }) => payments)
              .reduce((sum, { token, amount }) => sum + (token === idOf(local) ? amount : 0n), 0n);
            const owed = (supply.get(local) ?? 0n) + inOutbox + (await claims(idOf(local)));
            expect(balance, `token ${local} after ${s.kind}`).to.equal(owed + (donated.get(local) ?? 0n));
          }
          for (const id of NOT_HELD) expect(await claims(id), `token ${id}`).to.equal(deferred.get(id) ?? 0n);
        }
      }),
      { numRuns: 20 },
    );
  });
});
