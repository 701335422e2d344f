/** A server between a fork and a network's RPC: what fails on the way is asked again, so that one reset does not end the fork. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const ATTEMPTS = 5;
/** Milliseconds; each pause is twice as long as the one before. */
const FIRST_PAUSE = 400;

export interface Proxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param url of the RPC; requests that fail `ATTEMPTS` times are answered with status 502 */
export async function startRetryingProxy(url: string, firstPause = FIRST_PAUSE): Promise<Proxy> {
  const server = http.createServer((request, response) => {
    void read(request)
      .then((body) => ask(url, body, firstPause))
      .then(
        (answer) => response.writeHead(200, { "content-type": "application/json" }).end(answer),
        (error: Error) => response.writeHead(502).end(error.message),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: http.IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request) body += String(piece);
  return body;
}

/** The answer, which is JSON. */
async function ask(url: string, body: string, firstPause: number): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
      const answer = await response.text();
      if (!response.ok) throw new Error(`status ${response.status}`);
      JSON.parse(answer);
      return answer;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await pause(firstPause * 2 ** (attempt - 1));
    }
  }
}
