/** The stablecoins and LP shares that facilities are made for, chain by chain, with their price feeds. */

/** A Chainlink feed of a price in dollar. */
export interface Feed {
  readonly address: string;
  /** Longest time between two answers, in seconds. */
  readonly heartbeat: number;
}

export interface PeggedAsset {
  readonly class: "PEGGED";
  readonly symbol: string;
  readonly address: string;
  readonly decimals: number;
  readonly feed: Feed;
}

/** A Uniswap v2 pair of two of the chain's pegged assets, by their symbols. */
export interface PairAsset {
  readonly class: "DISCOUNTED";
  readonly symbol: string;
  readonly address: string;
  readonly legs: readonly [string, string];
}

export type Asset = PeggedAsset | PairAsset;

export interface ChainAssets {
  readonly name: string;
  /** Chain id of EIP-155. */
  readonly evmChainId: number;
  /** Chainlink's uptime feed of the chain's sequencer, where it has one. */
  readonly sequencer?: string;
  readonly assets: readonly Asset[];
}

const HOUR = 3600;
const DAY = 24 * HOUR;

function pegged(symbol: string, decimals: number, address: string, feed: string, heartbeat = DAY): PeggedAsset {
  return { class: "PEGGED", symbol, address, decimals, feed: { address: feed, heartbeat } };
}

function pair(symbol: string, address: string, legs: readonly [string, string]): PairAsset {
  return { class: "DISCOUNTED", symbol, address, legs };
}

export const ASSETS: readonly ChainAssets[] = [
  {
    name: "Ethereum",
    evmChainId: 1,
    assets: [
      pegged("USDC", 6, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6"),
      pegged("USDT", 6, "0xdAC17F958D2ee523a2206206994597C13D831ec7", "0x3E7d1eAB13ad0104d2750B8863b489D65364e32D"),
      pegged(
        "DAI",
        18,
        "0x6B175474E89094C44Da98b954EedeAC495271d0F",
        "0xAed0c38402a5d19df6E4c03F4E2DceD6e29c1ee9",
        HOUR,
      ),
      pair("UNI-V2 USDC/USDT", "0x3041CbD36888bECc7bbCBc0045E3B1f144466f5f", ["USDC", "USDT"]),
      pair("UNI-V2 DAI/USDC", "0xAE461cA67B15dc8dc81CE7615e0320dA1A9aB8D5", ["DAI", "USDC"]),
    ],
  },
  {
    name: "BNB Smart Chain",
    evmChainId: 56,
    assets: [
      pegged("USDT", 18, "0x55d398326f99059fF775485246999027B3197955", "0xB97Ad0E74fa7d920791E90258A6E2085088b4320"),
      pegged("USDC", 18, "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d", "0x51597f405303C4377E36123cBc172b13269EA163"),
    ],
  },
  {
    name: "Polygon",
    evmChainId: 137,
    assets: [
      pegged("USDC", 6, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", "0xfE4A8cc5b5B2366C1B58Bea3858e81843581b2F7"),
      pegged("USDT", 6, "0xc2132D05D31c914a87C6611C10748AEb04B58e8F", "0x0A6513e40db6EB1b165753AD52E80663aeA50545"),
      pegged("DAI", 18, "0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063", "0x4746DeC9e833A82EC7C2C1356372CcF2cfcD2F3D"),
    ],
  },
  {
    name: "Avalanche",
    evmChainId: 43114,
    assets: [
      pegged("USDC", 6, "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E", "0xF096872672F44d6EBA71458D74fe67F9a77a23B9"),
      pegged("USDt", 6, "0x9702230A8Ea53601f5cD2dc00fDBc13d4dF4A8c7", "0xEBE676ee90Fe1112671f19b6B7459bC678B67e8a"),
    ],
  },
  {
    name: "Arbitrum",
    evmChainId: 42161,
    sequencer: "0xFdB631F5EE196F0ed6FAa767959853A9F217697D",
    assets: [
      pegged("USDC", 6, "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", "0x50834F3163758fcC1Df9973b6e91f0F0F0434aD3"),
      pegged("USDT", 6, "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9", "0x3f3f5dF88dC9F13eac63DF89EC16ef6e7E25DdE7"),
      pegged("DAI", 18, "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", "0xc5C8E77B397E531B8EC06BFb0048328B30E9eCfB"),
    ],
  },
  {
    name: "Optimism",
    evmChainId: 10,
    sequencer: "0x371EAD81c9102C9BF4874A9075FFFf170F2Ee389",
    assets: [
      pegged("USDC", 6, "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", "0x16a9FA2FDa030272Ce99B29CF780dFA30361E0f3"),
      pegged("USDT", 6, "0x94b008aA00579c1307B0EF2c499aD98a8ce58e58", "0xECef79E109e997bCA29c1c0897ec9d7b03647F5E"),
      pegged("DAI", 18, "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", "0x8dBa75e83DA73cc766A7e5a0ee71F656BAb470d6"),
    ],
  },
  {
    name: "Base",
    evmChainId: 8453,
    sequencer: "0xBCF85224fc0756B9Fa45aA7892530B47e10b6433",
    assets: [
      pegged("USDC", 6, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "0x7e860098F58bBFC8648a4311b374B1D669a2bc6B"),
      pegged("USDT", 6, "0xfde4C96c8593536E31F229EA8f37b2ADa2699bb2", "0xf19d560eB8d2ADf07BD6D13ed03e1D11215721F9"),
      pegged("DAI", 18, "0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb", "0x591e79239a7d679378eC8c847e5038150364C78F"),
    ],
  },
];

/** The assets of a chain. @throws RangeError for a chain without any */
export function assetsOf(evmChainId: number): ChainAssets {
  const found = ASSETS.find((chain) => chain.evmChainId === evmChainId);
  if (!found) throw new RangeError(`evmChainId: no assets are known on chain ${evmChainId}`);
  return found;
}
