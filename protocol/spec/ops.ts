/** Op codes: the low 8 bits of an op's first word. */
export const Op = {
  Noop: 0x00,
  Transfer: 0x01,
  Open: 0x02,
  OpenTo: 0x03,
  Exact: 0x04,
  Deposit: 0x20,
  SetKey: 0x21,
  FullExit: 0x22,
  Route: 0x23,
  /** Plus the index of the chain that pays out, 1..63. */
  Withdraw: 0x40,
  /** Of zUSD; plus the index of the chain that pays out, 1..63. */
  WithdrawZusd: 0x80,
} as const;

export type OpName = keyof typeof Op;

/** Kinds of owner cells. */
export const Kind = { None: 0, User: 1, Pool: 2 } as const;

/** Kinds of facts that chains tell each other. */
export const FactKind = { Queue: 1, Batch: 2 } as const;
