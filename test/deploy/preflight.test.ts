import { expect } from "chai";
import { Wallet } from "ethers";
import hre from "hardhat";
import { circuitArtifacts, flawsOf } from "../../protocol/prover";
import { LOCAL, type ChainConfig } from "../../scripts/deploy/config";
import type { DeployContext } from "../../scripts/deploy/context";
import { preflight, runChecks } from "../../scripts/deploy/preflight";
import { SIX } from "../protocol/prover/circuits";
import { rejection } from "../fixtures/rejection";

const NOBODY = `0x${"5a".repeat(20)}`;

const NO_CODE = "there must be a contract at this address";

describe("preflight", () => {
  /** The local deployment's primary, on a chain that has nothing. */
  async function contextOf(change: Partial<ChainConfig> = {}, deployer?: string): Promise<DeployContext> {
    const chain = { ...LOCAL.chains[0], ...change };
    const config = { ...LOCAL, chains: [chain, LOCAL.chains[1]] };
    const [signer] = await hre.ethers.getSigners();
    return { hre, config, chain, live: false, deployer: deployer ?? signer.address };
  }

  const wrongFields = async (context: DeployContext): Promise<(string | undefined)[][]> =>
    (await runChecks(context)).filter(({ wrong }) => wrong !== undefined).map(({ field, wrong }) => [field, wrong]);

  it("names every address where there is no contract, by its field", async () => {
    const [pegged, , pair] = LOCAL.chains[0].facilities!;
    const context = await contextOf({
      tokens: ["native", { address: NOBODY }],
      gateways: [{ address: NOBODY }],
      facilities: [
        { ...pegged, feed: { address: NOBODY, heartbeat: 60 } } as typeof pegged,
        { ...pair, pair: NOBODY } as typeof pair,
      ],
    });
    expect(await wrongFields(context)).to.deep.equal([
      ["tokens[1]", NO_CODE],
      ["gateways[0].address", NO_CODE],
      ["facility USDC: feed", NO_CODE],
      ["facility LP: pair", NO_CODE],
    ]);
  });

  it("names an account that cannot pay, and prints the table before it refuses", async () => {
    const { address } = Wallet.createRandom();
    let printed = "";
    const { message } = await rejection(preflight(await contextOf({}, address), (text) => (printed += text)));
    expect(message).to.include("chain primary is not ready").and.to.include(`balance of ${address}: must be at least`);
    expect(printed).to.include("pending transactions");
  });

  it("names what a live network refuses, all of it", async () => {
    const fields = await wrongFields({ ...(await contextOf({ evmChainId: 1 })), live: true });
    expect(fields).not.to.deep.include(["governance.governor", NO_CODE]);
    const refusals = fields.filter(([field]) => field === "network").map(([, wrong]) => wrong);
    for (const reason of ["development SRS", "a test gateway", "finality", "a governor", "TUSD", "everyone knows"]) {
      expect(refusals.some((refusal) => refusal?.includes(reason))).to.equal(true, reason);
    }
  });

  it("names a governor that is not there yet on a live network; a development node needs no multisig", async () => {
    const context = await contextOf({});
    const { address: governor } = Wallet.createRandom();
    const config = { ...context.config, governance: { governor, timelock: 0 } };
    expect(await wrongFields({ ...context, config, live: true })).to.deep.include(["governance.governor", NO_CODE]);
    expect(await wrongFields({ ...context, config })).to.deep.equal([]);
  });

  it("[proof] makes the verifier anew from its key: another verifier, key or circuit is named", async () => {
    const artifacts = await circuitArtifacts(SIX);
    expect(await flawsOf(artifacts)).to.deep.equal([]);
    const { verifier, vkey } = artifacts;
    const another = { ...verifier, deployedBytecode: `${verifier.deployedBytecode.slice(0, -2)}00` };
    expect(await flawsOf({ ...artifacts, verifier: another })).to.deep.equal(["the verifier is not made from the key"]);
    const [flaw, ...more] = await flawsOf({ ...artifacts, vkey: { ...vkey, Qm: vkey.Ql } });
    expect(flaw).to.include("the verification key is of circuit");
    expect(more).to.deep.equal([]);
  });
});
