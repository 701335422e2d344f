import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { parseEther } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Batcher } from "../../protocol/batcher/batcher";
import type { BatcherEvent } from "../../protocol/batcher/events";
import { serve } from "../../protocol/batcher/server";
import { readBooks } from "../../protocol/chain/conservation";
import { Ledger } from "../../protocol/chain/ledger";
import { submitBatch } from "../../protocol/chain/submitter";
import { NATIVE } from "../../protocol/chain/tokens";
import { deposit } from "../../protocol/client/deposit";
import { signOp, withdrawal } from "../../protocol/client/ops";
import { circuitArtifacts } from "../../protocol/prover";
import { potential } from "../../protocol/pcd";
import { tokenId } from "../../protocol/spec";
import type { UnsignedOp } from "../../protocol/state";
import {
  as,
  Cleanup,
  createPeople,
  startBatcher,
  startChains,
  type DemoChain,
  type Person,
} from "../../scripts/demo/world";
import * as collateral from "../../tasks/support/collateral";
import { LOCAL, requestFeesOf } from "../../scripts/deploy/config";
import { runHardhat } from "../../scripts/deploy/hardhat";
import { balances, books, queue, status } from "../../tasks/support/inspect";
import { deposit as depositTask, open, swap, transfer, withdraw } from "../../tasks/support/user";
import { rejection } from "../fixtures/rejection";

const ETH_A = tokenId(1, 1);
const ETH_B = tokenId(2, 1);

