import { expect } from "chai";
import { ethers } from "hardhat";
import { inspectToken } from "../../../protocol/chain/listing";

describe("What is looked for in a token before it is listed", () => {
  const EVM_CHAIN_ID = 31337;

  /** The verdicts and what they are about. */
  async function look(address: string, zusd?: string) {
    const findings = await inspectToken(ethers.provider, address, EVM_CHAIN_ID, zusd);
    const of = (verdict: string) => findings.filter((finding) => finding.verdict === verdict).map(({ what }) => what);
    return { ok: of("ok"), watch: of("watch"), refuse: of("refuse") };
  }

  it("O7: an address without code is refused, and so is zUSD itself", async () => {
    const { refuse } = await look("0x00000000000000000000000000000000000000aa");
    expect(refuse).to.deep.equal(["there is no code at this address"]);
    const token = await ethers.deployContract("MockToken", ["USD", 6]);
    const address = await token.getAddress();
    expect((await look(address, address)).refuse).to.deep.equal(["it is zUSD itself"]);
  });

  it("a plain token of 6 or 18 decimals passes; one of 24 does not", async () => {
    for (const decimals of [6, 18]) {
      const token = await ethers.deployContract("MockToken", ["USD", decimals]);
      const { ok, refuse } = await look(await token.getAddress());
      expect(ok).to.include(`it has ${decimals} decimals`);
      expect(refuse).to.deep.equal([]);
    }
    const wide = await ethers.deployContract("MockToken", ["WIDE", 24]);
    expect((await look(await wide.getAddress())).refuse).to.deep.equal(["it has 24 decimals, more than 18"]);
  });

  it("a fee switch that is off is said; one that is on is refused; blocklist and destruction are said", async () => {
    const token = await ethers.deployContract("UsdtToken");
    const address = await token.getAddress();
    const before = await look(address);
    expect(before.watch).to.include("it can take a fee of transfers: basisPointsRate is 0 now");
    expect(before.watch.some((what) => what.includes("can block addresses"))).to.equal(true);
    expect(before.watch.some((what) => what.includes("can destroy"))).to.equal(true);
    expect(before.refuse.some((what) => what.includes("fee"))).to.equal(false);
    await token.setParams(5, 100);
    expect((await look(address)).refuse).to.include("it takes a fee of transfers: basisPointsRate is 5");
  });

  it("a proxy is followed to its code, which may be replaced", async () => {
    const token = await ethers.deployContract("UsdtToken");
    const proxy = await ethers.deployContract("MockToken", ["USD", 6]);
    const slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    const implementation = await token.getAddress();
    const word = ethers.zeroPadValue(implementation, 32);
    await ethers.provider.send("hardhat_setStorageAt", [await proxy.getAddress(), slot, word]);
    const { watch } = await look(await proxy.getAddress());
    expect(watch).to.include(`it is a proxy: ${implementation} can be replaced, and all this with it`);
    expect(watch.some((what) => what.includes("can block addresses"))).to.equal(true);
  });
});
