import { expect } from "chai";
import { getAddress } from "ethers";
import { ASSETS, assetsOf } from "../../../protocol/pcd";

describe("The asset table", () => {
  it("has the seven chains, each once, with at least two pegged assets", () => {
    const ids = ASSETS.map(({ evmChainId }) => evmChainId);
    expect([...ids].sort((a, b) => a - b)).to.deep.equal([1, 10, 56, 137, 8453, 42161, 43114]);
    for (const { assets } of ASSETS) {
      expect(assets.filter((asset) => asset.class === "PEGGED")).to.have.length.at.least(2);
    }
    expect(() => assetsOf(31337)).to.throw(RangeError, "evmChainId: no assets are known on chain 31337");
    expect(assetsOf(10).name).to.equal("Optimism");
  });

  for (const { name, assets, sequencer } of ASSETS) {
    it(`${name}: addresses carry their checksums (EIP-55), and none stands for two things`, () => {
      const addresses = assets.flatMap((asset) =>
        asset.class === "PEGGED" ? [asset.address, asset.feed.address] : [asset.address],
      );
      if (sequencer !== undefined) addresses.push(sequencer);
      // A wrong digit would give another checksum.
      for (const address of addresses) expect(getAddress(address)).to.equal(address);
      expect(new Set(addresses).size).to.equal(addresses.length);
    });

    it(`${name}: decimals are 6 or 18, heartbeats an hour or a day, legs are pegged assets of the chain`, () => {
      for (const asset of assets) {
        if (asset.class === "PEGGED") {
          expect([6, 18], asset.symbol).to.include(asset.decimals);
          expect([3600, 86_400], asset.symbol).to.include(asset.feed.heartbeat);
        } else {
          for (const leg of asset.legs) {
            expect(assets.some(({ symbol, class: of }) => symbol === leg && of === "PEGGED")).to.equal(true, leg);
          }
        }
      }
    });
  }
});
