import http from "node:http";
import type { AddressInfo } from "node:net";
import { OpError, type SignedOp } from "../state";
import type { Batcher } from "./batcher";
import { fromJson, toJson } from "../client/json";
import { readSignedOp } from "./signedOp";

/**
 * The batcher's door for users' signed ops, plain HTTP with JSON (bigints as `{"$": "123"}`):
 *
 * - `POST /ops` with a signed op: 200 once it is in the pool and on disk; 400 with `{op, field, rule}` when it is refused.
 * - `GET /cells/INDEX`: the balance cell after all known requests and pooled ops: the nonce to sign with.
 * - `GET /counters`: the next account and balance cell, likewise.
 *
 * Nothing that it answers needs to be believed: with a wrong nonce a signature is merely void.
 */
export interface Door {
  readonly url: string;
  close(): Promise<void>;
}

/** A signed op has a few hundred bytes. */
const MOST_BYTES = 10_000;

/** Opens the door. @param port 0: any free one */
export async function serve(batcher: Batcher, port: number, host = "127.0.0.1"): Promise<Door> {
  const server = http.createServer((request, response) => {
    answer(batcher, request)
      .catch((error: unknown) => failure(error))
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(toJson(body));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  status: number;
  body: unknown;
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
