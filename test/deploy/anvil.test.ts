import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { startAnvil } from "../../scripts/anvil";

describe("anvil", () => {
  it("starts chains side by side with their own ids, and stops them", async () => {
    const nodes = await Promise.all([startAnvil(), startAnvil({ chainId: 31338 })]);
    expect(nodes[0].url).to.not.equal(nodes[1].url);
    for (const [i, { url, chainId }] of nodes.entries()) {
      expect(chainId).to.equal(31337 + i);
      const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true });
      expect(Number(await provider.send("eth_chainId", []))).to.equal(chainId);
      expect(await provider.getBlockNumber()).to.equal(0);
      provider.destroy();
    }
    for (const node of nodes) {
      await node.stop();
      await node.stop();
      const answer = await fetch(node.url, { method: "POST", body: "{}" }).catch((error: Error) => error);
      expect(answer).to.be.instanceOf(Error);
    }
  });

  it("passes arguments on, and says why it did not start", async () => {
    let message = "";
    await startAnvil({ args: ["--no-such-argument"] }).catch((error: Error) => (message = error.message));
    expect(message).to.include("anvil ended").and.to.include("--no-such-argument");
  });
});
