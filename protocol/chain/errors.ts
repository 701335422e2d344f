import { Interface, isError, type ErrorDescription } from "ethers";
import { factories } from "./contracts";

/** Something a chain refused, or that does not fit together on it; the message names chain, action and reason. */
export class ChainError extends Error {
  constructor(
    readonly chain: string,
    readonly action: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${chain}: ${action}: ${reason}`, options);
    this.name = "ChainError";
  }
}

/** The contracts themselves, for their libraries' errors are in no interface. */
const ERRORS_OF = [
  "Rollup__factory",
  "Ordering__factory",
  "Vault__factory",
  "Facts__factory",
  "CommitteeGateway__factory",
  "ITokenRegistry__factory",
  "ICircuitRegistry__factory",
  "Books__factory",
  "PeggedFacility__factory",
  "DiscountedFacility__factory",
  "FeedPrice__factory",
  "PairPrice__factory",
  "Zusd__factory",
] as const;

/** What tokens say (ERC-6093). */
const TOKEN_ERRORS = new Interface([
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InvalidSender(address sender)",
  "error ERC20InvalidReceiver(address receiver)",
]);

/** The contract's own error behind a failed call, with its arguments, when the node returned its data. */
export function revertReason(error: unknown): ErrorDescription | undefined {
  const data = revertData(error);
  if (data === undefined) return undefined;
  for (const contract of ERRORS_OF) {
    const parsed = factories()[contract].createInterface().parseError(data);
    if (parsed) return parsed;
  }
  return TOKEN_ERRORS.parseError(data) ?? undefined;
}

/** A failed call in words: `Contract_Cause(field: value, ...)`, or the node's message. */
export function describeFailure(error: unknown): string {
  const reason = revertReason(error);
  if (reason) {
    const args = reason.fragment.inputs.map(({ name }, i) => `${name ? `${name}: ` : ""}${String(reason.args[i])}`);
    return `${reason.name}(${args.join(", ")})`;
  }
  if (isError(error, "CALL_EXCEPTION") && error.data && error.data !== "0x") return `reverted with ${error.data}`;
  if (isError(error, "UNKNOWN_ERROR") || isError(error, "CALL_EXCEPTION")) {
    const info = error.info as { error?: { message?: string } } | undefined;
    if (info?.error?.message) return info.error.message;
  }
  const short = (error as { shortMessage?: unknown } | undefined)?.shortMessage;
  if (typeof short === "string") return short;
  return error instanceof Error ? error.message : String(error);
}

/** Whether the node answered a call, and the contract has no such function or refused; a node that does not answer is no answer. */
export function isRefused(error: unknown): boolean {
  if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) return true;
  return typeof (error as { data?: unknown } | undefined)?.data === "string";
}

/** Runs one action against a chain; a failure comes out as a `ChainError`. */
export async function acting<T>(chain: { name: string }, action: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ChainError) throw error;
    throw new ChainError(chain.name, action, describeFailure(error), { cause: error });
  }
}

/** Revert data wherever the node or Hardhat's provider put it. */
function revertData(error: unknown): string | undefined {
  let current = error as { data?: unknown; error?: unknown; info?: unknown; cause?: unknown } | undefined;
  for (let depth = 0; current && depth < 5; depth++) {
    const { data } = current;
    if (typeof data === "string" && data.length >= 10) return data;
    const nested = (data as { data?: unknown } | undefined)?.data;
    if (typeof nested === "string" && nested.length >= 10) return nested;
    current = (current.error ?? current.info ?? current.cause) as typeof current;
  }
  return undefined;
}