/** One batch with a real proof through two chains, each an EVM of its own, deployed by the deploy scripts; then the users' tasks. */
describe("two chains, real proof [proof]", () => {
  const cleanup = new Cleanup();
  const events: BatcherEvent[] = [];
  let folder: string;
  let chains: DemoChain[];
  let batcher: Batcher;
  let alice: Person;
  let bob: Person;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-two-chains-"));
    cleanup.add(() => fs.rmSync(folder, { recursive: true }));
    const artifacts = await circuitArtifacts("test");
    chains = await startChains(folder, cleanup);
    [alice, bob] = await createPeople(["Alice", "Bob"], chains);
    batcher = await startBatcher(folder, chains, artifacts, cleanup, (event) => events.push(event));
  });
  after(() => cleanup.run());

  async function send(person: Person, op: UnsignedOp): Promise<void> {
    const state = await batcher.expected();
    const { nonce, token } = state.balance(op.from);
    await batcher.submit(signOp(person.key, op, { domain: state.domain, nonce, token }));
  }

  it("R9: pays across the chains and out again with one proof that both chains verify", async () => {
    const [a, b] = chains;
    const bobBefore = await a.chain.provider.getBalance(bob.wallet.address);
    await deposit(as(alice, a), { token: NATIVE, amount: parseEther("5"), key: alice.key.ay });
    await deposit(as(bob, b), { token: NATIVE, amount: parseEther("3"), key: bob.key.ay });
    await batcher.expected();
    await send(alice, { op: "Open", fee: 0n, from: 1, cell: 3, token: ETH_A, account: 2 });
    await send(alice, { op: "Transfer", fee: 0n, from: 1, to: 3, account: 2, amount: parseEther("2") });
    await send(bob, withdrawal(3, ETH_A, parseEther("0.5"), bob.wallet.address));
    expect(await batcher.step()).to.equal(1);

    expect(batcher.state.balance(1)).to.deep.equal({ balance: parseEther("3"), nonce: 2, token: ETH_A, account: 1 });
    expect(batcher.state.balance(2)).to.deep.equal({ balance: parseEther("3"), nonce: 0, token: ETH_B, account: 2 });
    expect(batcher.state.balance(3)).to.deep.equal({ balance: parseEther("1.5"), nonce: 1, token: ETH_A, account: 2 });
    expect((await a.chain.provider.getBalance(bob.wallet.address)) - bobBefore).to.equal(parseEther("0.5"));

    const [first, second] = await Promise.all(chains.map(({ chain }) => chain.rollup.commitment()));
    expect(first).to.deep.equal(second);
    expect(await a.chain.rollup.batchHash(1)).to.equal(await b.chain.rollup.batchHash(1));
    for (const { chain } of chains) {
      const ledger = new Ledger(chain);
      await ledger.sync();
      expect([...ledger.state.nonzero()]).to.have.deep.members([...batcher.state.nonzero()]);
    }
  });

  it("R4: a chain refuses the proof once anything in it or about it is changed", async () => {
    const [a] = chains;
    const ledger = new Ledger(a.chain);
    await ledger.sync();
    const { batch } = ledger.batches[0];
    // The batch again on a chain that has it already, and a tampered copy of it as the next one.
    const again = await rejection(submitBatch(a.chain, batch, []));
    expect(again.message).to.include("Rollup_WrongNumber(expected: 2, actual: 1)");
    const next = { ...batch, words: [batch.words[0] + 1n, ...batch.words.slice(1).map(() => 0n)] };
    expect((await rejection(submitBatch(a.chain, next, []))).message).to.match(/Rollup_Invalid(Opening|Proof)/);
  });

  it("balances the books of both vaults from the chains alone", async () => {
    await deposit(as(bob, chains[1]), { token: NATIVE, amount: 7n, key: bob.key.ay });
    for (const { chain } of chains) {
      for (const { token, surplus } of await readBooks(chain))
        expect(surplus, `${token.symbol} on ${chain.name}`).to.equal(0n);
    }
    const [eth] = await readBooks(chains[1].chain);
    const fees = requestFeesOf(LOCAL.chains[1]).base * (await chains[1].chain.vault.requestCount());
    expect(eth).to.include({
      vault: parseEther("3") + 7n + fees,
      supply: parseEther("3"),
      queued: 7n,
      outbox: 0n,
      claimable: 0n,
      fees,
    });
  });

  describe("tasks of a person with one chain", () => {
    /** The configuration as it is for Alice, who knows the primary chain only. */
    function environment(): HardhatRuntimeEnvironment {
      const networks = { primary: { url: chains[0].url, accounts: [alice.wallet.privateKey] } };
      const paths = { deployments: path.join(folder, "deployments") };
      return { config: { networks, paths }, network: { name: "primary" } } as unknown as HardhatRuntimeEnvironment;
    }

    /** What a task prints, or its error. */
    async function output<A>(
      task: (args: A, hre: HardhatRuntimeEnvironment, print: (text: string) => void) => Promise<void>,
      args: A,
    ): Promise<string> {
      const lines: string[] = [];
      try {
        await task(args, environment(), (text) => lines.push(text));
      } catch (error) {
        lines.push(`error: ${(error as Error).message}`);
      }
      return lines.join("\n");
    }

    it("run from the command line", async () => {
      const deployments = path.join(folder, "deployments");
      const options = { network: "primary", rpcUrl: chains[0].url, deployments };
      const { code, output: printed } = await runHardhat(["books"], options);
      // One request was made here, at 0.000006667.
      expect(printed).to.match(/ETH +4\.500006667 +4\.5 +0\.0 +0\.0 +0\.0 +0\.000006667 +0\.0/);
      expect(code).to.equal(0);
    });

    it("read balances and status from that chain", async () => {
      const text = await output(balances, { address: bob.wallet.address });
      expect(text).to.match(/2 +3 +1\.5 +ETH +1$/m);
      expect(text).to.match(/2 +2 +3000000000000000000 units +token 1 of chain 2 +0$/m);
      expect(text).not.to.include(alice.wallet.address);
      expect(await output(status, {}))
        .to.match(/index 1 \(primary\)/)
        .and.to.match(/batch +1 \(20/);
    });

    it("deposit into one's own account and cell, and show the queue", async () => {
      const done = await output(depositTask, { token: "ETH", amount: "0.25" });
      expect(done).to.include("account 1, balance cell 1");
      expect(await output(queue, { all: false }))
        .to.match(/2 requests on .*, 1 consumed/)
        .and.to.match(/0\.25 +ETH +1 +1 +waits/);
      const refused = async (token: string, amount: string) => output(depositTask, { token, amount });
      expect(await refused("XYZ", "1")).to.include('token "XYZ": is not listed; listed: 1 ETH, 2 TUSD, 3 TDAI');
      expect(await refused("TUSD", "1.1234567")).to.include("error: amount: TUSD has 6 decimals");
      expect(await refused("TUSD", "-1")).to.include('error: amount: must be a number like 1.5, got "-1"');
      expect(await refused("TUSD", "0")).to.match(/error: .*deposit: Requests_AmountOutOfRange\(amount: 0\)/);
    });

    it("hand signed ops to a running batcher, which refuses wrong ones by field and rule", async () => {
      const door = await serve(batcher, 0);
      const keyFile = path.join(folder, "alice.key");
      fs.writeFileSync(keyFile, Buffer.from(alice.key.secret).toString("hex"), { mode: 0o600 });
      const common = { from: 1, batcher: door.url, keyFile, units: false };
      try {
        expect(await output(transfer, { ...common, to: 3, amount: "0.5" })).to.include(
          "Handed over: 0.5 ETH from balance cell 1 to balance cell 3 of account 2",
        );
        expect(await output(withdraw, { ...common, amount: "125000000000000000", units: true })).to.include(
          `Handed over: 0.125 ETH from balance cell 1 to ${alice.wallet.address}`,
        );
        // Cell 4 will be that of the deposit which waits in the other chain's queue.
        expect(await output(open, { ...common, token: "2:2" })).to.include("account 1 gets balance cell 5 for 2:2");
        expect(batcher.pooled.map(({ op }) => op)).to.deep.equal(["Transfer", "Withdraw", "Open"]);
        // What a packed amount cannot hold leaves exactly, in two words.
        const exact = await output(withdraw, { ...common, amount: "0.1234567890123456" });
        expect(exact).to.include("Handed over: 0.1234567890123456 ETH from balance cell 1");
        expect(batcher.pooled.at(-1)?.op).to.equal("WithdrawExact");
        const refusals = [
          await output(transfer, { ...common, to: 3, amount: "1000" }),
          await output(transfer, { ...common, to: 2, amount: "1" }),
          await output(withdraw, { ...common, amount: "1", recipient: "bob" }),
        ];
        expect(refusals[0]).to.include("error: Transfer.amount exceeds the balance of cell 1");
        expect(refusals[1]).to.include("error: Transfer.to is cell 2 of token 2049, but the payer's is token 1025");
        expect(refusals[2]).to.include('error: recipient: must be an address, got "bob"');
        expect(batcher.pooled).to.have.length(4);
      } finally {
        await door.close();
      }
    });

    it("mint, redeem, swap and read the books of zUSD", async () => {
      const minted = await output(collateral.mint, { token: "USDC", amount: "1000", min: "1000" });
      expect(minted).to.include("Minted 1000.0 zUSD on primary with 1000 USDC");
      const redeemed = await output(collateral.redeem, { token: "USDC", amount: "100", min: "99" });
      // 5 of 10,000 and, with 1,000 of a target of 1,000 in reserve, κ·100²/2000 = 0.05.
      expect(redeemed).to.include("Redeemed 100 zUSD on primary into 99.9 USDC");
      const refused = await output(collateral.redeem, { token: "USDC", amount: "100", min: "99.99" });
      expect(refused).to.match(/error: .*redeem: Facility_BelowMinimum/);
      expect(await output(collateral.redeem, { token: "TDAI", amount: "1", min: "0" })).to.include(
        "has no pegged facility here",
      );
      expect(await output(collateral.facilities, {})).to.match(
        /USDC +pegged +live +900\.0 +900\.0 +100000000\.0 +1\.0000/,
      );
      // No debt is two days old yet: nothing may be lent on shares.
      const opened = await output(collateral.open, { facility: "LP", shares: "0.0000000001", debt: "200" });
      expect(opened).to.include("error: ");
      expect(await output(collateral.positions, { facility: "LP" })).not.to.match(/^ +1 /m);

      const swapArguments = { token: "USDC", amount: "50", into: "2:4", min: "0", validFor: 60 };
      expect(await output(swap, swapArguments)).to.match(
        /Swapping 50 USDC of primary into token 4 of chain 2 .*request 2 of/,
      );
      expect(await output(swap, { ...swapArguments, token: "zUSD" })).to.include("request 3 of its queue");
      expect(await output(swap, { ...swapArguments, into: "B" })).to.include(
        "error: into: must be CHAIN or CHAIN:NUMBER",
      );
      expect(await output(depositTask, { token: "USDC", amount: "10" })).to.include("Deposited 10 USDC as zUSD");
      expect(await output(queue, { all: false })).to.match(/50\.0 +zUSD/);

      const read = JSON.parse(await output(books, { json: true })) as {
        debts: { supply: string; queued: string; factor: string }[];
        verdicts: { id: string; holds: boolean; left: string; right: string }[];
      };
      // Who refills the reserve is paid out of what the redemption cost: Φ(R) − Φ(R + x) less a unit, κ = 1 %, T = 1,000.
      const rebate = (reserve: bigint, added: bigint): bigint =>
        potential(reserve, 10n ** 9n, 100n) - potential(reserve + added, 10n ** 9n, 100n) - 1n;
      const first = rebate(900_000_000n, 50_000_000n);
      const second = rebate(950_000_000n + first, 10_000_000n);
      const zusd = (whole: number, units = 0n): string => (BigInt(whole) * 10n ** 18n + units * 10n ** 12n).toString();
      expect(read.debts[0]).to.include({ supply: zusd(850), queued: zusd(110, first + second), factor: zusd(1) });
      expect(read.verdicts.filter(({ holds }) => !holds)).to.deep.equal([]);
      expect(read.verdicts.find(({ id }) => id === "I2")).to.include({
        left: zusd(960, first + second),
        right: zusd(960, first + second),
      });
    });

    it("take no key that others can read, or that lies in the repository", async () => {
      const keyFile = path.join(folder, "open.key");
      fs.writeFileSync(keyFile, "11".repeat(32), { mode: 0o644 });
      const args = { from: 1, to: 3, amount: "1", batcher: "http://127.0.0.1:1", units: false };
      expect(await output(transfer, { ...args, keyFile })).to.match(/error: keyFile: .* can be read by others/);
      expect(await output(transfer, { ...args, keyFile: "package.json" })).to.include("is in the repository");
    });
  });
});
