/** A step of long work: `done` of `total` units of a named phase. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** Receives progress; must not throw. Within a phase `done` never falls. */
export type OnProgress = (progress: Progress) => void;
