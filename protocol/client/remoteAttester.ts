import { fromJson } from "./json";

/** Where signatures come from. None of what it says is believed. */
export interface SignatureSource {
  /** For people. */
  readonly name: string;
  /**
   * @returns undefined: it did not sign this digest
   * @throws Error when it does not answer
   */
  signatureOf(digest: string, signal: AbortSignal): Promise<string | undefined>;
}

/** A signature has some 150 bytes. */
const MOST_BYTES = 1000;

/** A running attester, reached by its HTTP door. */
export class RemoteAttester implements SignatureSource {
  private readonly url: URL;

  /** @throws Error when the text is no address of a server */
  constructor(readonly name: string) {
    const isRight = URL.canParse(name) && /^https?:$/.test(new URL(name).protocol);
    if (!isRight) throw new Error(`attesters: must be addresses like http://HOST:PORT, got "${name}"`);
    this.url = new URL(name.endsWith("/") ? name : `${name}/`);
  }

  async signatureOf(digest: string, signal: AbortSignal): Promise<string | undefined> {
    const response = await fetch(new URL(`signatures/${digest}`, this.url), { signal, redirect: "error" });
    const body = await readBody(response);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { signature } = fromJson(body) as { signature?: unknown };
    if (typeof signature !== "string") throw new Error("the answer has no signature");
    return signature;
  }
}

/** Not more than a signature needs: a server that lies may also send without end. */
async function readBody({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
