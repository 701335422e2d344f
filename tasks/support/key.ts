/** Where a user's L2 key comes from: a file of theirs, the environment, or their wallet; never the repository. */
import { hexlify } from "ethers";
import type { Chain } from "../../protocol/chain/chain";
import { l2KeyFromSecret, l2KeyFromWallet, newL2Key, type L2Key } from "../../protocol/client/keys";
import { writeSecretFile, readSecretFile } from "./secretFile";

export const KEY_VARIABLE = "CAUSEWAY_L2_KEY";

/** The key of the file, or of the environment; undefined when neither is given. Throws when it is not safe or not a key. */
function findKey(file: string | undefined): L2Key | undefined {
  if (file !== undefined) return l2KeyFromSecret(readSecretFile("keyFile", file));
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
  const key = newL2Key();
  writeSecretFile("keyFile", file, hexlify(key.secret));
  return key;
}
