import type { Chain } from "./chain";
import { acting } from "./errors";
import { LogFollower } from "./logs";

/** A payment that exceeded what may leave of its token: it waits in the vault, and is paid in parts. */
export interface DelayedPayment {
  readonly batch: number;
  readonly recipient: string;
  /** Token id. */
  readonly token: number;
}

/** What became of one. */
export interface DelayedPayout extends DelayedPayment {
  /** What left the vault, or became claimable where the recipient or token refused. */
  readonly paid: bigint;
  readonly left: bigint;
}

/** One that is still delayed. */
export interface WaitingPayment extends DelayedPayment {
  readonly amount: bigint;
  /** Until when the guardian holds it, unix seconds; undefined: it is not held. */
  readonly heldUntil: number | undefined;
}

/** A bucket refills all the time: a payment waits for this share of the limit, an hour's, and not for every unit. */
export const HOURLY = 24n;

/** Seconds after which a payment that failed is tried again. */
const RETRY_AFTER = 600;

/** Pays what a vault delayed, the oldest first, as its buckets refill. What there is follows from the chain's events. */
export class DelayedPayer {
  private readonly follower: LogFollower;
  /** Those that are not known to be paid, in the order in which they were delayed. */
  private readonly payments = new Map<string, DelayedPayment>();
  /** When they failed, in milliseconds. */
  private readonly failed = new Map<string, number>();

  /** @param parts pays where at least the limit's part of so many may leave; undefined: at least a unit */
  constructor(
    private readonly chain: Chain,
    private readonly parts?: bigint,
  ) {
    this.follower = new LogFollower(chain.provider, chain.vault, "PaymentDelayed", chain.firstBlock);
  }

  /**
   * Pays what may leave now, and is not held. One that fails keeps no other from being paid.
   * @param most payments in one call: each is a transaction
   * @throws ChainError when the chain cannot be read
   */
  async pay(most = Infinity): Promise<{ payouts: DelayedPayout[]; failures: Error[] }> {
    const payouts: DelayedPayout[] = [];
    const failures: Error[] = [];
    await this.sync();
    if (this.payments.size === 0) return { payouts, failures };
    const heldUntil = await this.holds();
    const spent = new Set<number>();
    for (const [key, payment] of this.payments) {
      if (payouts.length + failures.length >= most) break;
      const isLate = Date.now() >= (this.failed.get(key) ?? -Infinity) + RETRY_AFTER * 1000;
      if (!isLate || spent.has(payment.token) || heldUntil(payment) !== undefined) continue;
      // Younger ones of the token do not take what the oldest waits for.
      if (!(await this.mayLeave(payment.token))) {
        spent.add(payment.token);
        continue;
      }
      const amount = await this.amountOf(key, payment);
      if (amount === 0n) continue;
      try {
        payouts.push(await this.payOne(payment, amount));
        this.failed.delete(key);
      } catch (error) {
        this.failed.set(key, Date.now());
        failures.push(error as Error);
      }
    }
    return { payouts, failures };
  }

  /** All that is delayed. */
  async waiting(): Promise<WaitingPayment[]> {
    await this.sync();
    const heldUntil = await this.holds();
    const waiting: WaitingPayment[] = [];
    for (const [key, payment] of this.payments) {
      const amount = await this.amountOf(key, payment);
      if (amount > 0n) waiting.push({ ...payment, amount, heldUntil: heldUntil(payment) });
    }
    return waiting;
  }

  private async sync(): Promise<void> {
    await acting(this.chain, "reading delayed payments", () =>
      this.follower.follow(
        () => this.payments.clear(),
        ({ args: { batch, recipient, token } }) => {
          const payment = { batch: Number(batch), recipient: String(recipient), token: Number(token) };
          this.payments.set(`${payment.batch} ${payment.recipient} ${payment.token}`, payment);
        },
      ),
    );
  }

  /** Until when payments are held; undefined: they are not. */
  private async holds(): Promise<(payment: DelayedPayment) => number | undefined> {
    const { provider, vault } = this.chain;
    const [{ first, last, until }, block] = await acting(this.chain, "reading what is held", () =>
      Promise.all([vault.hold(), provider.getBlock("latest")]),
    );
    const isOver = BigInt(block?.timestamp ?? 0) >= until;
    return ({ batch }) => (isOver || batch < first || batch > last ? undefined : Number(until));
  }

  private async mayLeave(token: number): Promise<boolean> {
    const { limit, available } = await acting(this.chain, "reading an outflow", () =>
      this.chain.vault.outflowOf(token),
    );
    const least = this.parts === undefined ? 0n : limit / this.parts;
    return available > 0n && available >= least;
  }

  /**
   * What is delayed of a payment. One that is paid is forgotten: as of the last block whose events were read, so that whatever brings it
   * back, a reorganisation or another delay, is read again.
   */
  private async amountOf(key: string, { batch, recipient, token }: DelayedPayment): Promise<bigint> {
    const amount = await acting(this.chain, "reading a delayed payment", () =>
      this.chain.vault.delayedOf(batch, recipient, token, { blockTag: this.follower.latest }),
    );
    if (amount === 0n) this.payments.delete(key);
    return amount;
  }

  private async payOne(payment: DelayedPayment, amount: bigint): Promise<DelayedPayout> {
    const { batch, recipient, token } = payment;
    const { vault, addresses } = this.chain;
    const receipt = await acting(this.chain, `paying what batch ${batch} owes ${recipient}`, async () => {
      const sent = await vault.payDelayed(batch, recipient, token);
      return sent.wait();
    });
    const parts = (receipt?.logs ?? [])
      .filter(({ address }) => address === addresses.vault)
      .flatMap((log) => {
        const event = vault.interface.parseLog(log);
        return event?.name === "PaymentMade" || event?.name === "PaymentDeferred" ? [event.args.amount as bigint] : [];
      });
    const paid = parts.reduce((sum, part) => sum + part, 0n);
    return { ...payment, paid, left: amount > paid ? amount - paid : 0n };
  }
}
