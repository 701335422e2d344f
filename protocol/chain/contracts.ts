/**
 * The contracts' types and factories. typechain writes them on compile, so they are loaded when first needed: the Hardhat configuration
 * must load before the first compile.
 */
import type { ContractRunner, Interface } from "ethers";
import type {
  IBooks,
  IChainRegistry,
  ICircuitRegistry,
  ICommitteeGateway,
  IDiscountedFacility,
  IFacts,
  IOrdering,
  IPeggedFacility,
  IPriceSource,
  IRollup,
  ITokenRegistry,
  IVault,
  IZusd,
  TestGateway,
} from "../../typechain-types";

export type {
  IBooks,
  IChainRegistry,
  ICircuitRegistry,
  ICommitteeGateway,
  IDiscountedFacility,
  IFacts,
  IOrdering,
  IPeggedFacility,
  IPriceSource,
  IRollup,
  ITokenRegistry,
  IVault,
  IZusd,
  TestGateway,
};

interface Interfaced {
  createInterface(): Interface;
}

interface Factory<T> extends Interfaced {
  connect(address: string, runner?: ContractRunner | null): T;
}

export interface Factories {
  IRollup__factory: Factory<IRollup>;
  IVault__factory: Factory<IVault>;
  IFacts__factory: Factory<IFacts>;
  IChainRegistry__factory: Factory<IChainRegistry>;
  IOrdering__factory: Factory<IOrdering>;
  IBooks__factory: Factory<IBooks>;
  IZusd__factory: Factory<IZusd>;
  IDiscountedFacility__factory: Factory<IDiscountedFacility>;
  IPeggedFacility__factory: Factory<IPeggedFacility>;
  IPriceSource__factory: Factory<IPriceSource>;
  ICircuitRegistry__factory: Factory<ICircuitRegistry>;
  ICommitteeGateway__factory: Factory<ICommitteeGateway>;
  ITokenRegistry__factory: Factory<ITokenRegistry>;
  TestGateway__factory: Factory<TestGateway>;
  Rollup__factory: Interfaced;
  Ordering__factory: Interfaced;
  Vault__factory: Interfaced;
  Books__factory: Interfaced;
  PeggedFacility__factory: Interfaced;
  DiscountedFacility__factory: Interfaced;
  FeedPrice__factory: Interfaced;
  PairPrice__factory: Interfaced;
  Zusd__factory: Interfaced;
  Facts__factory: Interfaced;
  CommitteeGateway__factory: Interfaced;
}

let loaded: Factories | undefined;

/** typechain's factories. Throws when the contracts have not been compiled. */
export function factories(): Factories {
  if (!loaded) {
    try {
      loaded = require("../../typechain-types") as Factories;
    } catch (cause) {
      throw new Error("the contracts' types are missing: run `npm run compile` first", { cause });
    }
  }
  return loaded;
}
