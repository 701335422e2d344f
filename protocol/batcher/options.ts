import type { Chain } from "../chain/chain";
import { ChainError } from "../chain/errors";
import type { FactCarrier } from "../chain/factCarrier";
import { FEE_SLOTS, balanceRoom } from "../spec";
import { NO_FEE_CELLS } from "../state";
import type { OnEvent } from "./events";
import type { Proving } from "./maker";

export interface BatcherOptions {
  /** Folder for the pool and the batch under way. One batcher at a time may use it. */
  readonly directory: string;
  /** The primary chain; its signer must be an operator. */
  readonly primary: Chain;
  readonly secondaries: readonly Chain[];
  readonly proving: Proving;
  readonly carrier: FactCarrier;
  readonly onEvent?: OnEvent;
  /** Four balance cells that collect fees, at most one for a token; 0: none. */
  readonly feeCells?: readonly number[];
  /** Least fee of an op that pays in the token of each fee cell, in that token's own units; by default nothing. */
  readonly leastFees?: readonly bigint[];
  /** Most ops that wait in the pool. */
  readonly poolCapacity?: number;
}

/** Throws `ChainError` when the chains are not of one deployment, the primary is not the primary, one cannot sign, or a fee cell cannot be. */
export function checkChains({ primary, secondaries, proving, feeCells = NO_FEE_CELLS }: BatcherOptions): void {
  const refuse = ({ name }: Chain, reason: string) => new ChainError(name, "starting the batcher", reason);
  if (primary.index !== primary.primary) throw refuse(primary, "is not the primary chain");
  const seen = new Set<number>();
  for (const chain of [primary, ...secondaries]) {
    const { domain, cellBits, index, signer } = chain;
    if (domain !== primary.domain) throw refuse(chain, `is of deployment ${domain}, the primary of ${primary.domain}`);
    if (cellBits !== proving.size.cellBits) {
      throw refuse(chain, `has 2^${cellBits} cells, the circuit 2^${proving.size.cellBits}`);
    }
    if (seen.has(index)) throw refuse(chain, `chain ${index} is given twice`);
    if (!signer) throw refuse(chain, "needs a signer");
    seen.add(index);
  }
  const room = balanceRoom(proving.size.cellBits);
  const isRight = (cell: number) => Number.isInteger(cell) && cell >= 0 && cell < room;
  if (feeCells.length !== FEE_SLOTS || !feeCells.every(isRight)) {
    throw refuse(primary, `feeCells: must be ${FEE_SLOTS} balance cells below ${room}, got ${feeCells.join(", ")}`);
  }
}
