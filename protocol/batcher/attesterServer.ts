import type { Attester } from "../chain/attester";
import { openDoor, type Answer, type Door } from "./door";

/**
 * The attester's door, for whoever gathers signatures:
 *
 * - `GET /signatures/DIGEST`: 200 with `{signature}`, or 404 when it signed no such digest, or not yet.
 *
 * It takes nothing from anybody, and nothing that it answers needs to be believed: a signature is checked against the committee.
 *
 * @param port 0: any free one
 */
export function serveAttester(
  attester: Pick<Attester, "signatureOf" | "address">,
  port: number,
  host?: string,
): Promise<Door> {
  return openDoor(async ({ method = "GET", url = "/" }) => answer(attester, method, url), port, host);
}

function answer(attester: Pick<Attester, "signatureOf" | "address">, method: string, url: string): Answer {
  const asked = method === "GET" ? /^\/signatures\/(0x[0-9a-f]{64})$/.exec(url) : null;
  if (!asked) return { status: 404, body: { message: `nothing at ${method} ${url}` } };
  const signature = attester.signatureOf(asked[1]);
  if (signature === undefined)
    return { status: 404, body: { message: `${attester.address} did not sign ${asked[1]}` } };
  return { status: 200, body: { signature } };
}
