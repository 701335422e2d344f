/** Who may call what: the administrator everything that is restricted, and a guardian some of it at once. */
import { addressOf, type DeployContext } from "./context";
import { facilityName } from "./facilities";

/** As AccessManager numbers it; 0 is the administrator. */
export const GUARDIAN_ROLE = 1n;

/** What a guardian may call: it stops, and never starts. */
export const GUARDED = [
  { contract: "Facts", name: "removeGateway" },
  { contract: "Facility", name: "stopMinting" },
  { contract: "Vault", name: "holdPayments" },
] as const;

export interface GuardedFunction {
  /** Name of the deployment's record. */
  readonly record: string;
  readonly target: string;
  readonly name: string;
  readonly selector: string;
}

/** The guarded functions of the chain's contracts: those of each facility for `Facility`. */
export async function guardedFunctions(context: DeployContext): Promise<GuardedFunction[]> {
  const { hre, chain } = context;
  const facilities = (chain.facilities ?? []).map(facilityName);
  const functions: GuardedFunction[] = [];
  for (const { contract, name } of GUARDED) {
    const abi = await hre.ethers.getContractFactory(contract === "Facility" ? "PeggedFacility" : contract);
    const selector = abi.interface.getFunction(name)?.selector;
    if (selector === undefined) throw new Error(`${contract} has no function ${name}`);
    for (const record of contract === "Facility" ? facilities : [contract]) {
      functions.push({ record, target: await addressOf(context, record), name, selector });
    }
  }
  return functions;
}
