/** Starts and stops anvil, a development chain. */
import { spawn, type ChildProcess } from "node:child_process";
import { HDNodeWallet, Mnemonic } from "ethers";
import { foundryBinary, onPath } from "./foundry";

export interface AnvilOptions {
  /** Chain id of EIP-155; by default 31337. */
  readonly chainId?: number;
  /** The node whose chain it goes on with, on its own. */
  readonly forkUrl?: string;
  /** Further arguments of anvil's command line. */
  readonly args?: readonly string[];
  /** How long to wait for it to listen, milliseconds. */
  readonly timeout?: number;
}

export interface Anvil {
  readonly url: string;
  readonly chainId: number;
  /** Ends the process and waits for it; may be called again. */
  stop(): Promise<void>;
}

const DEFAULT_CHAIN_ID = 31337;
const DEFAULT_TIMEOUT = 20_000;

/** The mnemonic of anvil's accounts, known to everyone. */
const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");

/** An account of anvil's, and of every development node. */
export function anvilAccount(index: number): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`);
}

/**
 * Starts a chain on a free port of this machine, with ten rich accounts of a mnemonic that everyone knows.
 * On Linux it ends with this process, however that ends.
 * @throws if anvil is not installed, ends, or does not listen in time
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const { chainId = DEFAULT_CHAIN_ID, forkUrl, args = [], timeout = DEFAULT_TIMEOUT } = options;
  const fixed = ["--port", "0", "--chain-id", String(chainId), "--hardfork", "osaka", "--enable-tx-gas-limit"];
  const fork = forkUrl === undefined ? [] : ["--fork-url", forkUrl];
  const [command, ...rest] = [...deathSignal(), foundryBinary("anvil"), ...fixed, ...fork, ...args];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
  try {
    const address = await listening(child, timeout);
    return { url: `http://${address}`, chainId, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** A prefix that lets the kernel end the child with its parent, where there is one. */
function deathSignal(): string[] {
  const setpriv = process.platform === "linux" ? onPath("setpriv") : undefined;
  return setpriv ? [setpriv, "--pdeathsig", "KILL"] : [];
}

/** The address from the line "Listening on ADDRESS". */
async function listening(child: ChildProcess, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error(`anvil does not listen after ${timeout} ms\n${output}`)), timeout);
    const read = (data: Buffer): void => {
      output += data.toString();
      const address = /Listening on (\S+)\s/.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      // The pipes must stay drained, or anvil would stop at a full one.
      for (const stream of [child.stdout, child.stderr]) stream?.off("data", read).resume();
      resolve(address);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`anvil ended (${signal ?? code})\n${output}`));
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
