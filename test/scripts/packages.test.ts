import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { fetchPackage, type PinnedPackage } from "../../scripts/packages";

/** A small one, which is installed too. */
const SMALL: PinnedPackage = {
  name: "is-number",
  version: "7.0.0",
  integrity: "sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng==",
  files: ["index.js"],
};

describe("pinned packages", () => {
  let root: string;

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-packages-"));
  });

  afterEach(() => fs.rmSync(root, { recursive: true }));

  const messageOf = (pinned: PinnedPackage): Promise<string> =>
    fetchPackage(pinned, root).then(
      () => "fetched",
      (error: Error) => error.message,
    );

  it("keeps the files asked for and nothing else, and fetches once", async () => {
    const directory = await fetchPackage(SMALL, root);
    expect(fs.readdirSync(directory)).to.deep.equal(SMALL.files);
    const text = fs.readFileSync(path.join(directory, "index.js"), "utf8");
    expect(text).to.include("module.exports");
    const { mtimeMs } = fs.statSync(directory);
    expect(await fetchPackage(SMALL, root)).to.equal(directory);
    expect(fs.statSync(directory).mtimeMs).to.equal(mtimeMs);
  });

  it("refuses another package than the pinned one, and keeps nothing of it", async () => {
    const integrity = `sha512-${"A".repeat(86)}==`;
    const message = await messageOf({ ...SMALL, integrity });
    expect(message).to.include("is not the pinned package").and.to.include(SMALL.integrity).and.to.include(integrity);
    expect(fs.readdirSync(path.join(root, "packages"))).to.deep.equal([]);
  });

  it("says what is missing: the package, or a file in it", async () => {
    const noVersion = await messageOf({ ...SMALL, version: "7.0.0-none" });
    expect(noVersion).to.include("is-number@7.0.0-none cannot be fetched");
    expect(await messageOf({ ...SMALL, files: ["none.js"] })).to.include("none.js");
    expect(fs.readdirSync(path.join(root, "packages"))).to.deep.equal([]);
  });
});
