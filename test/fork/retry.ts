/** A server between a fork and a network's RPC: what fails on the way is asked again, so that one reset does not end the fork. */
import { setTimeout as pause } from "node:timers/promises";
import { startServer, type Server } from "../fixtures/server";

const ATTEMPTS = 5;
/** Milliseconds; each pause is twice as long as the one before. */
const FIRST_PAUSE = 400;

/** @param url of the RPC; requests that fail `ATTEMPTS` times are answered with status 502 */
export function startRetryingProxy(url: string, firstPause = FIRST_PAUSE): Promise<Server> {
  return startServer((body) => ask(url, body, firstPause));
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
