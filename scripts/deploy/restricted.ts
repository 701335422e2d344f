/** The restricted functions of all contracts, as their sources name them. */
import fs from "node:fs";
import path from "node:path";
import { GUARDED, GUARDIAN_ROLE } from "./roles";

const CONTRACTS = path.resolve(__dirname, "../../contracts");
const FOLDERS = ["facts", "gateways", "verifiers", "vault", "rollup", "collateral", "collateral/prices", "stable"];
const ADMIN_ROLE = 0n;

/** Contracts that are deployed as others, which inherit them. */
const HEIRS: Record<string, readonly string[] | undefined> = {
  Facility: ["PeggedFacility", "DiscountedFacility"],
  RequestQueue: ["Vault"],
  StableDesk: ["Vault"],
  ClampedPrice: ["SharePrice", "CurvePrice"],
};

const FUNCTION = /@inheritdoc (\w+)\n    function (\w+)\([^)]*\) external[^{;]*\brestricted\b/g;

export interface RestrictedFunction {
  readonly contract: string;
  readonly name: string;
  /** As AccessManager numbers it. */
  readonly role: bigint;
  /** First sentence of its documentation. */
  readonly purpose: string;
}

/** Every restricted function, by contract. */
export function restrictedFunctions(): RestrictedFunction[] {
  return FOLDERS.flatMap((folder) => {
    const files = fs.readdirSync(path.join(CONTRACTS, folder)).filter((file) => file.endsWith(".sol"));
    return files.sort().flatMap((file) => functionsOf(path.join(CONTRACTS, folder, file)));
  });
}

function functionsOf(file: string): RestrictedFunction[] {
  const source = path.basename(file, ".sol");
  const found = [...fs.readFileSync(file, "utf8").matchAll(FUNCTION)];
  return (HEIRS[source] ?? [source]).flatMap((contract) =>
    found.map(([, documented, name]) => {
      const isGuarded = GUARDED.some((guarded) => guarded.contract === source && guarded.name === name);
      return { contract, name, role: isGuarded ? GUARDIAN_ROLE : ADMIN_ROLE, purpose: purposeOf(documented, name) };
    }),
  );
}

/** The first sentence of what the interface says. @throws if it says nothing */
function purposeOf(documented: string, name: string): string {
  const text = fs.readFileSync(path.join(CONTRACTS, "interfaces", `${documented}.sol`), "utf8");
  const notice = new RegExp(`((?:    ///[^\\n]*\\n)+)    function ${name}\\(`).exec(text)?.[1];
  const sentence = notice
    ?.replace(/\s*\/\/\/\s*/g, " ")
    .replace(/^\s*@notice\s*/, "")
    .split(/\.(?: |$)/)[0]
    .trim();
  if (!sentence) throw new Error(`${documented}.${name} has no documentation`);
  return sentence;
}
