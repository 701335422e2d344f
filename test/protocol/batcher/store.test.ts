import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Store } from "../../../protocol/batcher/store";

describe("store of the batcher", () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-store-"));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  it("keeps documents with bigints over a restart", () => {
    const document = { amount: 2n ** 200n, text: "7", list: [0n, -1n], nothing: null };
    const first = Store.open(directory);
    first.write("pool", document);
    first.close();
    const second = Store.open(directory);
    expect(second.read("pool")).to.deep.equal(document);
    second.write("pool", undefined);
    expect(second.read("pool")).to.equal(undefined);
    second.close();
  });

  it("does not see a write that a crash left half done", () => {
    const store = Store.open(directory);
    store.write("pool", { ops: [1n] });
    fs.writeFileSync(path.join(directory, "pool.json.new"), '{"ops": [{"$": "1');
    expect(store.read("pool")).to.deep.equal({ ops: [1n] });
    store.close();
  });

  it("B8: says which file is damaged", () => {
    const store = Store.open(directory);
    for (const damaged of ["{", '{"ops": [{"$": "12x"}]}']) {
      fs.writeFileSync(path.join(directory, "pool.json"), damaged);
      expect(() => store.read("pool")).to.throw(/pool\.json is damaged/);
    }
    store.close();
  });

  it("has one holder at a time", () => {
    const store = Store.open(directory);
    expect(() => Store.open(directory)).to.throw(/another batcher, process \d+, holds/);
    store.close();
    Store.open(directory).close();
  });

  it("takes over the lock of a process that is gone", () => {
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    fs.writeFileSync(path.join(directory, "lock"), String(gone));
    const store = Store.open(directory);
    expect(fs.readFileSync(path.join(directory, "lock"), "utf8")).to.equal(String(process.pid));
    store.close();
    expect(fs.readdirSync(directory)).to.deep.equal([]);
  });

  it("cannot be used once closed", () => {
    const store = Store.open(directory);
    store.close();
    store.close();
    expect(() => store.write("pool", 1)).to.throw(/is closed/);
    expect(() => store.read("pool")).to.throw(/is closed/);
  });
});
