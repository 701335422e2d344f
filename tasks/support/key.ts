/** Where a user's L2 key comes from: a file of theirs, the environment, or their wallet; never the repository. */
import fs from "node:fs";
import path from "node:path";
import { hexlify } from "ethers";
import type { Chain } from "../../protocol/chain/chain";
import { l2KeyFromSecret, l2KeyFromWallet, newL2Key, type L2Key } from "../../protocol/client/keys";

export const KEY_VARIABLE = "CAUSEWAY_L2_KEY";

const ROOT = path.resolve(__dirname, "../..");

/** Bits of a file's mode that let others read it. */
const OTHERS = 0o077;

/** The key of the file, or of the environment; undefined when neither is given. Throws when it is not safe or not a key. */
function findKey(file: string | undefined): L2Key | undefined {
  if (file !== undefined) return l2KeyFromSecret(readSecret(file));
  const secret = process.env[KEY_VARIABLE];
  return secret ? l2KeyFromSecret(secret.trim()) : undefined;
}

/**
 * The key of the file, or of the environment; else the one that follows from the wallet that sends the chain's transactions.
 * @param isFirst whether an account takes the key now
 */
export async function keyOf(file: string | undefined, chain: Chain, isFirst: boolean): Promise<L2Key> {
  const key = findKey(file);
  if (key) return key;
  if (!chain.signer)
    throw new Error(`keyFile: network ${chain.name} has no account; give --key-file, or set ${KEY_VARIABLE}`);
  return l2KeyFromWallet(chain.signer, chain.domain, isFirst);
}

/** Writes a new key, readable by its owner alone. Throws when the file exists or would be in the repository. */
export function createKey(file: string): L2Key {
  requireOutside(file);
  const key = newL2Key();
  fs.writeFileSync(file, `${hexlify(key.secret)}\n`, { flag: "wx", mode: 0o600 });
  return key;
}

function readSecret(file: string): string {
  requireOutside(file);
  if ((fs.statSync(file).mode & OTHERS) !== 0) throw new Error(`keyFile: ${file} can be read by others; run chmod 600`);
  return fs.readFileSync(file, "utf8").trim();
}

function requireOutside(file: string): void {
  const inside = path.relative(ROOT, path.resolve(file));
  if (!inside.startsWith("..") && !path.isAbsolute(inside)) {
    throw new Error(`keyFile: ${file} is in the repository; keep keys elsewhere`);
  }
}
