/** What the administration decides about payments that a guardian holds. */
import { isAddress } from "ethers";
import type { Chain } from "./chain";
import { DelayedPayer, type WaitingPayment } from "./delayedPayer";
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
  { batch, recipients, to }: Redirection,
  show: (payment: WaitingPayment) => string,
): Promise<{ calls: Call[]; from: number; until: number }> {
  for (const [field, address] of [
    ["to", to],
    ...(recipients === "all" ? [] : recipients.map((one) => ["recipients", one])),
  ])
    if (!isAddress(address) || BigInt(address) === 0n)
      throw new RangeError(`${field}: must be an address, and not the zero address, got "${address}"`);
  const isOf =
    (one: string) =>
    (payment: WaitingPayment): boolean =>
      payment.recipient.toLowerCase() === one.toLowerCase();
  const held = (await new DelayedPayer(chain).waiting()).filter(
    (payment) => payment.batch === batch && payment.heldUntil !== undefined,
  );
  const until = held[0]?.heldUntil;
  if (until === undefined) throw new RangeError(`batch: nothing of batch ${batch} is held`);
  const missing = recipients === "all" ? undefined : recipients.find((one) => !held.some(isOf(one)));
  if (missing !== undefined) throw new RangeError(`recipients: nothing of batch ${batch} is held for ${missing}`);
  const chosen = recipients === "all" ? held : held.filter((payment) => recipients.some((one) => isOf(one)(payment)));
  const { vault, addresses } = chain;
  const calls = chosen.map((payment) => ({
    target: addresses.vault,
    data: vault.interface.encodeFunctionData("redirectPayment", [batch, payment.recipient, payment.token, to]),
    what: `has ${show(payment)} of batch ${batch} paid to ${to} and not to ${payment.recipient}`,
  }));
  return { calls, from: until - Number(await vault.DECISION()), until };
}
