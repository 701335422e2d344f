import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { id, JsonRpcProvider, type Wallet } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { FactWaits, GatewayCarrier, publishFact, type Fact } from "../../protocol/chain/factCarrier";
import { openSrs } from "../../protocol/crypto/srs";
import { FactKind } from "../../protocol/spec";
import { State, StateCommitment } from "../../protocol/state";
import { domainOf } from "../../protocol/witness";
import { startAnvil } from "../../scripts/anvil";
import { attest, deliverAttested } from "../../tasks/support/attesters";
import { committee } from "../fixtures/committee";
import { deployMockChains, type MockChain } from "../fixtures/mockChains";
import { rejection } from "../fixtures/rejection";
import { SMALL_SIZE } from "../fixtures/world";

const NETWORKS = ["primary", "secondary"];
const CHAIN_IDS = [31337, 31338];
const FINALITY = 600;
const QUORUM = 3;
/** In ascending order; the last but one is down, and the last one lies. */
const ATTESTERS = committee("committee of five", 5);
/** Milliseconds until something that a running attester does must be there. */
const PATIENCE = 60_000;

/** Two nodes, each with a chain of its own, whose second gateway is a committee's: facts cross by the tasks alone. */
describe("a committee's attesters, two chains", () => {
  const cleanup: (() => Promise<unknown> | void)[] = [];
  const stop = new AbortController();
  let folder: string;
  let providers: JsonRpcProvider[];
  let chains: MockChain[];

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-attesters-"));
    cleanup.push(() => fs.rmSync(folder, { recursive: true }));
    const nodes = await Promise.all(CHAIN_IDS.map((chainId) => startAnvil({ chainId })));
    cleanup.push(...nodes.map((node) => () => node.stop()));
    providers = nodes.map(
      ({ url, chainId }) =>
        new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 }),
    );
    for (const provider of providers) {
      provider.pollingInterval = 20;
      cleanup.push(() => provider.destroy());
    }
    const srs = await openSrs({ power: SMALL_SIZE.cellBits, directory: path.join(__dirname, "../../.causeway/srs") });
    const domain = domainOf(31337n, id("attesters"));
    const signers = await Promise.all(providers.map((provider) => provider.getSigner(0)));
    chains = await deployMockChains({
      indices: [1, 2],
      domain,
      size: SMALL_SIZE,
      circuitId: id("small"),
      genesis: await new StateCommitment(srs).commit(State.genesis(domain, SMALL_SIZE.cellBits)),
      tauG2: srs.tauG2,
      signer: signers[0],
      signers,
      gateways: 1,
      committee: { attesters: ATTESTERS.map(({ address }) => address), quorum: QUORUM },
    });
    for (const [i, { name, rollup, firstBlock, facts }] of chains.entries()) {
      await (await facts.setFinality(FINALITY)).wait();
      const record = { name, rollup: await rollup.getAddress(), block: firstBlock, evmChainId: CHAIN_IDS[i] };
      fs.writeFileSync(path.join(folder, `${NETWORKS[i]}.json`), JSON.stringify(record));
    }
  });
  after(async () => {
    stop.abort();
    for (const end of cleanup.reverse()) await end();
  });

  /** The configuration of one who has this key; without one the node's accounts sign. */
  function configuration(key?: string): HardhatRuntimeEnvironment {
    const networks = NETWORKS.map((name, i) => [
      name,
      { url: providers[i]._getConnection().url, accounts: key === undefined ? "remote" : [key] },
    ]);
    const config = { networks: Object.fromEntries(networks), paths: { deployments: folder } };
    return { config, network: { name: NETWORKS[0] } } as unknown as HardhatRuntimeEnvironment;
  }

  /** Runs the task `attest`. @returns what it prints, and where it serves */
  async function startAttester({ privateKey }: Wallet): Promise<{ lines: string[]; url: string }> {
    const lines: string[] = [];
    const args = { secondaries: NETWORKS[1], host: "127.0.0.1", port: 0 };
    const ending = attest(args, configuration(privateKey), (line) => lines.push(line), stop.signal);
    cleanup.push(() => ending);
    let url: string | undefined;
    await until(() => (url = /Serving signatures at (\S+);/.exec(lines.join("\n"))?.[1]) !== undefined);
    return { lines, url: url! };
  }

  /** A server that answers everything with a signature by an attester of something else. */
  async function startLiar(signer: Wallet): Promise<string> {
    const signature = await signer.signMessage("something else");
    const server = http.createServer((_, response) => response.end(JSON.stringify({ signature })));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanup.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** An address at which nobody listens. */
  async function deadUrl(): Promise<string> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}`;
  }

  const grow = async (seconds: number): Promise<void> => {
    for (const provider of providers) {
      await provider.send("evm_increaseTime", [seconds]);
      await provider.send("evm_mine", []);
    }
  };

  async function deliver(attesters: readonly string[]): Promise<string[]> {
    const lines: string[] = [];
    const args = { secondaries: NETWORKS[1], attesters: attesters.join(","), watch: false };
    await deliverAttested(args, configuration(), (line) => lines.push(line));
    return lines;
  }

  it("carries facts both ways by real attesters, with one of them down and one that lies", async () => {
    const [primary, secondary] = chains;
    const [dead, liar] = [await deadUrl(), await startLiar(ATTESTERS[4])];
    const running = await Promise.all(ATTESTERS.slice(0, QUORUM).map(startAttester));
    const [first, second, third] = running.map(({ url }) => url);
    for (const [i, { lines }] of running.entries()) {
      expect(lines[0]).to.equal(`${ATTESTERS[i].address} is an attester on chain 1, chain 2`);
    }

    // A request's head for the primary, and a batch for the secondary: genesis, which needs no proof.
    await (await secondary.vault.setKey(1, 0)).wait();
    const head: Fact = { kind: FactKind.Queue, number: 1, value: await secondary.vault.headAt(1) };
    const batch: Fact = { kind: FactKind.Batch, number: 0, value: await primary.rollup.batchHash(0) };
    const crossings = [
      [head, secondary, primary],
      [batch, primary, secondary],
    ] as const;
    for (const [fact, from, to] of crossings) {
      expect(await rejection(publishFact(fact, from, to))).to.be.instanceOf(FactWaits);
    }
    await grow(FINALITY);
    const carrier = new GatewayCarrier();
    for (const [fact, from, to] of crossings) {
      expect(await rejection(carrier.carry(fact, from, to))).to.be.instanceOf(FactWaits);
      expect(await to.facts.holds(fact.kind, from.index, fact.number, fact.value), "one gateway alone").to.equal(false);
    }

    // The messages are not final: nobody signs.
    const early = await deliver([dead, first, liar, second, third]);
    expect(early.at(-1)).to.equal("0 delivered, 2 lack signatures, 0 failed");
    expect(early[0]).to.include("lacking: message 1 (batch 0) from chain 1 to chain 2 has 0 of 3 signatures");
    expect(early[0]).to.include(`${first} has not signed`);
    expect(early[0]).to.include(`${liar} gave no signature by an attester`);
    expect(early[0]).to.match(new RegExp(`${dead} does not answer: .*ECONNREFUSED`));

    await grow(FINALITY);
    await until(() => running.every(({ lines }) => lines.filter((line) => line.includes("signed:")).length === 2));
    // One that repeats itself makes no quorum.
    const few = await deliver([liar, first, first, dead, second]);
    expect(few.at(-1)).to.equal("0 delivered, 2 lack signatures, 0 failed");
    expect(few.join("\n")).to.include("message 1 (queue head at 1) from chain 2 to chain 1 has 2 of 3 signatures");

    const enough = await deliver([liar, dead, third, first, first, second]);
    expect(enough).to.deep.equal([
      "delivered: message 1 (batch 0) from chain 1 to chain 2",
      "delivered: message 1 (queue head at 1) from chain 2 to chain 1",
      "2 delivered, 0 lack signatures, 0 failed",
    ]);
    for (const [fact, from, to] of crossings) {
      expect(await to.facts.holds(fact.kind, from.index, fact.number, fact.value)).to.equal(true);
      await carrier.carry(fact, from, to);
    }
    expect(await deliver([first])).to.deep.equal(["0 delivered, 0 lack signatures, 0 failed"]);
  });

  it("refuses who is no attester, and a delivery without addresses", async () => {
    const args = { secondaries: NETWORKS[1], host: "127.0.0.1", port: 0 };
    const [stranger] = committee("stranger", 1);
    const starting = attest(args, configuration(stranger.privateKey), () => undefined, stop.signal);
    expect((await rejection(starting)).message).to.include(`${stranger.address} is in no committee`);
    expect((await rejection(deliver([]))).message).to.include("attesters: must be addresses like http://HOST:PORT");
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
