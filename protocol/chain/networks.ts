/** The networks that the protocol is made for: what is particular to each, and where its gateways' endpoints are. */
import { parseEther } from "ethers";

export interface Network {
  readonly name: string;
  /** Chain id of EIP-155. */
  readonly evmChainId: number;
  /** The mainnet that a testnet stands for. */
  readonly testnetOf?: number;
  readonly coin: { readonly symbol: string; readonly decimals: number };
  /** Most coin for all gateways of one fact: several times what they ask for on a dear day. */
  readonly factFee: string;
  /** Seconds between blocks, on average. */
  readonly blockTime: number;
  readonly finality: Finality;
  /** Most gas of one transaction. */
  readonly gasCap: number;
  /** Whether one sequencer orders transactions: price feeds need its uptime feed then. */
  readonly hasSequencer: boolean;
  readonly layerZero?: { readonly eid: number; readonly endpoint: string };
  readonly hyperlane?: { readonly domain: number; readonly mailbox: string };
  /** Why nothing may be deployed there yet. */
  readonly notLive?: string;
}

/** When what the network accepted is never taken back. */
export interface Finality {
  /** Blocks on top; 0 where it does not go by blocks of the network. */
  readonly blocks: number;
  /** In seconds: what `Facts.finality` is set to. */
  readonly seconds: number;
  readonly reason: string;
}

/** EIP-7825 bounds a transaction at 2^24 gas; networks without it take at least as much. */
const TRANSACTION_GAS_CAP = 2 ** 24;

const ETHER = { symbol: "ETH", decimals: 18 } as const;

const ENDPOINT = "0x1a44076050125825900e736c501f859c50fE728c";
const TEST_ENDPOINT = "0x6EDCE65403992e310A62460808c4b910D972f10f";

const TWO_EPOCHS: Finality = {
  blocks: 64,
  seconds: 960,
  reason: "two epochs of 32 slots, and one for an epoch that misses votes",
};
const AFTER_L1: Finality = {
  blocks: 0,
  seconds: 1800,
  reason: "its batch is final on Ethereum: posted within minutes, then two epochs",
};
const FAST_VOTES: Finality = {
  blocks: 15,
  seconds: 15,
  reason: "validators' votes justify a block within two; with a margin",
};
const MILESTONE: Finality = {
  blocks: 32,
  seconds: 90,
  reason: "a milestone of its validators, at most every 32 blocks; with a margin",
};
const SNOWMAN: Finality = { blocks: 1, seconds: 5, reason: "Snowman: an accepted block is never taken back" };
const ROOTED: Finality = { blocks: 32, seconds: 30, reason: "Solana's root: 32 confirmed slots on top; with a margin" };

interface Twin {
  readonly testnet: {
    readonly name: string;
    readonly evmChainId: number;
    readonly eid: number;
    readonly mailbox: string;
  };
}

/** A network and its testnet, which differ in ids and addresses only. */
function twins(
  mainnet: Omit<Network, "gasCap" | "layerZero" | "hyperlane"> & { eid: number; mailbox: string } & Twin,
): [Network, Network] {
  const { eid, mailbox, testnet, ...common } = mainnet;
  const addresses = (id: number, lz: number, endpoint: string, box: string) => ({
    gasCap: TRANSACTION_GAS_CAP,
    layerZero: { eid: lz, endpoint },
    hyperlane: { domain: id, mailbox: box },
  });
  return [
    { ...common, ...addresses(common.evmChainId, eid, ENDPOINT, mailbox) },
    {
      ...common,
      name: testnet.name,
      evmChainId: testnet.evmChainId,
      testnetOf: common.evmChainId,
      ...addresses(testnet.evmChainId, testnet.eid, TEST_ENDPOINT, testnet.mailbox),
    },
  ];
}

const NO_GATEWAYS = "no two gateways serve it";

