/** What the project's servers have in common: plain HTTP that answers with JSON. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { toJson } from "../client/json";

export interface Door {
  readonly url: string;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** @param port 0: any free one */
export async function openDoor(
  answer: (request: http.IncomingMessage) => Promise<Answer>,
  port: number,
  host = "127.0.0.1",
): Promise<Door> {
  const server = http.createServer((request, response) => {
    answer(request)
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
