import { DAY } from "./numbers";
import { require } from "./errors";

/** Bounds on the net flow in and out of a reserve: it decays to 0 by a direction's limit per day, and never exceeds it. */
export class NetFlow {
  private net = 0n;
  private time = 0n;

  /** In less out, as of now. */
  current(now: bigint, limitIn: bigint, limitOut: bigint): bigint {
    const elapsed = now - this.time;
    const size = this.net < 0n ? -this.net : this.net;
    const decay = ((this.net < 0n ? limitOut : limitIn) * elapsed) / DAY;
    if (elapsed >= DAY || decay >= size) return 0n;
    return this.net < 0n ? decay - size : size - decay;
  }

  /**
   * @param amount in; negative: out
   * @returns the net flow after it, for `set` @throws Refused above a limit
   */
  after(now: bigint, amount: bigint, limitIn: bigint, limitOut: bigint): bigint {
    const net = this.current(now, limitIn, limitOut) + amount;
    require(amount < 0n ? net >= -limitOut : net <= limitIn, "NetFlow_Exceeded");
    return net;
  }

  set(now: bigint, net: bigint): void {
    [this.net, this.time] = [net, now];
  }
}
