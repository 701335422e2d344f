import { examples } from "../../protocol/witness/examples";

/** The golden vectors that the TypeScript, Circom and Solidity suites read: every example of `docs/protocol.md`. */
export function vectors(): string {
  return `${JSON.stringify(examples(), null, 2)}\n`;
}
