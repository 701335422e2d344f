import type { Memory } from "../memory";
import type { Effects, SetKey, SetKeyRequest } from "../types";
import { accessQueueCells, isOwnedBy, peekOwner, requireAccountIndex } from "./rules";

/** Only the owner's own transaction, on the account's home chain, sets the key of a user's account. */
export function runSetKey(memory: Memory, request: SetKeyRequest): Effects & { queueOp: SetKey } {
  const { account, chain, owner, key } = request;
  requireAccountIndex(memory, "SetKey", "account", account);
  const executed = chain !== 0 && isOwnedBy(peekOwner(memory, account), owner, chain);
  accessQueueCells(memory, account, 0, executed ? { key } : {});
  return { queueOp: { ...request, executed, covered: true, usedAccount: account, usedCell: 0 }, payments: [] };
}
