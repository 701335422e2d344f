/** Deploys the gateways of a chain, tells each its peers, and compares them with the configuration. */
import { AbiCoder, Contract } from "ethers";
import type { Call } from "../../protocol/chain/membership";
import type { ChainConfig } from "./config";
import { addressEverywhere, addressOf, ensureContract, type DeployContext } from "./context";
import { sorted, type Expect } from "./difference";
import {
  domainOf,
  endpointOf,
  gatewayOf,
  isPeerGateway,
  type GatewayConfig,
  type LayerZeroGatewayConfig,
  type PeerGatewayConfig,
} from "./gatewayConfig";

const CONTRACTS = {
  layerZero: "LayerZeroGateway",
  hyperlane: "HyperlaneGateway",
  committee: "CommitteeGateway",
} as const;

/** A configured gateway's peer on another chain. */
interface Peer {
  readonly chain: ChainConfig;
  readonly gateway: string;
  readonly domain: number;
  readonly config: PeerGatewayConfig;
}

/** The address of a configured gateway; it is deployed when it is not there. @param place in the chain's list, from 0 */
export async function ensureGateway(context: DeployContext, gateway: GatewayConfig, place: number): Promise<string> {
  if (gateway === "test") {
    return ensureContract(context, testGatewayName(place), { contract: "TestGateway", args: [context.deployer] });
  }
  if (!isPeerGateway(gateway)) return gateway.address;
  const args = await argumentsOf(context, context.chain, gateway);
  return ensureContract(context, gatewayName(gateway), { args, everywhere: true });
}

/** The address of a configured gateway that is there. */
export async function knownGatewayAddress(
  context: DeployContext,
  gateway: GatewayConfig,
  place: number,
): Promise<string> {
  if (gateway === "test") return addressOf(context, testGatewayName(place));
  return isPeerGateway(gateway) ? addressOf(context, gatewayName(gateway)) : gateway.address;
}

export function gatewayName({ kind }: PeerGatewayConfig): string {
  return CONTRACTS[kind];
}

function testGatewayName(place: number): string {
  return `TestGateway_${place + 1}`;
}

/** The calls that make the gateways as configured: each learns the peers that it does not have so, and is registered. */
export async function gatewayCalls(context: DeployContext): Promise<Call[]> {
  const facts = await context.hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const calls: Call[] = [];
  for (const [place, configured] of context.chain.gateways.entries()) {
    const gateway = await knownGatewayAddress(context, configured, place);
    if (isPeerGateway(configured)) calls.push(...(await peerCalls(context, configured, gateway)));
    if (await facts.isGateway(gateway)) continue;
    const data = facts.interface.encodeFunctionData("addGateway", [gateway]);
    calls.push({ target: await facts.getAddress(), data, what: `adds gateway ${gateway}` });
  }
  return calls;
}

/** The calls that tell a gateway those peers that it does not have as configured. */
async function peerCalls(context: DeployContext, own: PeerGatewayConfig, gateway: string): Promise<Call[]> {
  const { ethers } = context.hre;
  const contract = await ethers.getContractAt("IPeerGateway", gateway);
  const calls: Call[] = [];
  for (const peer of await peersOf(context, own)) {
    const { gateway: known, domain } = await contract.peerOf(peer.chain.evmChainId);
    if (known === peer.gateway && domain === BigInt(peer.domain)) continue;
    const { interface: abi } = await ethers.getContractAt(gatewayName(own), gateway);
    const what = `${gatewayName(own)}: the peer on chain ${peer.chain.name} is ${peer.gateway}, domain ${peer.domain}`;
    calls.push({ target: gateway, data: abi.encodeFunctionData("setPeer", setPeerArguments(own, peer)), what });
  }
  return calls;
}

function setPeerArguments(own: PeerGatewayConfig, { chain, gateway, domain, config }: Peer): readonly unknown[] {
  if (own.kind === "committee") return [chain.evmChainId, gateway];
  if (own.kind === "hyperlane") return [chain.evmChainId, domain, gateway];
  return [chain.evmChainId, domain, gateway, pathwayOf(own, config as LayerZeroGatewayConfig)];
}

/** How messages go to a peer and come from it: each chain says after how many of its blocks what it sends may be verified. */
function pathwayOf(own: LayerZeroGatewayConfig, peer: LayerZeroGatewayConfig) {
  const { sendLibrary, receiveLibrary, executor, requiredDvns, optionalDvns = [], optionalThreshold = 0 } = own;
  return {
    sendLibrary,
    receiveLibrary,
    executor,
    sendConfirmations: own.confirmations,
    receiveConfirmations: peer.confirmations,
    requiredDvns: [...requiredDvns],
    optionalDvns: [...optionalDvns],
    optionalThreshold,
  };
}

