import { DAY, min } from "./numbers";

/** The least that a quantity was today and yesterday (UTC days). */
export class LowWater {
  private today = 0n;
  private before = 0n;
  private day = 0n;

  /** Notes a change of the quantity at a time, in unix seconds. */
  note(now: bigint, old: bigint, current: bigint): void {
    this.turn(now, old);
    this.today = min(this.today, current);
  }

  /** The least of today and yesterday, for a quantity that is `current` now. */
  least(now: bigint, current: bigint): bigint {
    this.turn(now, current);
    return min(this.today, this.before);
  }

  private turn(now: bigint, current: bigint): void {
    const day = now / DAY;
    if (day === this.day) return;
    this.before = day === this.day + 1n ? this.today : current;
    [this.today, this.day] = [current, day];
  }
}
