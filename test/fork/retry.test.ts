import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Server } from "../fixtures/server";
import { startRetryingProxy } from "./retry";

describe("the proxy before a network's RPC", () => {
  /** What the network does with its next requests; then it answers. */
  let troubles: ((response: http.ServerResponse) => void)[] = [];
  let asked: string[] = [];
  let network: http.Server;
  let proxy: Server;

  before(async () => {
    network = http.createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => (body += String(piece)));
      request.on("end", () => {
        asked.push(body);
        const trouble = troubles.shift();
        if (trouble) trouble(response);
        else response.end(`{"result":"0x1"}`);
      });
    });
    await new Promise<void>((resolve) => network.listen(0, "127.0.0.1", resolve));
    proxy = await startRetryingProxy(`http://127.0.0.1:${(network.address() as AddressInfo).port}`, 1);
  });
  beforeEach(() => {
    troubles = [];
    asked = [];
  });
  after(async () => {
    await proxy.close();
    network.close();
    network.closeAllConnections();
  });

  const ask = (): Promise<Response> => fetch(proxy.url, { method: "POST", body: "a question" });
  const busy = (response: http.ServerResponse): unknown => response.writeHead(500).end("busy");

  it("asks again after a reset, an error and garbage, and hands the answer on", async () => {
    troubles = [(response) => response.socket?.destroy(), busy, (response) => response.end("<html>")];
    const response = await ask();
    expect([response.status, await response.text()]).to.deep.equal([200, `{"result":"0x1"}`]);
    expect(asked).to.deep.equal(Array.from({ length: 4 }, () => "a question"));
  });

  it("gives up after five times, and says why", async () => {
    troubles = Array.from({ length: 5 }, () => busy);
    const response = await ask();
    expect([response.status, await response.text()]).to.deep.equal([502, "status 500"]);
    expect(asked).to.have.length(5);
  });
});
