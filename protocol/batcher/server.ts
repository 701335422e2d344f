import type http from "node:http";
import { OpError, type SignedOp } from "../state";
import type { Batcher } from "./batcher";
import { fromJson } from "../client/json";
import { openDoor, type Answer, type Door } from "./door";
import { readSignedOp } from "./signedOp";

/** A signed op has a few hundred bytes. */
const MOST_BYTES = 10_000;

/**
 * The batcher's door for users' signed ops, plain HTTP with JSON (bigints as `{"$": "123"}`):
 *
 * - `POST /ops` with a signed op: 200 once it is in the pool and on disk; 400 with `{op, field, rule}` when it is refused.
 * - `GET /cells/INDEX`: the balance cell after all known requests and pooled ops: the nonce to sign with.
 * - `GET /counters`: the next account and balance cell, likewise.
 *
 * Nothing that it answers needs to be believed: with a wrong nonce a signature is merely void.
 *
 * @param port 0: any free one
 */
export function serve(batcher: Batcher, port: number, host?: string): Promise<Door> {
  return openDoor((request) => answer(batcher, request).catch(failure), port, host);
}

async function answer(batcher: Batcher, request: http.IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? "/", "http://batcher");
  if (request.method === "POST" && pathname === "/ops") {
    const op: SignedOp = readSignedOp(fromJson(await read(request)));
    await batcher.submit(op);
    return { status: 200, body: { pooled: batcher.pooled.length } };
  }
  const cell = /^\/cells\/([0-9]{1,8})$/.exec(pathname);
  if (request.method === "GET" && cell)
    return { status: 200, body: (await batcher.expected()).balance(Number(cell[1])) };
  if (request.method === "GET" && pathname === "/counters")
    return { status: 200, body: (await batcher.expected()).counters() };
  return { status: 404, body: { message: `nothing at ${request.method ?? "GET"} ${pathname}` } };
}

async function read(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new RangeError(`a signed op must have at most ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The user's mistakes are 400, the batcher's own trouble 503. */
function failure(error: unknown): Answer {
  if (error instanceof OpError) {
    const { op, field, rule, message } = error;
    return { status: 400, body: { op, field, rule, message } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const isInput = error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError;
  return { status: isInput ? 400 : 503, body: { message } };
}
