import { expect } from "chai";
import { checkConfig, LOCAL, type ChainConfig, type DeploymentConfig } from "../../scripts/deploy/config";
import type {
  CommitteeGatewayConfig,
  GatewayConfig,
  HyperlaneGatewayConfig,
  LayerZeroGatewayConfig,
} from "../../scripts/deploy/gatewayConfig";

const [A, B, C] = ["11", "22", "33"].map((byte) => `0x${byte.repeat(20)}`);

const layerZero: LayerZeroGatewayConfig = {
  kind: "layerZero",
  sendLibrary: A,
  receiveLibrary: B,
  executor: C,
  confirmations: 15,
  requiredDvns: [A, B],
};
const hyperlane: HyperlaneGatewayConfig = { kind: "hyperlane", module: A };
const committee: CommitteeGatewayConfig = { kind: "committee", attesters: [A, B, C], quorum: 2 };

const [primary, secondary] = LOCAL.chains;
/** Of networks in the table, whose endpoints need not be said. */
const ETHEREUM: ChainConfig = { ...primary, evmChainId: 1 };
const POLYGON: ChainConfig = { ...secondary, evmChainId: 137 };

function configured(
  gateways: readonly GatewayConfig[],
  others: readonly GatewayConfig[] = gateways,
  chains = [ETHEREUM, POLYGON],
): DeploymentConfig {
  const [first, second] = chains;
  return {
    ...LOCAL,
    threshold: 2,
    chains: [
      { ...first, gateways },
      { ...second, gateways: others },
    ],
  };
}

describe("gateways in a deployment's configuration", () => {
  it("accepts one of each kind, others by address, and test gateways", () => {
    for (const gateways of [
      [layerZero, hyperlane, committee],
      [layerZero, { address: A }, "test"],
      ["test", "test"],
    ] as const) {
      expect(checkConfig(configured(gateways)).chains[0].gateways).to.deep.equal(gateways);
    }
  });

  it("refuses two of one kind, and two chains that too few gateways join", () => {
    expect(() => checkConfig(configured([hyperlane, hyperlane]))).to.throw("gateways must be at most one of each kind");
    const gateways = [layerZero, hyperlane];
    expect(() => checkConfig(configured(gateways, [committee, hyperlane]))).to.throw(
      "chain secondary: gateways must have 2 kinds that chain primary has too",
    );
    checkConfig(configured([...gateways, committee], [committee, hyperlane]));
  });

  it("names the field of a LayerZero gateway that is wrong", () => {
    const wrong = (
      change: Partial<LayerZeroGatewayConfig>,
      field: string,
      rule: string,
      chains?: ChainConfig[],
    ): void => {
      const gateways = [{ ...layerZero, ...change }, committee];
      const action = (): unknown => checkConfig(configured(gateways, gateways, chains));
      expect(action).to.throw(`chain primary: gateway layerZero: ${field} ${rule}`);
    };
    wrong({ sendLibrary: "nobody" }, "sendLibrary", "must be an address");
    wrong({ receiveLibrary: "nobody" }, "receiveLibrary", "must be an address");
    wrong({ executor: "nobody" }, "executor", "must be an address");
    wrong({ endpoint: "nobody" }, "endpoint", "must be an address");
    wrong({ eid: 0 }, "eid", "must be in 1..2^32-1");
    wrong({ eid: 2 ** 32 }, "eid", "must be in 1..2^32-1");
    wrong({ confirmations: 0 }, "confirmations", "must be in 1..2^32-1");
    wrong({ requiredDvns: [B, A] }, "requiredDvns", "must be addresses in ascending order");
    wrong({ requiredDvns: [A, A] }, "requiredDvns", "must be addresses in ascending order");
    wrong({ optionalDvns: [B, A], optionalThreshold: 1 }, "optionalDvns", "must be addresses in ascending order");
    wrong({ optionalDvns: [C] }, "optionalThreshold", "must be in 1..the number of optionalDvns");
    wrong({ optionalThreshold: 1 }, "optionalThreshold", "must be in 1..the number of optionalDvns");
    wrong({ requiredDvns: [A] }, "requiredDvns", "must be two, or optionalThreshold must be two");
    checkConfig(
      configured([{ ...layerZero, requiredDvns: [], optionalDvns: [A, B], optionalThreshold: 2 }, hyperlane]),
    );
    // Nobody said where LayerZero is on networks that the table does not have.
    wrong({}, "eid", "must be in 1..2^32-1", [primary, secondary]);
    wrong({ eid: 30_101 }, "endpoint", "must be an address", [primary, secondary]);
  });

  it("names the field of a Hyperlane gateway that is wrong", () => {
    const wrong = (change: Partial<HyperlaneGatewayConfig>, field: string, rule: string): void => {
      const gateways = [{ ...hyperlane, ...change }, committee];
      expect(() => checkConfig(configured(gateways))).to.throw(`chain primary: gateway hyperlane: ${field} ${rule}`);
    };
    wrong({ module: "nobody" }, "module", "must be an address");
    wrong({ mailbox: "nobody" }, "mailbox", "must be an address");
    wrong({ domain: 1.5 }, "domain", "must be in 1..2^32-1");
  });

  it("names the field of a committee gateway that is wrong", () => {
    const wrong = (change: Partial<CommitteeGatewayConfig>, field: string, rule: string): void => {
      const gateways = [{ ...committee, ...change }, hyperlane];
      expect(() => checkConfig(configured(gateways))).to.throw(`chain primary: gateway committee: ${field} ${rule}`);
    };
    wrong({ attesters: [A, C, B] }, "attesters", "must be addresses in ascending order");
    wrong({ attesters: [A, B, B] }, "attesters", "must be addresses in ascending order");
    for (const quorum of [1, 4, 1.5, 0]) wrong({ quorum }, "quorum", "must be more than half of the attesters");
    const crowd = Array.from({ length: 33 }, (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}`);
    wrong({ attesters: crowd, quorum: 20 }, "quorum", "must be more than half of the attesters, at most 32");
  });

  it("refuses a kind that nobody knows, and an address that is none", () => {
    const unknown = { ...committee, kind: "courier" } as unknown as CommitteeGatewayConfig;
    expect(() => checkConfig(configured([unknown, hyperlane]))).to.throw("must be of layerZero, hyperlane, committee");
    expect(() => checkConfig(configured([{ address: "nobody" }, hyperlane]))).to.throw("gateways.address must be");
  });
});
