import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { buildOnce, contentHash } from "../../../protocol/crypto/cache";

const MODULE = require.resolve("../../../protocol/crypto/cache");

/** Another process that builds `directory` by running `body` with the temporary folder `to`; prints "started" and "ended". */
function builder(directory: string, body: string): ChildProcess {
  const script = `
    const fs = require("node:fs");
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    require(${JSON.stringify(MODULE)})
      .buildOnce(${JSON.stringify(directory)}, async (to) => { console.log("started"); ${body} })
      .then((built) => console.log("ended", built));`;
  return spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
  await once(child, "close");
  return output;
}

describe("build cache", () => {
  let root: string;
  let directory: string;

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-cache-"));
    directory = path.join(root, "deep/result");
  });

  afterEach(() => fs.rmSync(root, { recursive: true }));

  const write = (text: string) => async (to: string) => fs.promises.writeFile(path.join(to, "file"), text);
  const content = (): string => fs.readFileSync(path.join(directory, "file"), "utf8");
  const entries = (): string[] => fs.readdirSync(path.dirname(directory));

  it("builds once and then does nothing", async () => {
    expect(await buildOnce(directory, write("first"))).to.equal(true);
    expect(await buildOnce(directory, write("second"))).to.equal(false);
    expect(content()).to.equal("first");
    expect(entries()).to.deep.equal(["result"]);
  });

  it("builds once for calls at the same time", async () => {
    const results = await Promise.all([1, 2, 3].map((i) => buildOnce(directory, write(`${i}`))));
    expect(results).to.deep.equal([true, false, false]);
    expect(content()).to.equal("1");
  });

  it("leaves nothing when the build fails, and builds at the next call", async () => {
    const failing = async (to: string): Promise<void> => {
      await write("half")(to);
      throw new Error("no luck");
    };
    let message = "";
    await buildOnce(directory, failing).catch((error: Error) => (message = error.message));
    expect(message).to.equal("no luck");
    expect(entries()).to.deep.equal([]);
    expect(await buildOnce(directory, write("whole"))).to.equal(true);
  });

  it("builds once for processes at the same time; the others wait", async () => {
    const body = `await sleep(300); fs.appendFileSync(${JSON.stringify(path.join(root, "log"))}, "x");`;
    const outputs = await Promise.all([1, 2, 3].map(() => outputOf(builder(directory, body))));
    expect(fs.readFileSync(path.join(root, "log"), "utf8")).to.equal("x");
    expect(outputs.filter((output) => output.includes("ended true"))).to.have.length(1);
    expect(outputs.filter((output) => output.includes("ended false"))).to.have.length(2);
    expect(entries()).to.deep.equal(["result"]);
  });

  it("takes over from a killed build and removes its remains", async () => {
    const child = builder(directory, `fs.writeFileSync(to + "/file", "half"); await sleep(60000);`);
    await once(child.stdout!, "data");
    await new Promise((resolve) => setTimeout(resolve, 50));
    let waited = false;
    const waiting = buildOnce(directory, write("whole"), () => {
      waited = true;
      expect(fs.existsSync(directory)).to.equal(false);
      child.kill("SIGKILL");
    });
    expect(await waiting).to.equal(true);
    expect(waited).to.equal(true);
    expect(content()).to.equal("whole");
    expect(entries()).to.deep.equal(["result"]);
  });

  it("takes over a lock whose process number belongs to a later process", async () => {
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    fs.writeFileSync(`${directory}.lock`, `${process.pid} 1`);
    expect(await buildOnce(directory, write("whole"))).to.equal(true);
    expect(entries()).to.deep.equal(["result"]);
  });

  it("takes over an unreadable lock", async () => {
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    fs.writeFileSync(`${directory}.lock`, "");
    expect(await buildOnce(directory, write("whole"))).to.equal(true);
  });

  it("hashes parts apart", () => {
    expect(contentHash(["ab", "c"])).to.not.equal(contentHash(["a", "bc"]));
    expect(contentHash(["a", "b"])).to.equal(contentHash(["a", "b"]));
  });
});
