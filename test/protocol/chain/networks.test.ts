import { expect } from "chai";
import { getAddress } from "ethers";
import { latencyOf } from "../../../protocol/chain/latency";
import { networkOf, NETWORKS, type Network } from "../../../protocol/chain/networks";
import { ASSETS } from "../../../protocol/pcd";
import { MAX_TIMESTAMP_AGE } from "../../../protocol/spec";
import { duration, latency } from "../../../tasks/support/latency";

const named = (name: string): Network => NETWORKS.find((network) => network.name === name) as Network;

describe("networks", () => {
  const distinct = (values: readonly unknown[]): void => {
    expect(new Set(values).size).to.equal(values.length);
  };

  it("have ids of their own, and a testnet for each mainnet", () => {
    distinct(NETWORKS.map(({ evmChainId }) => evmChainId));
    distinct(NETWORKS.map(({ name }) => name));
    distinct(NETWORKS.flatMap(({ layerZero }) => layerZero?.eid ?? []));
    distinct(NETWORKS.flatMap(({ hyperlane }) => hyperlane?.domain ?? []));
    const mainnets = NETWORKS.filter(({ testnetOf }) => testnetOf === undefined);
    expect(mainnets).to.have.length(8);
    for (const { evmChainId, coin } of mainnets) {
      const testnets = NETWORKS.filter(({ testnetOf }) => testnetOf === evmChainId);
      expect(testnets).to.have.length(1);
      expect(testnets[0].coin).to.deep.equal(coin);
    }
    expect(networkOf(8453)?.name).to.equal("Base");
    expect(networkOf(31337)).to.equal(undefined);
  });

  it("have addresses with their checksums (EIP-55), and LayerZero's ids in their ranges", () => {
    for (const { testnetOf, layerZero, hyperlane, evmChainId, notLive } of NETWORKS) {
      if (notLive !== undefined) continue;
      for (const address of [layerZero?.endpoint, hyperlane?.mailbox]) {
        expect(getAddress(address as string)).to.equal(address);
      }
      expect(Math.floor((layerZero?.eid ?? 0) / 10_000)).to.equal(testnetOf === undefined ? 3 : 4);
      // Hyperlane names EVM chains by their chain ids.
      expect(hyperlane?.domain).to.equal(evmChainId);
    }
  });

  it("that two gateways do not serve are not live", () => {
    for (const { layerZero, hyperlane, notLive } of NETWORKS) {
      expect(layerZero !== undefined && hyperlane !== undefined).to.equal(notLive === undefined);
    }
  });

  it("have assets, with a sequencer's feed where there is a sequencer", () => {
    for (const { evmChainId, sequencer } of ASSETS) {
      expect(networkOf(evmChainId)?.hasSequencer, `${evmChainId}`).to.equal(sequencer !== undefined);
    }
  });

  it("are final before a batch that waits for them becomes too old", () => {
    for (const { finality, blockTime } of NETWORKS) {
      expect(finality.seconds)
        .to.be.at.least(finality.blocks * blockTime)
        .and.below(MAX_TIMESTAMP_AGE);
    }
  });
});

describe("latency", () => {
  const assumptions = { gateways: 60, interval: 60, proof: 40 };

  it("adds up what passes in turn", () => {
    const [ethereum, bnb, base] = ["Ethereum", "BNB Smart Chain", "Base"].map(named);
    // On the primary: half an interval, the proof, a block.
    expect(latencyOf(ethereum, ethereum, ethereum, assumptions)).to.deep.equal({
      toPrimary: 0,
      batch: 30 + 40 + 12,
      toDestination: 0,
      total: 82,
    });
    // Two transactions, finality and gateways on each way.
    expect(latencyOf(base, ethereum, bnb, assumptions)).to.deep.equal({
      toPrimary: 2 * 2 + 1800 + 60,
      batch: 30 + 40 + 0.75,
      toDestination: 2 * 0.75 + 15 + 60 + 12,
      total: 1864 + 70.75 + 88.5,
    });
  });

  it("is shown for both kinds of primary, or one that is named", () => {
    const lines: string[] = [];
    latency({ gateways: 60, interval: 60, proof: 40 }, (text) => lines.push(text));
    const text = lines.join("\n");
    expect(text)
      .to.match(/Primary Ethereum, minutes:seconds/)
      .and.to.match(/Primary BNB Smart Chain, /);
    const row = text.split("\n").find((line) => line.trim().startsWith("Ethereum") && line.includes("1:22"));
    expect(row?.trim().split(/ {2,}/)[1]).to.equal("1:22");
    expect(() => latency({ primary: "Nowhere" })).to.throw("--primary must be one of Ethereum, ");
    expect(() => latency({ proof: -1 })).to.throw("--proof must not be negative, got -1");
    expect([59.6, 60, 125, 3600].map(duration)).to.deep.equal(["1:00", "1:00", "2:05", "60:00"]);
  });
});