/** The gateways of this one's kind on the other chains, at the addresses that they will have there. */
async function peersOf(context: DeployContext, own: PeerGatewayConfig): Promise<Peer[]> {
  const { config, chain } = context;
  const peers: Peer[] = [];
  for (const other of config.chains.filter(({ index }) => index !== chain.index)) {
    const gateway = gatewayOf(other, own.kind);
    if (!gateway) continue;
    const args = await argumentsOf(context, other, gateway);
    const address = await addressEverywhere(context, gatewayName(gateway), args);
    peers.push({ chain: other, gateway: address, domain: domainOf(other, gateway) as number, config: gateway });
  }
  return peers;
}

/** The constructor's arguments on any chain: the administration has one address on all. */
async function argumentsOf(
  context: DeployContext,
  chain: ChainConfig,
  gateway: PeerGatewayConfig,
): Promise<readonly unknown[]> {
  const authority = await addressOf(context, "AccessManager");
  if (gateway.kind === "layerZero") return [authority, endpointOf(chain, gateway)];
  if (gateway.kind === "hyperlane") return [authority, endpointOf(chain, gateway), gateway.module];
  return [authority, gateway.attesters, gateway.quorum];
}

export async function compareGateways(context: DeployContext, expect: Expect): Promise<void> {
  const { ethers } = context.hre;
  const facts = await ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const expected = await Promise.all(
    context.chain.gateways.map((gateway, place) => knownGatewayAddress(context, gateway, place)),
  );
  expect("gateways", sorted(expected), sorted(await facts.gateways()));
  for (const gateway of context.chain.gateways.filter(isPeerGateway)) {
    const name = gatewayName(gateway);
    const address = await addressOf(context, name);
    const contract = await ethers.getContractAt("IPeerGateway", address);
    for (const peer of await peersOf(context, gateway)) {
      const known = await contract.peerOf(peer.chain.evmChainId);
      expect(
        `${name}: peer on chain ${peer.chain.name}`,
        `${peer.gateway}, ${peer.domain}`,
        `${known.gateway}, ${known.domain}`,
      );
      if (gateway.kind === "layerZero") await comparePathway(context, gateway, address, peer, expect);
    }
    if (gateway.kind === "hyperlane") {
      const hyperlane = await ethers.getContractAt("HyperlaneGateway", address);
      expect(`${name}: mailbox`, endpointOf(context.chain, gateway), await hyperlane.mailbox());
      expect(`${name}: module`, gateway.module, await hyperlane.interchainSecurityModule());
    } else if (gateway.kind === "committee") {
      const committee = await ethers.getContractAt("CommitteeGateway", address);
      expect(`${name}: attesters`, sorted(gateway.attesters), sorted(await committee.attesters()));
      expect(`${name}: quorum`, gateway.quorum, await committee.quorum());
    } else {
      const layerZero = await ethers.getContractAt("LayerZeroGateway", address);
      expect(`${name}: endpoint`, endpointOf(context.chain, gateway), await layerZero.endpoint());
    }
  }
}

const ENDPOINT = [
  "function getSendLibrary(address sender, uint32 eid) view returns (address)",
  "function getReceiveLibrary(address receiver, uint32 eid) view returns (address, bool isDefault)",
  "function getConfig(address application, address library, uint32 eid, uint32 configType) view returns (bytes)",
];
const ULN_CONFIG = 2;
/** As `UlnConfig` of contracts/interfaces/external/ILayerZero.sol. */
const ULN = ["tuple(uint64,uint8,uint8,uint8,address[],address[])"];

/** What the endpoint itself has for the gateway: LayerZero's defaults, which others may change, must not be in force. */
async function comparePathway(
  { hre, chain }: DeployContext,
  own: LayerZeroGatewayConfig,
  gateway: string,
  { chain: { name }, domain, config }: Peer,
  expect: Expect,
): Promise<void> {
  const endpoint = new Contract(endpointOf(chain, own) as string, ENDPOINT, hre.ethers.provider);
  const pathway = pathwayOf(own, config as LayerZeroGatewayConfig);
  const what = `LayerZeroGateway: path to chain ${name}`;
  const [receiveLibrary, isDefault] = (await endpoint.getReceiveLibrary(gateway, domain)) as [string, boolean];
  expect(`${what}: sendLibrary`, own.sendLibrary, await endpoint.getSendLibrary(gateway, domain));
  expect(`${what}: receiveLibrary`, `${own.receiveLibrary}, false`, `${receiveLibrary}, ${isDefault}`);
  for (const [library, confirmations] of [
    [own.sendLibrary, pathway.sendConfirmations],
    [own.receiveLibrary, pathway.receiveConfirmations],
  ] as const) {
    const encoded = (await endpoint.getConfig(gateway, library, domain, ULN_CONFIG)) as string;
    const [[blocks, , , threshold, required, optional]] = AbiCoder.defaultAbiCoder().decode(
      ULN,
      encoded,
    ) as unknown as [[bigint, bigint, bigint, bigint, string[], string[]]];
    const expected = [confirmations, pathway.optionalThreshold, ...pathway.requiredDvns, ...pathway.optionalDvns];
    expect(`${what}: verifiers of ${library}`, expected.join(), [blocks, threshold, ...required, ...optional].join());
  }
}
