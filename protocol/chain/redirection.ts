/** What the administration decides about payments that a guardian holds. */
import { getAddress, isAddress, ZeroAddress, ZeroHash } from "ethers";
import type { Chain } from "./chain";
import { DelayedPayer, type WaitingPayment } from "./delayedPayer";
import { acting } from "./errors";
import type { Call } from "./membership";

export interface Redirection {
  /** The batch that ordered the payments; it is held. */
  readonly batch: number;
  /** Whose payments; all: everybody's. */
  readonly recipients: readonly string[] | "all";
  /** Who is paid instead. */
  readonly to: string;
}

/**
 * The calls that have what is held of a batch paid to another, for each recipient and token one.
 * @param show a payment's amount and token, for people
 * @returns the calls, and the time in which the vault takes them, unix seconds
 * @throws RangeError naming the field that is wrong
 */
export async function redirectionOf(
  chain: Chain,
  { batch, ...named }: Redirection,
  show: (payment: WaitingPayment) => string,
): Promise<{ calls: Call[]; from: number; until: number }> {
  const { vault, addresses } = chain;
  const to = readAddress(named.to, "to");
  const recipients = named.recipients === "all" ? "all" : named.recipients.map((one) => readAddress(one, "recipients"));
  const waiting = await new DelayedPayer(chain).waiting();
  const held = waiting.filter((payment) => payment.batch === batch && payment.heldUntil !== undefined);
  const until = held[0]?.heldUntil;
  if (until === undefined) throw new RangeError(`batch: nothing of batch ${batch} is held`);
  const [rest, decision] = await acting(chain, "reading what is held", () =>
    Promise.all([vault.outboxOf(batch), vault.DECISION()]),
  );
  if (rest !== ZeroHash)
    throw new RangeError(`batch: not all payments of batch ${batch} were tried yet; a batcher does it, then ask again`);
  const isChosen = ({ recipient }: WaitingPayment): boolean => recipients === "all" || recipients.includes(recipient);
  const missing = recipients === "all" ? undefined : recipients.find((one) => !held.some((it) => it.recipient === one));
  if (missing !== undefined) throw new RangeError(`recipients: nothing of batch ${batch} is held for ${missing}`);
  const calls = held.filter(isChosen).map((payment) => ({
    target: addresses.vault,
    data: vault.interface.encodeFunctionData("redirectPayment", [batch, payment.recipient, payment.token, to]),
    what: `has ${show(payment)} of batch ${batch} paid to ${to} and not to ${payment.recipient}`,
  }));
  return { calls, from: until - Number(decision), until };
}

/** @throws RangeError naming the field if it is no address, or the zero address */
function readAddress(text: string, field: string): string {
  const address = isAddress(text) ? getAddress(text) : ZeroAddress;
  if (address !== ZeroAddress) return address;
  throw new RangeError(`${field}: must be an address, and not the zero address, got "${text}"`);
}
