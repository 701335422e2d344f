/** Services that compile sources anew and publish them beside the contract when the code is the same. */
import { setTimeout as sleep } from "node:timers/promises";
import { Etherscan } from "@nomicfoundation/hardhat-verify/etherscan";
import type { Sources } from "./sources";

export interface Explorer {
  /**
   * Sends sources and waits for the service's answer.
   * @returns "verified" or "already verified", and how well where the service says it
   * @throws with the service's reason
   */
  verify(sources: Sources): Promise<string>;
}

interface ExplorerOptions {
  readonly evmChainId: number;
  /** Address of the API. */
  readonly api?: string;
  /** Milliseconds between questions; for tests. */
  readonly pause?: number;
}

const ETHERSCAN_API = "https://api.etherscan.io/v2/api";
const PAUSE = 2_000;
const ATTEMPTS = 8;
const REQUEST_TIMEOUT = 60_000;
const VERIFICATION_TIMEOUT = 10 * 60_000;

/** Etherscan's API for all chains, version 2. */
export function etherscan({ evmChainId, api, pause = PAUSE }: ExplorerOptions, key: string): Explorer {
  const client = new Etherscan(key, ETHERSCAN_API, "https://etherscan.io", evmChainId);
  // Given a chain id, the constructor takes no other address.
  client.apiUrl = api ?? ETHERSCAN_API;

  async function verify({ address, identifier, compiler, input, constructorArguments }: Sources): Promise<string> {
    const guid = await patiently(pause, () =>
      client.verify(address, JSON.stringify(input), identifier, `v${compiler}`, constructorArguments),
    );
    const status = await patiently(pause, () => client.getVerificationStatus(guid.message));
    if (status.isAlreadyVerified()) return "already verified";
    if (status.isSuccess()) return "verified";
    throw new Error(status.message);
  }

  return {
    verify: async (sources) => {
      try {
        return await inTime(verify(sources));
      } catch (error) {
        if ((error as Error).name === "ContractAlreadyVerifiedError") return "already verified";
        // A failed request is told with its address.
        throw new Error((error as Error).message.replaceAll(key, "..."));
      }
    },
  };
}

/** As far as it is read. */
interface SourcifyAnswer {
  readonly verificationId?: string;
  readonly isJobCompleted?: boolean;
  readonly contract?: { readonly match?: "exact_match" | "match" | null };
  readonly error?: { readonly customCode: string; readonly message: string };
  readonly customCode?: string;
  readonly message?: string;
}

/** Sourcify's API, version 2. */
export function sourcify({
  evmChainId,
  api = "https://sourcify.dev/server",
  pause = PAUSE,
}: ExplorerOptions): Explorer {
  const ask = (where: string, body?: object): Promise<SourcifyAnswer> =>
    patiently(pause, async () => {
      const response = await fetch(`${api.replace(/\/$/, "")}/v2/verify/${where}`, {
        ...(body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      });
      const answer = (await response.json().catch(() => ({}))) as SourcifyAnswer;
      if (response.ok || answer.customCode === ALREADY_VERIFIED) return answer;
      throw new Error(`HTTP ${response.status}: ${answer.message ?? response.statusText}`);
    });

  async function verify({ address, identifier, compiler, input }: Sources): Promise<string> {
    const request = { stdJsonInput: input, compilerVersion: compiler, contractIdentifier: identifier };
    const { customCode, verificationId } = await ask(`${evmChainId}/${address}`, request);
    if (customCode === ALREADY_VERIFIED) return "already verified";
    if (verificationId === undefined) throw new Error("the service gave the verification no id");
    for (const end = Date.now() + VERIFICATION_TIMEOUT; Date.now() < end; await sleep(pause)) {
      const { isJobCompleted, contract, error } = await ask(verificationId);
      if (!isJobCompleted) continue;
      if (error?.customCode === ALREADY_VERIFIED) return "already verified";
      if (error || !contract?.match) throw new Error(error?.message ?? "the code is not the same");
      return contract.match === "exact_match" ? "verified" : "verified, but for the metadata's hash";
    }
    throw new Error(TOO_LATE);
  }

  return { verify };
}

const ALREADY_VERIFIED = "already_verified";
const TOO_LATE = "the service did not answer in time; run it again later";

/** Asks again when the service was asked too often. */
async function patiently<T>(pause: number, attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0 || !/rate limit|HTTP 429/i.test((error as Error).message)) throw error;
      await sleep(pause);
    }
  }
}

/** Etherscan's client would ask for ever. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(VERIFICATION_TIMEOUT, undefined, { signal: timer.signal }).then(
    () => Promise.reject(new Error(TOO_LATE)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
