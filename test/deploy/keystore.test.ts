import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { HardhatPluginError } from "hardhat/plugins";
import { accounts, environmentKeys, keep, newPassword, unlock } from "../../tasks/support/keystore";

const KEY = `0x${"11".repeat(32)}`;
const PASSWORD = "correct horse";
/** Quick, and insecure. */
const scrypt = { N: 2, r: 1, p: 1 };

describe("keystore", () => {
  let folder: string;
  const changed = ["CAUSEWAY_ACCOUNT", "CAUSEWAY_PASSWORD_FILE", "CAUSEWAY_KEYSTORE"];

  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-keystore-"))));
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
    changed.forEach((name) => delete process.env[name]);
  });

  it("keeps a key encrypted, for its owner alone, and gives it back for the password", () => {
    const address = keep("alice", KEY, PASSWORD, { folder, scrypt });
    expect(address).to.equal(new Wallet(KEY).address);
    const file = path.join(folder, "alice.json");
    expect(fs.statSync(file).mode & 0o777).to.equal(0o600);
    expect(fs.readFileSync(file, "utf8")).to.not.include("11".repeat(32));
    expect(unlock("alice", PASSWORD, { folder })).to.equal(KEY);
    expect(accounts({ folder })).to.deep.equal([{ name: "alice", address }]);
  });

  it("refuses a wrong password, a damaged file and one that others can read, naming the account", () => {
    keep("alice", KEY, PASSWORD, { folder, scrypt });
    const file = path.join(folder, "alice.json");
    expect(() => unlock("alice", "wrong horse", { folder })).to.throw("account alice: the password is wrong");
    expect(() => unlock("bob", PASSWORD, { folder })).to.throw("account bob: there is no file");
    fs.chmodSync(file, 0o640);
    expect(() => unlock("alice", PASSWORD, { folder })).to.throw("can be read by others; run chmod 600");
    fs.chmodSync(file, 0o600);
    fs.writeFileSync(file, "{}");
    expect(() => unlock("alice", PASSWORD, { folder })).to.throw("account alice: the file is damaged");
  });

  it("replaces nothing, and takes no bad name, key or password, and no folder in the repository", () => {
    keep("alice", KEY, PASSWORD, { folder, scrypt });
    expect(() => keep("alice", KEY, PASSWORD, { folder, scrypt })).to.throw("there is an account alice already");
    expect(() => keep("../alice", KEY, PASSWORD, { folder, scrypt })).to.throw("name: must be");
    expect(() => keep("bob", "0x11", PASSWORD, { folder, scrypt })).to.throw("key: must be 32 bytes");
    expect(() => keep("bob", KEY, "short", { folder, scrypt })).to.throw("password: must have at least 8");
    const inside = path.resolve(__dirname, "../../keystore");
    expect(() => keep("bob", KEY, PASSWORD, { folder: inside, scrypt })).to.throw("is in the repository");
    expect(fs.existsSync(inside)).to.equal(false);
  });

  it("asks for a new password twice, unless it is in a file", () => {
    const asked: string[] = [];
    const answers = (...texts: string[]) => {
      return (prompt: string) => (asked.push(prompt), texts.shift()!);
    };
    expect(newPassword("alice", answers(PASSWORD, PASSWORD))).to.equal(PASSWORD);
    expect(asked).to.deep.equal(["new password of alice: ", "the same again: "]);
    expect(() => newPassword("alice", answers(PASSWORD, "correct hrose"))).to.throw("password: the two differ");
    process.env.CAUSEWAY_PASSWORD_FILE = path.join(folder, "password");
    fs.writeFileSync(process.env.CAUSEWAY_PASSWORD_FILE, `${PASSWORD}\n`, { mode: 0o600 });
    expect(newPassword("alice", answers())).to.equal(PASSWORD);
  });

  it("signs with the account that the environment names, with the password from a file of the user's", () => {
    expect(environmentKeys()).to.equal(undefined);
    keep("alice", KEY, PASSWORD, { folder, scrypt });
    const passwordFile = path.join(folder, "password");
    fs.writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    Object.assign(process.env, {
      CAUSEWAY_ACCOUNT: "alice",
      CAUSEWAY_KEYSTORE: folder,
      CAUSEWAY_PASSWORD_FILE: passwordFile,
    });
    expect(environmentKeys()).to.deep.equal([KEY]);
    fs.chmodSync(passwordFile, 0o644);
    expect(() => environmentKeys())
      .to.throw("CAUSEWAY_PASSWORD_FILE")
      .with.property("message")
      .includes("chmod 600");
    fs.writeFileSync(passwordFile, "wrong horse\n");
    fs.chmodSync(passwordFile, 0o600);
    // Hardhat shows no trace of such an error.
    expect(() => environmentKeys()).to.throw(HardhatPluginError, "account alice: the password is wrong");
  });
});
