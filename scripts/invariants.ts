/**
 * Runs the invariants of test/forge; fails when one is broken.
 *
 *   npm run invariants                                       all of them
 *   npm run invariants -- --match-contract VaultInvariants   what `forge test` takes besides
 */
import { spawnSync } from "node:child_process";
import { foundryBinary } from "./foundry";

const { status, error } = spawnSync(foundryBinary("forge"), ["test", ...process.argv.slice(2)], { stdio: "inherit" });
if (error) throw error;
// Ended by a signal: no status.
process.exitCode = status ?? 1;
