/** How the gateways of a chain are configured. */
import { isAddress } from "ethers";
import { networkOf } from "../../protocol/chain/networks";

/**
 * A test gateway, which is deployed: refused on live networks. One that somebody else deployed and wired, by address. Or one of ours, at
 * most one of each kind on a chain: its peers are the gateways of that kind on the other chains.
 */
export type GatewayConfig = "test" | { readonly address: string } | PeerGatewayConfig;

export type PeerGatewayConfig = LayerZeroGatewayConfig | HyperlaneGatewayConfig | CommitteeGatewayConfig;

export interface LayerZeroGatewayConfig {
  readonly kind: "layerZero";
  /** LayerZero's id of the chain, and its EndpointV2 there; by default those of the network. */
  readonly eid?: number;
  readonly endpoint?: string;
  readonly sendLibrary: string;
  readonly receiveLibrary: string;
  readonly executor: string;
  /** Blocks of this chain after which verifiers, here and on the others, may verify what it sends. */
  readonly confirmations: number;
  /** Verifiers on this chain, in ascending order: all must verify, and `optionalThreshold` of the optional ones. */
  readonly requiredDvns: readonly string[];
  readonly optionalDvns?: readonly string[];
  readonly optionalThreshold?: number;
}

export interface HyperlaneGatewayConfig {
  readonly kind: "hyperlane";
  /** Hyperlane's id of the chain, and its Mailbox there; by default those of the network. */
  readonly domain?: number;
  readonly mailbox?: string;
  /** The security module that verifies what comes from all the other chains. */
  readonly module: string;
}

export interface CommitteeGatewayConfig {
  readonly kind: "committee";
  /** In ascending order, at most 32. */
  readonly attesters: readonly string[];
  /** How many of them must sign: more than half. */
  readonly quorum: number;
}

/** `MAX_ATTESTERS` of `CommitteeGateway`. */
const MOST_ATTESTERS = 32;

/** What is asked of a chain's configuration. */
interface GatewayChain {
  readonly name: string;
  readonly evmChainId: number;
  readonly gateways: readonly GatewayConfig[];
}

const GATEWAY_KINDS = ["layerZero", "hyperlane", "committee"] as const;

export function isPeerGateway(gateway: GatewayConfig): gateway is PeerGatewayConfig {
  return typeof gateway === "object" && "kind" in gateway;
}

/** The chain's gateway of a kind; undefined: it has none. */
export function gatewayOf({ gateways }: GatewayChain, kind: PeerGatewayConfig["kind"]): PeerGatewayConfig | undefined {
  return gateways.find((gateway): gateway is PeerGatewayConfig => isPeerGateway(gateway) && gateway.kind === kind);
}

/** By what number the protocol that carries a gateway's messages calls the chain; undefined: nobody said. */
export function domainOf({ evmChainId }: GatewayChain, gateway: PeerGatewayConfig): number | undefined {
  const network = networkOf(evmChainId);
  if (gateway.kind === "layerZero") return gateway.eid ?? network?.layerZero?.eid;
  return gateway.kind === "hyperlane" ? (gateway.domain ?? network?.hyperlane?.domain) : evmChainId;
}

/** The contract that the protocol has on the chain; undefined: nobody said, or it has none. */
export function endpointOf({ evmChainId }: GatewayChain, gateway: PeerGatewayConfig): string | undefined {
  const network = networkOf(evmChainId);
  if (gateway.kind === "layerZero") return gateway.endpoint ?? network?.layerZero?.endpoint;
  return gateway.kind === "hyperlane" ? (gateway.mailbox ?? network?.hyperlane?.mailbox) : undefined;
}

export type Require = (condition: boolean, field: string, rule: string) => void;

/** @param require throws when a condition does not hold */
export function checkGateways(chain: GatewayChain, require: Require): void {
  const { name, gateways } = chain;
  const kinds = gateways.filter(isPeerGateway).map(({ kind }) => kind);
  require(new Set(kinds).size === kinds.length, `chain ${name}: gateways`, "must be at most one of each kind");
  for (const gateway of gateways) {
    if (gateway === "test") continue;
    if (isPeerGateway(gateway)) checkPeerGateway(chain, gateway, require);
    else require(isAddress(gateway.address), `chain ${name}: gateways.address`, "must be an address");
  }
}

/** Two chains that no `threshold` gateways join could never agree. Gateways by address and for tests join all chains. */
export function checkPairs(chains: readonly GatewayChain[], threshold: number, require: Require): void {
  for (const [i, a] of chains.entries()) {
    for (const b of chains.slice(0, i)) {
      const shared = a.gateways.filter(
        (gateway) => !isPeerGateway(gateway) || gatewayOf(b, gateway.kind) !== undefined,
      );
      const rule = `must have ${threshold} kinds that chain ${b.name} has too`;
      require(shared.length >= threshold, `chain ${a.name}: gateways`, rule);
    }
  }
}

function checkPeerGateway(chain: GatewayChain, gateway: PeerGatewayConfig, require: Require): void {
  const field = `chain ${chain.name}: gateway ${gateway.kind}`;
  const isKnown = (GATEWAY_KINDS as readonly string[]).includes(gateway.kind);
  require(isKnown, `${field}: kind`, `must be of ${GATEWAY_KINDS.join(", ")}`);
  const address = (name: string, value: string | undefined): void =>
    require(value !== undefined && isAddress(value), `${field}: ${name}`, "must be an address");
  const domain = (name: string): void => {
    const value = domainOf(chain, gateway);
    require(value !== undefined && isId(value), `${field}: ${name}`, "must be in 1..2^32-1");
  };
  if (gateway.kind === "layerZero") {
    domain("eid");
    address("endpoint", endpointOf(chain, gateway));
    for (const name of ["sendLibrary", "receiveLibrary", "executor"] as const) address(name, gateway[name]);
    require(isId(gateway.confirmations), `${field}: confirmations`, "must be in 1..2^32-1");
    const { requiredDvns, optionalDvns = [], optionalThreshold = 0 } = gateway;
    require(isAscending(requiredDvns), `${field}: requiredDvns`, "must be addresses in ascending order");
    require(isAscending(optionalDvns), `${field}: optionalDvns`, "must be addresses in ascending order");
    const isThreshold =
      optionalThreshold >= (optionalDvns.length > 0 ? 1 : 0) && optionalThreshold <= optionalDvns.length;
    require(isThreshold, `${field}: optionalThreshold`, "must be in 1..the number of optionalDvns, 0 without any");
    const agreed = requiredDvns.length >= 2 || optionalThreshold >= 2;
    require(agreed, `${field}: requiredDvns`, "must be two, or optionalThreshold must be two");
  } else if (gateway.kind === "hyperlane") {
    domain("domain");
    address("mailbox", endpointOf(chain, gateway));
    address("module", gateway.module);
  } else {
    const { attesters, quorum } = gateway;
    require(isAscending(attesters), `${field}: attesters`, "must be addresses in ascending order");
    const isQuorum = Number.isInteger(quorum) && 2 * quorum > attesters.length && quorum <= attesters.length;
    require(isQuorum &&
      attesters.length <= MOST_ATTESTERS, `${field}: quorum`, "must be more than half of the attesters, at most 32");
  }
}

/** Of 32 bits, and not 0. */
function isId(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 2 ** 32;
}

function isAscending(addresses: readonly string[]): boolean {
  return (
    addresses.every((address) => isAddress(address)) &&
    addresses.every((address, i) => i === 0 || BigInt(addresses[i - 1]) < BigInt(address))
  );
}
