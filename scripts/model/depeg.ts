/**
 * What a depeg does to holders under five rules of redemption: a replay of USDC in March 2023.
 *
 * One chain, 100 holders of one zUSD each, 40 % of the backing in the coin that depegs, the rest in a sound one. Some holders leave, one
 * after the other, each into the coin that is worth most to it at that moment; the others stay to the end.
 */

/** Part of the backing that depegs: about what USDC was of DAI's and of many pools' backing then. */
export const IMPAIRED_PART = 0.4;

/**
 * Dollar price of USDC by the hour from 2023-03-10 20:00 UTC on, read off exchanges' charts and rounded: the shape matters, not the last
 * digit. Hour 7: Circle names 3.3 billion dollar at Silicon Valley Bank; hour 12: 0.877, the low; hour 50: deposits are guaranteed.
 */
export const MARCH_2023: readonly number[] = [
  1.0, 0.999, 0.998, 0.995, 0.992, 0.985, 0.975, 0.955, 0.93, 0.915, 0.905, 0.885, 0.877, 0.9, 0.91, 0.905, 0.92, 0.93,
  0.94, 0.945, 0.95, 0.955, 0.955, 0.96, 0.965, 0.963, 0.96, 0.958, 0.956, 0.955, 0.957, 0.96, 0.962, 0.963, 0.96,
  0.958, 0.955, 0.953, 0.955, 0.958, 0.96, 0.962, 0.96, 0.958, 0.957, 0.96, 0.963, 0.965, 0.968, 0.972, 0.985, 0.99,
  0.991, 0.99, 0.991, 0.993, 0.995, 0.995, 0.996, 0.997, 0.997, 0.997, 0.998, 0.998, 0.998, 0.998, 0.998, 0.999, 0.999,
  0.999, 0.999, 1.0, 1.0,
];

/** The hour of the low, 0.877. */
const LOW_HOUR = 12;

/** As March 2023 until the low, and no recovery. */
export const LOST: readonly number[] = MARCH_2023.map((price, hour) =>
  hour < LOW_HOUR ? price : MARCH_2023[LOW_HOUR],
);

const FREEZE = 0.99;
const UNFREEZE = 0.995;
/** Hours by which feeds follow the market. */
const LAG = 1;
/** Leavers go from the hour in which the price leaves its band until the guarantee. */
const FIRST_HOUR = 5;
const LAST_HOUR = 50;

/** Of one chain, in whole coins; `claims` is zUSD. */
interface Pool {
  sound: number;
  impaired: number;
  claims: number;
}

/** Units of both coins. */
interface Coins {
  sound: number;
  impaired: number;
}

/** What one zUSD may be redeemed for, as a choice of baskets, while the coin is impaired and the feed says `price`. */
type Rule = (pool: Pool, price: number) => Coins[];

const sound = (units: number): Coins => ({ sound: units, impaired: 0 });
const impaired = (units: number): Coins => ({ sound: 0, impaired: units });

function factor({ sound: whole, impaired: units, claims }: Pool, price: number): number {
  return Math.min(1, (whole + units * Math.min(1, price)) / claims);
}

const PAR: Rule = () => [sound(1), impaired(1)];

export const RULES: Readonly<Record<string, Rule>> = {
  par: PAR,
  freeze: () => [],
  basket: (pool) => [{ sound: pool.sound / pool.claims, impaired: pool.impaired / pool.claims }],
  "factor, at price": (pool, price) => [sound(factor(pool, price)), impaired(factor(pool, price) / price)],
  "factor, unit for unit": (pool, price) => {
    const s = factor(pool, price);
    return [sound(s), impaired(Math.min(price, s) / price)];
  },
};

/** A leaver's choice. */
export interface Step {
  /** The hour of the price that the feed says. */
  readonly feedHour: number;
  readonly coin: "sound" | "impaired" | "both";
  /** Units of the coin; of the sound one if both. */
  readonly units: number;
}

export interface Outcome {
  /** What each leaver holds in the end per zUSD, in dollar, in the order of leaving; undefined: it could not leave. */
  readonly leavers: readonly (number | undefined)[];
  /** What a holder who stayed has in the end per zUSD, in dollar. */
  readonly stayer: number;
  /** The most that any leaver took at that moment beyond its share of what the market paid for all backing. */
  readonly excess: number;
}

/**
 * @param leaving how many of the 100 holders leave
 * @param prices by the hour; what is held in the end is worth the last
 */
export function replay(rule: Rule, leaving: number, prices: readonly number[]): Outcome {
  const last = prices[prices.length - 1];
  const { pool, taken, excess } = run(rule, leaving, prices);
  const leavers = taken.map((one) => one && one.coins.sound + one.coins.impaired * last);
  return { leavers, stayer: (pool.sound + pool.impaired * last) / pool.claims, excess };
}

/** What those take who can leave, in their order. */
export function leaversAt(rule: Rule, leaving: number, prices: readonly number[]): Step[] {
  return run(rule, leaving, prices).taken.flatMap((one) => {
    if (!one) return [];
    const { coins, feedHour } = one;
    const coin = coins.sound > 0 && coins.impaired > 0 ? "both" : coins.sound > 0 ? "sound" : "impaired";
    return [{ feedHour, coin, units: coin === "impaired" ? coins.impaired : coins.sound }];
  });
}

interface Run {
  pool: Pool;
  taken: ({ coins: Coins; feedHour: number } | undefined)[];
  excess: number;
}

function run(rule: Rule, leaving: number, prices: readonly number[]): Run {
  const pool: Pool = { sound: 100 * (1 - IMPAIRED_PART), impaired: 100 * IMPAIRED_PART, claims: 100 };
  const taken: Run["taken"] = [];
  let excess = 0;
  let isImpaired = false;
  let hour = 0;
  for (let k = 0; k < leaving; k++) {
    const due = FIRST_HOUR + Math.floor((k * (LAST_HOUR - FIRST_HOUR)) / leaving);
    const feedHour = due - LAG;
    for (; hour <= feedHour; hour++) isImpaired = prices[hour] < (isImpaired ? UNFREEZE : FREEZE);
    const market = prices[due];
    const baskets = (isImpaired ? rule : PAR)(pool, prices[feedHour]);
    const worth = (basket: Coins): number => basket.sound + basket.impaired * market;
    const coins = baskets
      .filter((basket) => basket.sound <= pool.sound && basket.impaired <= pool.impaired)
      .sort((a, b) => worth(b) - worth(a))[0];
    taken.push(coins && { coins, feedHour });
    if (!coins) continue;
    excess = Math.max(excess, worth(coins) - factor(pool, market));
    pool.sound -= coins.sound;
    pool.impaired -= coins.impaired;
    pool.claims -= 1;
  }
  return { pool, taken, excess };
}
