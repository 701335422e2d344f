/** Accounts in encrypted files (Web3 Secret Storage), in a folder of the user. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { encryptKeystoreJsonSync, getAddress, isHexString, Wallet } from "ethers";
import { userError } from "./action";
import { readSecretFile, requireOutside, writeSecretFile } from "./secretFile";

export const ACCOUNT_VARIABLE = "CAUSEWAY_ACCOUNT";
const PASSWORD_VARIABLE = "CAUSEWAY_PASSWORD_FILE";
const FOLDER_VARIABLE = "CAUSEWAY_KEYSTORE";
const LEAST_PASSWORD = 8;

export interface KeystoreOptions {
  /** By default the folder that the environment names, or ~/.causeway/keystore. */
  readonly folder?: string;
  /** What scrypt works through; smaller in tests. */
  readonly scrypt?: { readonly N: number; readonly r: number; readonly p: number };
}

/** Keeps a key under a name, encrypted, and returns its address. @throws naming the field that is wrong */
export function keep(name: string, privateKey: string, password: string, options: KeystoreOptions = {}): string {
  const file = fileOf(name, options);
  if (!isHexString(privateKey, 32)) throw new Error("key: must be 32 bytes, hexadecimal");
  if (password.length < LEAST_PASSWORD) throw new Error(`password: must have at least ${LEAST_PASSWORD} characters`);
  if (fs.existsSync(file)) throw new Error(`name: there is an account ${name} already, ${file}`);
  requireOutside("keystore", file);
  const { address } = new Wallet(privateKey);
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const { scrypt } = options;
  writeSecretFile("keystore", file, encryptKeystoreJsonSync({ address, privateKey }, password, { scrypt }));
  return address;
}

/** The key of an account. @throws naming the field, for files that are not safe, and for a wrong password */
export function unlock(name: string, password: string, options: KeystoreOptions = {}): string {
  const json = readSecretFile(`account ${name}`, fileOf(name, options));
  try {
    return Wallet.fromEncryptedJsonSync(json, password).privateKey;
  } catch (error) {
    const isWrong = (error as Error).message.includes("password");
    throw new Error(isWrong ? `account ${name}: the password is wrong` : `account ${name}: the file is damaged`);
  }
}

/** Names and addresses of all accounts; no password is needed. */
export function accounts(options: KeystoreOptions = {}): { name: string; address: string }[] {
  const folder = folderOf(options);
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
  return files.sort().map((file) => {
    const { address } = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as { address: string };
    return { name: path.basename(file, ".json"), address: getAddress(address) };
  });
}

/**
 * The keys of the account that the environment names; undefined: it names none.
 * @throws as `userError`: Hardhat's configuration asks, before any task
 */
export function environmentKeys(): string[] | undefined {
  const name = process.env[ACCOUNT_VARIABLE];
  if (!name) return undefined;
  try {
    return [unlock(name, passwordFromFile() ?? askHidden(`password of ${name}: `))];
  } catch (error) {
    throw userError(error);
  }
}

/** From the file that the environment names, or asked twice: who mistypes it loses the key. @throws if the two differ */
export function newPassword(name: string, ask = askHidden): string {
  const fromFile = passwordFromFile();
  if (fromFile !== undefined) return fromFile;
  const password = ask(`new password of ${name}: `);
  if (ask("the same again: ") !== password) throw new Error("password: the two differ, and nothing was kept");
  return password;
}

function passwordFromFile(): string | undefined {
  const file = process.env[PASSWORD_VARIABLE];
  return file ? readSecretFile(PASSWORD_VARIABLE, file) : undefined;
}

/** @throws if there is no terminal */
export function askHidden(prompt: string): string {
  let terminal: number;
  try {
    terminal = fs.openSync("/dev/tty", "r+");
  } catch {
    throw new Error(
      `${prompt.replace(/: $/, "")}: there is no terminal to ask at; name a file by ${PASSWORD_VARIABLE}`,
    );
  }
  const stty = (mode: string) => spawnSync("stty", [mode], { stdio: [terminal, "ignore", "ignore"] });
  try {
    fs.writeSync(terminal, prompt);
    stty("-echo");
    let text = "";
    const byte = Buffer.alloc(1);
    while (fs.readSync(terminal, byte, 0, 1, null) === 1 && byte[0] !== 10) text += byte.toString("latin1");
    return Buffer.from(text, "latin1").toString("utf8");
  } finally {
    stty("echo");
    fs.writeSync(terminal, "\n");
    fs.closeSync(terminal);
  }
}

function folderOf({ folder }: KeystoreOptions): string {
  return folder ?? (process.env[FOLDER_VARIABLE] || path.join(os.homedir(), ".causeway/keystore"));
}

function fileOf(name: string, options: KeystoreOptions): string {
  if (!/^[\w-]+$/.test(name)) throw new Error(`name: must be letters, digits, - and _, got "${name}"`);
  return path.join(folderOf(options), `${name}.json`);
}
