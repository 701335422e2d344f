/** Gas of telling a chain's `Facts` a fact by each gateway, over the protocols' own contracts. */
import { ethers } from "hardhat";
import type { Signer, TransactionReceipt } from "ethers";
import { FactKind } from "../../protocol/spec";
import type { IPeerGateway } from "../../typechain-types";
import * as committee from "../../test/fixtures/committee";
import { type Chain, deployTwoChains, PRIMARY, SECONDARY } from "../../test/fixtures/contracts";
import * as hyperlane from "../../test/fixtures/hyperlane";
import * as layerZero from "../../test/fixtures/layerZero";
import { gasOf } from "./gasOf";

/** Addresses are hashes, and so are the zero bytes in calldata that has them. */
const tolerance = 0.01;

export const GATEWAY_FIGURES = {
  publishLayerZero: { title: "fact published by LayerZero, two verifiers", most: 450_000, tolerance },
  deliverLayerZero: { title: "fact delivered by LayerZero's executor", most: 250_000, tolerance },
  publishHyperlane: { title: "fact published by Hyperlane", most: 250_000, tolerance },
  deliverHyperlane: { title: "fact delivered by Hyperlane, two validators", most: 300_000, tolerance },
  publishCommittee: { title: "fact published by a committee", most: 150_000, tolerance },
  deliverCommittee: { title: "fact delivered by a committee, three signatures", most: 200_000, tolerance },
};

type GatewayFigures = Record<keyof typeof GATEWAY_FIGURES, number>;

/** Two gateways of a kind between two chains, and how a published fact is delivered. */
interface Line {
  source: IPeerGateway;
  destination: IPeerGateway;
  deliver: (published: TransactionReceipt) => Promise<number>;
}

/** Both chains have the id of the one EVM. */
const CHAIN_ID = 31337n;
const DOMAINS = [30_101, 30_102];

export async function measureGateways(): Promise<GatewayFigures> {
  const [publishLayerZero, deliverLayerZero] = await measure(layerZeroLine);
  const [publishHyperlane, deliverHyperlane] = await measure(hyperlaneLine);
  const [publishCommittee, deliverCommittee] = await measure(committeeLine);
  return {
    publishLayerZero,
    deliverLayerZero,
    publishHyperlane,
    deliverHyperlane,
    publishCommittee,
    deliverCommittee,
  };
}

/** Of the second fact: the first pays for fresh storage. */
async function measure(makeLine: (signer: Signer, primary: Chain) => Promise<Line>): Promise<[number, number]> {
  const { primary, secondary } = await deployTwoChains();
  const { source, destination, deliver } = await makeLine(primary.admin, primary);
  await primary.facts.addGateway(source);
  await secondary.facts.addGateway(destination);
  // The new gateway alone: there is never none.
  for (const { facts, gateways } of [primary, secondary]) await facts.removeGateway(gateways[0]);

  let figures: [number, number] = [0, 0];
  for (const number of [1, 2]) {
    await primary.vault.setKey(1, 0);
    const value = await source.quote(await primary.chains.remoteOf(SECONDARY), new Uint8Array(96));
    const sent = primary.facts.publish(FactKind.Queue, number, SECONDARY, { value });
    const published = await gasOf(sent);
    const receipt = await (await sent).wait();
    figures = [published, await deliver(receipt!)];
    const head = await primary.vault.headAt(number);
    if (!(await secondary.facts.holds(FactKind.Queue, PRIMARY, number, head)))
      throw new Error("the fact does not hold");
  }
  return figures;
}

async function layerZeroLine(signer: Signer, { access }: Chain): Promise<Line> {
  const [from, to] = [
    await layerZero.deployLayerZero(signer, DOMAINS[0], [DOMAINS[1]]),
    await layerZero.deployLayerZero(signer, DOMAINS[1], [DOMAINS[0]]),
  ];
  const source = await ethers.deployContract("LayerZeroGateway", [access, from.endpoint]);
  const destination = await ethers.deployContract("LayerZeroGateway", [access, to.endpoint]);
  await source.setPeer(CHAIN_ID, DOMAINS[1], destination, layerZero.pathwayOf(from));
  await destination.setPeer(CHAIN_ID, DOMAINS[0], source, layerZero.pathwayOf(to));
  const deliver = async (published: TransactionReceipt): Promise<number> => {
    const [packet] = layerZero.packetsOf(from, published);
    await layerZero.verifyPacket(to, packet);
    await layerZero.commitPacket(to, packet);
    return gasOf(layerZero.executePacket(to, packet));
  };
  return { source, destination, deliver };
}

async function hyperlaneLine(signer: Signer, { access }: Chain): Promise<Line> {
  const [from, to] = [
    await hyperlane.deployHyperlane(signer, DOMAINS[0]),
    await hyperlane.deployHyperlane(signer, DOMAINS[1]),
  ];
  const source = await ethers.deployContract("HyperlaneGateway", [access, from.mailbox, from.module]);
  const destination = await ethers.deployContract("HyperlaneGateway", [access, to.mailbox, to.module]);
  await source.setPeer(CHAIN_ID, DOMAINS[1], destination);
  await destination.setPeer(CHAIN_ID, DOMAINS[0], source);
  const deliver = async (published: TransactionReceipt): Promise<number> => {
    const [message] = await hyperlane.messagesOf(from, published);
    return gasOf(hyperlane.processMessage(to, message, await hyperlane.metadataOf(message)));
  };
  return { source, destination, deliver };
}

async function committeeLine(_signer: Signer, { access }: Chain): Promise<Line> {
  const attesters = committee.ATTESTERS.map(({ address }) => address);
  const deploy = () => ethers.deployContract("CommitteeGateway", [access, attesters, committee.QUORUM]);
  const [source, destination] = [await deploy(), await deploy()];
  await source.setPeer(CHAIN_ID, destination);
  await destination.setPeer(CHAIN_ID, source);
  const deliver = async (published: TransactionReceipt): Promise<number> => {
    const [message] = committee.messagesOf(source, published);
    const place = await committee.placeOf(source, CHAIN_ID, destination);
    return gasOf(destination.deliver(CHAIN_ID, message, await committee.attest(place, message)));
  };
  return { source, destination, deliver };
}
