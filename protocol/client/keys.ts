import {
  concat,
  getAddress,
  getBytes,
  keccak256,
  Signature,
  toBeHex,
  toUtf8Bytes,
  verifyTypedData,
  type Signer,
} from "ethers";
import { keyFromSecret, randomSecret, type KeyPair } from "../crypto/eddsa";

/** A key for the rollup's account system: Baby Jubjub, its `ay` stands in the account's key cell. */
export type L2Key = KeyPair;

const SECRET = /^(0x)?[0-9a-fA-F]{64}$/;

/** The key of a 32-byte secret in hexadecimal. The message of an error does not contain the secret. */
export function l2KeyFromSecret(secret: string): L2Key {
  if (!SECRET.test(secret)) throw new TypeError("the secret of an L2 key must be 32 bytes in hexadecimal");
  return keyFromSecret(getBytes(secret.startsWith("0x") ? secret : `0x${secret}`));
}

/** A key from a phrase, for tests and demonstrations: whoever knows the phrase has the key. */
export function l2KeyFromPhrase(phrase: string): L2Key {
  return keyFromSecret(getBytes(keccak256(concat([toUtf8Bytes("causeway key "), toUtf8Bytes(phrase)]))));
}

/** A new random key. */
export function newL2Key(): L2Key {
  return keyFromSecret(randomSecret());
}

/** What derives keys of wallets: see `docs/protocol.md`, "Keys from a wallet". */
const WALLET_KEY_TYPES = {
  L2Key: [
    { name: "account", type: "address" },
    { name: "statement", type: "string" },
  ],
};
const WALLET_KEY_TAG = "causeway wallet key";
const WALLET_KEY_STATEMENT =
  "This signature is the key to your funds in this Causeway deployment. Give it to no website that you do not trust with them.";

/** The EIP-712 data whose signature is an owner's key: it names the deployment and the owner, and no chain. */
export function walletKeyData(domain: bigint, account: string): WalletKeyData {
  if (domain <= 0n || domain >> 160n !== 0n) throw new RangeError(`domain must be in 1..2^160-1, got ${domain}`);
  return {
    domain: { name: "Causeway", version: "1", salt: toBeHex(domain, 32) },
    types: WALLET_KEY_TYPES,
    message: { account: getAddress(account), statement: WALLET_KEY_STATEMENT },
  };
}

export interface WalletKeyData {
  readonly domain: { readonly name: string; readonly version: string; readonly salt: string };
  readonly types: typeof WALLET_KEY_TYPES;
  readonly message: { readonly account: string; readonly statement: string };
}

/** The part of a wallet that is needed: it signs deterministically (RFC 6979), as wallets of plain accounts do. */
export type KeySigner = Pick<Signer, "getAddress" | "signTypedData">;

/**
 * The key of a wallet in a deployment: the same on every device and every chain.
 *
 * Warning: whoever obtains the signature has the key.
 * @param domain the deployment's domain
 * @param isFirst whether the key is used for the first time: then the wallet signs twice, to be sure that it will find the key again
 * @throws Error if the wallet is a contract, whose signatures are not made by one key, or signs differently each time
 */
export async function l2KeyFromWallet(signer: KeySigner, domain: bigint, isFirst: boolean): Promise<L2Key> {
  const account = await signer.getAddress();
  const data = walletKeyData(domain, account);
  const signOnce = async (): Promise<string> => {
    const text = await signer.signTypedData(data.domain, data.types, data.message);
    let signature: Signature;
    let recovered: string;
    try {
      signature = Signature.from(text);
      recovered = verifyTypedData(data.domain, data.types, data.message, signature);
    } catch {
      throw new Error(`wallet ${account}: its signature is not one of a plain account; use a key file`);
    }
    if (recovered !== getAddress(account)) {
      throw new Error(`wallet ${account}: its signature is that of another account; use a key file`);
    }
    // r and s alone: s is in its lower half, and v follows from them and the account.
    return concat([signature.r, signature.s]);
  };
  const secret = await signOnce();
  if (isFirst && (await signOnce()) !== secret) {
    throw new Error(
      `wallet ${account}: signs differently each time, so its key could not be found again; use a key file`,
    );
  }
  return keyFromSecret(getBytes(keccak256(concat([toUtf8Bytes(WALLET_KEY_TAG), secret]))));
}
