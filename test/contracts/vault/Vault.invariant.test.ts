import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";
import { DepositWord0, unpack } from "../../../protocol/spec";
import { outboxHash } from "../../../protocol/witness/hashes";
import { deployChain, depositRequest, impersonate, NATIVE, queueOf, type RequestWords } from "../../fixtures/contracts";

const TOKENS = [1, 2, 3, 4];
const NATIVE_ID = 1;

/** One step of a random history. */
type Step =
  | { kind: "deposit"; token: number; amount: bigint }
  | { kind: "order"; token: number; amount: bigint; recipient: number }
  | { kind: "pay"; payments: number }
  | { kind: "claim"; token: number; recipient: number }
  | { kind: "block"; blocked: boolean }
  | { kind: "donate"; token: number; amount: bigint };

const token = fc.constantFrom(...TOKENS);
const amount = fc.bigInt(1n, 1000n);
const recipient = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("deposit" as const), token, amount }),
  fc.record({ kind: fc.constant("order" as const), token, amount, recipient }),
  fc.record({ kind: fc.constant("pay" as const), payments: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("claim" as const), token, recipient }),
  fc.record({ kind: fc.constant("block" as const), blocked: fc.boolean() }),
  fc.record({ kind: fc.constant("donate" as const), token, amount }),
);

interface TestPayment {
  token: number;
  recipient: string;
  amount: bigint;
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
        const outboxes: { batch: bigint; payments: TestPayment[] }[] = [];
        let batch = 0n;
        let queue: RequestWords[] = [];
        const add = (to: Map<number, bigint>, id: number, value: bigint) => to.set(id, (to.get(id) ?? 0n) + value);

        for (const s of steps) {
          if (s.kind === "deposit") {
            const address = s.token === NATIVE_ID ? NATIVE : await erc20[s.token as 2].getAddress();
            const value = s.token === NATIVE_ID ? s.amount : 0n;
            await vault.deposit(depositRequest({ token: address, amount: s.amount }), { value });
            queue = await queueOf({ vault, ...chain, admin });
            add(supply, s.token, unpack(DepositWord0, queue.at(-1)![0]).amount);
          } else if (s.kind === "order") {
            const held = supply.get(s.token) ?? 0n;
            if (held === 0n) continue;
            const out = s.amount < held ? s.amount : held;
            const payments = [{ token: s.token, recipient: recipients[s.recipient], amount: out }];
            // Every other order has a second payment, of nothing.
            if (batch % 2n === 0n) payments.push({ ...payments[0], amount: 0n });
            add(supply, s.token, -out);
            await vault.connect(rollupVoice).enqueueOutbox(++batch, hashOf(payments));
            outboxes.push({ batch, payments });
          } else if (s.kind === "pay") {
            const outbox = outboxes[0];
            if (!outbox) continue;
            const first = outbox.payments.splice(0, s.payments);
            await vault.pay(outbox.batch, first, hashOf(outbox.payments));
            if (outbox.payments.length === 0) outboxes.shift();
          } else if (s.kind === "claim") {
            await vault.claimFor(recipients[s.recipient], s.token).catch(() => undefined);
          } else if (s.kind === "block") {
            await blocklist.setBlocked(recipients[0], s.blocked);
          } else if (s.token !== NATIVE_ID) {
            const before = await erc20[s.token as 2].balanceOf(vault);
            await erc20[s.token as 2].transfer(vault, s.amount);
            add(donated, s.token, (await erc20[s.token as 2].balanceOf(vault)) - before);
          }

          for (const id of TOKENS) {
            const balance =
              id === NATIVE_ID ? await ethers.provider.getBalance(vault) : await erc20[id as 2].balanceOf(vault);
            const inOutbox = outboxes
              .flatMap(({ payments }) => payments)
              .reduce((sum, payment) => sum + (payment.token === id ? payment.amount : 0n), 0n);
            let claims = 0n;
            for (const who of recipients) claims += await vault.claimable(who, id);
            const owed = (supply.get(id) ?? 0n) + inOutbox + claims;
            expect(balance, `token ${id} after ${s.kind}`).to.equal(owed + (donated.get(id) ?? 0n));
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

function hashOf(payments: readonly TestPayment[]): string {
  return payments.length === 0 ? ZeroHash : outboxHash(payments.map((payment) => ({ ...payment, chain: 1 })));
}
