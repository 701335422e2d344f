import { expect } from "chai";
import { formatEther } from "ethers";
import { networkOf, type Network } from "../../protocol/chain/networks";
import { feesToFill, requestFee, SIZES, wordCount } from "../../protocol/spec";
import { costToFill, growthFor, LEAST_HALT_COST, requestsUntilHalt } from "../../scripts/cost/halt";
import {
  batchCost,
  COST_ASSUMPTIONS,
  pricedNetworks,
  type CostAssumptions,
  type GasFigures,
} from "../../scripts/cost/model";
import { LOCAL, requestFeesOf } from "../../scripts/deploy/config";

const [ethereum, bnb, base] = [1, 56, 8453].map((id) => networkOf(id) as Network);

const GAS: GasFigures = {
  batchPrimary: 600_000,
  batchSecondary: 500_000,
  transfer: 400,
  publishLayerZero: 300_000,
  publishHyperlane: 200_000,
  publishCommittee: 100_000,
  deliverLayerZero: 100_000,
  deliverHyperlane: 150_000,
  deliverCommittee: 50_000,
};

const ASSUMED: CostAssumptions = {
  prices: {
    1: { gas: 1, coin: 1_000, data: 0 },
    56: { gas: 2, coin: 100, data: 0 },
    8453: { gas: 1, coin: 1_000, data: 0.5 },
  },
  batchesPerFact: 1,
  relayMargin: 0.5,
  machine: 3.6,
  fill: 1,
};

describe("scripts/cost", () => {
  it("adds up gas, messages both ways and the proof", () => {
    const cost = batchCost(SIZES.small, ethereum, [ethereum, bnb], GAS, 10, ASSUMED);
    // Prices: 10^-6 dollar per gas on Ethereum, 2·10^-7 on BNB Smart Chain.
    expect(cost.primary).to.be.closeTo(0.6, 1e-9);
    expect(cost.secondaries).to.be.closeTo(0.1, 1e-9);
    // 600,000 to publish and 300,000 to deliver, each way; deliveries cost half more.
    expect(cost.messages).to.be.closeTo(0.6 + 0.06 * 1.5 + 0.12 + 0.3 * 1.5, 1e-9);
    expect(cost.proof).to.be.closeTo(0.01, 1e-9);
    expect(cost.total).to.be.closeTo(cost.primary + cost.secondaries + cost.messages + cost.proof, 1e-9);
    expect(cost.perOp).to.be.closeTo(cost.total / 32, 1e-9);
  });

  it("counts words beyond those measured, data on Ethereum, shared facts and empty slots", () => {
    const cost = batchCost(SIZES.large, ethereum, [ethereum, base], GAS, 0, {
      ...ASSUMED,
      batchesPerFact: 10,
      fill: 0.5,
    });
    const words = wordCount(SIZES.large);
    const more = (words - wordCount(SIZES.small)) * 400;
    expect(cost.primary).to.be.closeTo((600_000 + more) * 1e-6, 1e-9);
    expect(cost.secondaries).to.be.closeTo((500_000 + more) * 1e-6 + ((words + 45) * 32 * 0.5) / 1000, 1e-9);
    expect(cost.messages).to.be.closeTo((2 * (0.6 + 0.3 * 1.5)) / 10, 1e-9);
    expect(cost.perOp).to.be.closeTo(cost.total / 60, 1e-9);
  });

  it("knows prices of all networks with gateways, and says which are missing", () => {
    expect(pricedNetworks(COST_ASSUMPTIONS)).to.have.length(7);
    const neon = networkOf(245022934) as Network;
    expect(() => batchCost(SIZES.small, ethereum, [ethereum, neon], GAS, 0)).to.throw(
      RangeError,
      "prices: none are assumed for Neon EVM",
    );
  });
});

describe("scripts/cost/halt", () => {
  const [BASE, STEP] = [0.5, 64];

  it("V15: counts what is behind the last request that waits for the escape's delay", () => {
    expect(requestsUntilHalt({ secondsPerBatch: 600, requestsPerBatch: 10, escapeDelay: 3_600 })).to.equal(60);
    expect(requestsUntilHalt({ secondsPerBatch: 700, requestsPerBatch: 10, escapeDelay: 3_600 })).to.equal(60);
    expect(requestsUntilHalt()).to.equal(1_008 * 32);
  });

  it("V15: fills one queue as the vault prices it", () => {
    const fees = { base: 3n, growth: 1_000n };
    for (const count of [0, 1, STEP - 1, STEP, STEP + 1, 10 * STEP + 7]) {
      let expected = 0n;
      for (let open = 0; open < count; open++) expected += requestFee(fees, open);
      expect(feesToFill(fees, count), `${count} requests`).to.equal(expected);
      expect(costToFill([{ base: 3, growth: 1_000 }], count)).to.equal(Number(expected));
    }
  });

  it("V15: takes the cheapest queue each time, which nothing cheaper beats", () => {
    const chains = [
      { base: BASE, growth: 1 },
      { base: 0, growth: 3 },
    ];
    // Steps cost 0.5, 1.5, 2.5, 3.5 ... and 0, 3, 6 ...: the six cheapest.
    expect(costToFill(chains, 6 * STEP)).to.equal(STEP * (0 + 0.5 + 1.5 + 2.5 + 3 + 3.5));
    let least = Infinity;
    for (let first = 0; first <= 6; first++) {
      const split = [first, 6 - first].map((steps, i) => costToFill([chains[i]], steps * STEP));
      least = Math.min(least, split[0] + split[1]);
    }
    expect(costToFill(chains, 6 * STEP)).to.equal(least);
  });

  it("V15: a halt costs $100,000 with the fees that it names, and in a local deployment with those of its configuration", () => {
    for (const chains of [1, 2, 7]) {
      const growth = growthFor(chains);
      expect(costToFill(Array(chains).fill({ base: 0, growth }), requestsUntilHalt())).to.be.closeTo(
        LEAST_HALT_COST,
        1e-3,
      );
    }
    expect(growthFor(7)).to.be.within(0.08, 0.1);
    const COIN = 3_000;
    const local = LOCAL.chains.map((chain) => {
      const { base, growth } = requestFeesOf(chain);
      return { base: Number(formatEther(base)) * COIN, growth: Number(formatEther(growth)) * COIN };
    });
    expect(costToFill(local, requestsUntilHalt())).to.be.at.least(LEAST_HALT_COST);
  });
});
