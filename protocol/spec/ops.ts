/** Op codes: the low 8 bits of an op's first word. */
export const Op = {
  Noop: 0x00,
  Transfer: 0x01,
  Open: 0x02,
  OpenTo: 0x03,
  Deposit: 0x20,
  /** Plus the index of the chain that pays out, 1..63. */
  Withdraw: 0x40,
} as const;

export type OpName = keyof typeof Op;

/** Kinds of owner cells. */
export const Kind = { None: 0, User: 1, Pool: 2 } as const;

/** Kinds of facts that chains tell each other. */
export const FactKind = { Queue: 1, Batch: 2 } as const;

/** Which signed slots an op may stand in: slots 2j are even, 2j+1 odd. */
export const SIGNED_SLOTS = {
  Noop: ["even", "odd"],
  Transfer: ["even", "odd"],
  Withdraw: ["even", "odd"],
  Open: ["even"],
  OpenTo: ["odd"],
} as const;
