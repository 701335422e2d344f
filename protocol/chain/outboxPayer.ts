import type { Payment } from "../state";
import { outboxHash } from "../witness";
import type { Chain } from "./chain";
import { acting, ChainError } from "./errors";

/** Payments in one transaction; each may use `PAYMENT_GAS` and two storage writes. */
const PAYMENTS_PER_TRANSACTION = 40;

/** Events of payments that were not made. */
const WAITING: readonly string[] = ["PaymentDeferred", "PaymentWaits", "PaymentDelayed"];

/** What became of the payments of one batch on one chain. */
export interface Payout {
  readonly paid: number;
  /** Payments that the recipient or token refused, that could not be redeemed on their terms or exceed what may leave now; they wait in the vault. */
  readonly deferred: number;
}

/** Hash of the outbox before each payment, and after the last. */
function outboxHashes(payments: readonly Payment[]): string[] {
  return Array.from({ length: payments.length + 1 }, (_, paid) => outboxHash(payments.slice(paid)));
}

/** Payments of a batch that the vault still owes: the position of the first one, or the list's length when all are settled. */
export async function firstUnpaid(chain: Chain, batch: number, payments: readonly Payment[]): Promise<number> {
  const stored = await acting(chain, "reading an outbox", () => chain.vault.outboxOf(batch));
  const position = outboxHashes(payments).indexOf(stored);
  if (position < 0)
    throw new ChainError(
      chain.name,
      `outbox of batch ${batch}`,
      `its hash ${stored} is not one of the batch's payments`,
    );
  return position;
}

/** Pays what a batch's outbox still holds on this chain; nothing happens when all is paid. Anyone may do it. */
export async function payOutbox(chain: Chain, batch: number, payments: readonly Payment[]): Promise<Payout> {
  const hashes = outboxHashes(payments);
  let paid = 0;
  let deferred = 0;
  for (let next = await firstUnpaid(chain, batch, payments); next < payments.length; next += PAYMENTS_PER_TRANSACTION) {
    const chunk = payments.slice(next, next + PAYMENTS_PER_TRANSACTION);
    const rest = hashes[next + chunk.length];
    const receipt = await acting(chain, `paying the outbox of batch ${batch}`, async () => {
      const argument = chunk.map(({ recipient, token, into, minOut, amount }) => ({
        recipient,
        token,
        into,
        minOut,
        amount,
      }));
      const sent = await chain.vault.pay(batch, argument, rest);
      return sent.wait();
    });
    for (const log of receipt?.logs ?? []) {
      if (log.address !== chain.addresses.vault) continue;
      const name = chain.vault.interface.parseLog(log)?.name;
      if (name === "PaymentMade") paid++;
      if (name !== undefined && WAITING.includes(name)) deferred++;
    }
  }
  return { paid, deferred };
}