export const NETWORKS: readonly Network[] = [
  ...twins({
    name: "Ethereum",
    evmChainId: 1,
    coin: ETHER,
    factFee: "0.02",
    blockTime: 12,
    finality: TWO_EPOCHS,
    hasSequencer: false,
    eid: 30101,
    mailbox: "0xc005dc82818d67AF737725bD4bf75435d065D239",
    testnet: {
      name: "Sepolia",
      evmChainId: 11155111,
      eid: 40161,
      mailbox: "0xfFAEF09B3cd11D9b20d1a19bECca54EEC2884766",
    },
  }),
  ...twins({
    name: "BNB Smart Chain",
    evmChainId: 56,
    coin: { symbol: "BNB", decimals: 18 },
    factFee: "0.05",
    blockTime: 0.75,
    finality: FAST_VOTES,
    hasSequencer: false,
    eid: 30102,
    mailbox: "0x2971b9Aec44bE4eb673DF1B88cDB57b96eefe8a4",
    testnet: {
      name: "BNB Smart Chain testnet",
      evmChainId: 97,
      eid: 40102,
      mailbox: "0xF9F6F5646F478d5ab4e20B0F910C92F1CCC9Cc6D",
    },
  }),
  ...twins({
    name: "Polygon",
    evmChainId: 137,
    coin: { symbol: "POL", decimals: 18 },
    factFee: "100",
    blockTime: 2,
    finality: MILESTONE,
    hasSequencer: false,
    eid: 30109,
    mailbox: "0x5d934f4e2f797775e53561bB72aca21ba36B96BB",
    testnet: { name: "Amoy", evmChainId: 80002, eid: 40267, mailbox: "0x54148470292C24345fb828B003461a9444414517" },
  }),
  ...twins({
    name: "Avalanche",
    evmChainId: 43114,
    coin: { symbol: "AVAX", decimals: 18 },
    factFee: "1",
    blockTime: 2,
    finality: SNOWMAN,
    hasSequencer: false,
    eid: 30106,
    mailbox: "0xFf06aFcaABaDDd1fb08371f9ccA15D73D51FeBD6",
    testnet: { name: "Fuji", evmChainId: 43113, eid: 40106, mailbox: "0x5b6CFf85442B851A8e6eaBd2A4E4507B5135B3B0" },
  }),
  ...twins({
    name: "Arbitrum",
    evmChainId: 42161,
    coin: ETHER,
    factFee: "0.01",
    blockTime: 0.25,
    finality: AFTER_L1,
    hasSequencer: true,
    eid: 30110,
    mailbox: "0x979Ca5202784112f4738403dBec5D0F3B9daabB9",
    testnet: {
      name: "Arbitrum Sepolia",
      evmChainId: 421614,
      eid: 40231,
      mailbox: "0x598facE78a4302f11E3de0bee1894Da0b2Cb71F8",
    },
  }),
  ...twins({
    name: "Optimism",
    evmChainId: 10,
    coin: ETHER,
    factFee: "0.01",
    blockTime: 2,
    finality: AFTER_L1,
    hasSequencer: true,
    eid: 30111,
    mailbox: "0xd4C1905BB1D26BC93DAC913e13CaCC278CdCC80D",
    testnet: {
      name: "Optimism Sepolia",
      evmChainId: 11155420,
      eid: 40232,
      mailbox: "0x6966b0E55883d49BFB24539356a2f8A673E02039",
    },
  }),
  ...twins({
    name: "Base",
    evmChainId: 8453,
    coin: ETHER,
    factFee: "0.01",
    blockTime: 2,
    finality: AFTER_L1,
    hasSequencer: true,
    eid: 30184,
    mailbox: "0xeA87ae93Fa0019a82A727bfd3eBd1cFCa8f64f1D",
    testnet: {
      name: "Base Sepolia",
      evmChainId: 84532,
      eid: 40245,
      mailbox: "0x6966b0E55883d49BFB24539356a2f8A673E02039",
    },
  }),
  // Neon's BN254 precompiles abort the transaction at an invalid point, where Ethereum's fail the call.
  {
    name: "Neon EVM",
    evmChainId: 245022934,
    coin: { symbol: "NEON", decimals: 18 },
    factFee: "100",
    blockTime: 0.4,
    finality: ROOTED,
    gasCap: TRANSACTION_GAS_CAP,
    hasSequencer: false,
    notLive: NO_GATEWAYS,
  },
  {
    name: "Neon EVM devnet",
    evmChainId: 245022926,
    testnetOf: 245022934,
    coin: { symbol: "NEON", decimals: 18 },
    factFee: "100",
    blockTime: 0.4,
    finality: ROOTED,
    gasCap: TRANSACTION_GAS_CAP,
    hasSequencer: false,
    notLive: NO_GATEWAYS,
  },
];

/** The network with this EVM chain id; undefined: not one of them. */
export function networkOf(evmChainId: number): Network | undefined {
  return NETWORKS.find((network) => network.evmChainId === evmChainId);
}

/** Where nobody knows the network, as on a development node. */
const UNKNOWN_FACT_FEE = "1";

/** Most that the gateways of one fact are given, in wei of the network's coin. */
export function mostForFact(evmChainId: bigint): bigint {
  return parseEther(networkOf(Number(evmChainId))?.factFee ?? UNKNOWN_FACT_FEE);
}
