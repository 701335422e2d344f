/** What a user does: deposit, open, transfer, withdraw. */
import { isAddress } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Chain } from "../../protocol/chain/chain";
import { Ledger } from "../../protocol/chain/ledger";
import { findToken, listTokens, zusdOf, type Token } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { deposit as sendDeposit } from "../../protocol/client/deposit";
import { swap as sendSwap } from "../../protocol/client/stable";
import { exit as sendExit, setKey as sendSetKey } from "../../protocol/client/requests";
import type { L2Key } from "../../protocol/client/keys";
import { NO_EXPIRY, signOp, withdrawal, zusdWithdrawal } from "../../protocol/client/ops";
import { RemoteBatcher } from "../../protocol/client/remoteBatcher";
import { ZUSD, tokenChain, tokenId } from "../../protocol/spec";
import type { Open, State, Transfer } from "../../protocol/state";
import { knownToken, readAmount, showTokens } from "./amounts";
import { keyOf } from "./key";
import { toConsole, type Print } from "./print";
import { openNetwork, senderOf } from "./network";

interface SignerArguments {
  batcher: string;
  keyFile?: string;
  /** Minutes. */
  validFor?: number;
  /** In the smallest units of the paying cell's token. */
  fee?: string;
}

export interface DepositArguments {
  token: string;
  amount: string;
  account?: number;
  cell?: number;
  keepToken?: boolean;
  keyFile?: string;
}

/** Deposits for the sender: into its account and cell for the token when it has them, into new ones otherwise. */
export async function deposit(
  args: DepositArguments,
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const owner = await senderOf(chain);
  const token = await depositable(chain, args.token);
  const amount = readAmount(args.amount, token, false);
  const { keepToken = false } = args;
  const credited = (await isUnified(chain, token, keepToken)) ? ZUSD : token.id;
  const state = await stateOf(chain);
  const account = args.account ?? accountsOf(state, owner)[0] ?? 0;
  const own = holdings(state).find((holding) => holding.account === account && holding.token === credited);
  const cell = args.cell ?? own?.cell ?? 0;
  const isKeyless = account === 0 || state.key(account) === 0n;
  const key = isKeyless ? (await keyOf(args.keyFile, chain, true)).ay : undefined;

  const request = { token: token.address, amount, owner, account, cell, key, keepToken };
  const { index, transaction } = await sendDeposit(chain, request);
  print(
    `Deposited ${args.amount} ${token.symbol}${credited === ZUSD && token.id !== ZUSD ? " as zUSD" : ""} on ${chain.name}: request ${index} of its queue (transaction ${transaction})`,
  );
  print(`  account ${account === 0 ? "new" : account}, balance cell ${cell === 0 ? "new" : cell}`);
}

/** Opens a balance cell, so that an account can hold another token. */
export async function open(
  args: SignerArguments & { from: number; token: string; account?: number },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, batcher, key } = await prepare(args, hre);
  const from = await batcher.cell(args.from);
  const token = /^[0-9]+:[0-9]+$/.test(args.token)
    ? foreignToken(args.token)
    : findToken(chain, await listTokens(chain), args.token).id;
  const { nextBalance } = await batcher.counters();
  const op: Open = {
    op: "Open",
    from: args.from,
    cell: nextBalance,
    token,
    account: args.account ?? from.account,
    fee: readFee(args.fee),
  };
  await batcher.submit(
    signOp(key, op, { domain: chain.domain, nonce: from.nonce, token: from.token, expiry: expiryOf(args) }),
  );
  print(`Handed over: account ${op.account} gets balance cell ${op.cell} for ${args.token}`);
}

/** Pays from one balance cell to another. */
export async function transfer(
  args: SignerArguments & { from: number; to: number; amount: string; units: boolean },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, batcher, key } = await prepare(args, hre);
  const [from, to] = [await batcher.cell(args.from), await batcher.cell(args.to)];
  const tokens = await listTokens(chain);
  const amount = readAmount(args.amount, knownToken(tokens, from.token), args.units);
  const fee = readFee(args.fee);
  const op: Transfer = { op: "Transfer", from: args.from, to: args.to, account: to.account, amount, fee };
  await batcher.submit(
    signOp(key, op, { domain: chain.domain, nonce: from.nonce, token: from.token, expiry: expiryOf(args) }),
  );
  const sum = showTokens(tokens, from.token, amount);
  print(`Handed over: ${sum} from balance cell ${args.from} to balance cell ${args.to} of account ${to.account}`);
}

/** Pays out on the chain of the cell's token. */
export async function withdraw(
  args: SignerArguments & { from: number; amount: string; recipient?: string; units: boolean; into?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, batcher, key } = await prepare(args, hre);
  const { nonce, token } = await batcher.cell(args.from);
  const tokens = await listTokens(chain);
  const amount = readAmount(args.amount, knownToken(tokens, token), args.units);
  const recipient = args.recipient ?? (await senderOf(chain));
  if (!isAddress(recipient)) throw new Error(`recipient: must be an address, got "${String(args.recipient)}"`);
  if (args.into !== undefined && token !== ZUSD) throw new Error("into: only zUSD is redeemed into another token");
  const fee = readFee(args.fee);
  const into = readInto(args.into ?? `${chain.index}`);
  const op =
    token === ZUSD
      ? zusdWithdrawal(args.from, amount, recipient, into.chain, { into: into.local, fee })
      : withdrawal(args.from, token, amount, recipient, fee);
  await batcher.submit(signOp(key, op, { domain: chain.domain, nonce, token, expiry: expiryOf(args) }));
  print(`Handed over: ${showTokens(tokens, token, amount)} from balance cell ${args.from} to ${recipient}`);
}

/** Swaps a stablecoin of this chain into one of another, without an account or a batcher's consent. */
export async function swap(
  args: { token: string; amount: string; into: string; min: string; recipient?: string; validFor: number },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const token = await depositable(chain, args.token);
  const { chain: destination, local: tokenOut } = readInto(args.into);
  const recipient = args.recipient ?? (await senderOf(chain));
  if (!isAddress(recipient)) throw new Error(`recipient: must be an address, got "${String(args.recipient)}"`);
  if (!/^[0-9]+$/.test(args.min)) throw new Error(`min: must be a whole number of smallest units, got "${args.min}"`);
  const { timestamp } = (await chain.provider.getBlock("latest")) ?? { timestamp: Math.floor(Date.now() / 1000) };
  const { index, transaction } = await sendSwap(chain, {
    tokenIn: token.address,
    amountIn: readAmount(args.amount, token, false),
    tokenOut,
    minOut: BigInt(args.min),
    destination,
    recipient,
    deadline: timestamp + 60 * args.validFor,
  });
  const wanted = tokenOut === 0 ? "zUSD" : `token ${tokenOut}`;
  print(
    `Swapping ${args.amount} ${token.symbol} of ${chain.name} into ${wanted} of chain ${destination} for ${recipient}: request ${index} of its queue (transaction ${transaction})`,
  );
}

/** Gives the sender's account another key: its wallet's, or the key file's. */
export async function setKey(
  { account, keyFile }: { account?: number; keyFile?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const own = await ownAccount(chain, account);
  const { ay } = await keyOf(keyFile, chain, true);
  const { index, transaction } = await sendSetKey(chain, own, ay);
  print(
    `Asked for key ${ay} of account ${own}: request ${index} of ${chain.name}'s queue (transaction ${transaction})`,
  );
}

/** Asks for all of a balance cell, without the account's key and without a batcher's consent. */
export async function exit(
  { cell, payer, recipient }: { cell: number; payer?: number; recipient?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const { token, account } = (await stateOf(chain)).balance(cell);
  if (account === 0) throw new Error(`cell: nobody owns balance cell ${cell}`);
  await ownAccount(chain, account);
  const request = {
    account,
    cell,
    token,
    payer: payer ?? (token === ZUSD ? chain.index : tokenChain(token)),
    recipient: recipient ?? (await senderOf(chain)),
  };
  const { index, transaction } = await sendExit(chain, request);
  print(
    `Asked for all of balance cell ${cell}, to be paid by chain ${request.payer} to ${request.recipient}: request ${index} of ${chain.name}'s queue (transaction ${transaction})`,
  );
}

/** The sender's account at home on this chain: the named one, or its only one. */
async function ownAccount(chain: Chain, named: number | undefined): Promise<number> {
  const sender = await senderOf(chain);
  const state = await stateOf(chain);
  const own = accountsOf(state, sender).filter((account) => state.owner(account).home === chain.index);
  if (named === undefined && own.length > 1)
    throw new Error(`account: ${sender} has several here: ${own.join(", ")}; name one`);
  const account = named ?? own[0];
  if (account === undefined || !own.includes(account)) {
    throw new Error(`account: ${named === undefined ? "none" : named} is not ${sender}'s and at home on ${chain.name}`);
  }
  return account;
}

async function prepare(
  { batcher, keyFile }: SignerArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<{ chain: Chain; batcher: RemoteBatcher; key: L2Key }> {
  const chain = await openNetwork(hre);
  return { chain, batcher: new RemoteBatcher(batcher), key: await keyOf(keyFile, chain, false) };
}

async function stateOf(chain: Chain): Promise<State> {
  const ledger = new Ledger(chain);
  await ledger.sync();
  return ledger.state;
}

/** A token that can be deposited: zUSD, or one of the registry. */
async function depositable(chain: Chain, name: string): Promise<Token> {
  const zusd = name.toLowerCase() === "zusd" ? await zusdOf(chain) : undefined;
  return zusd ?? findToken(chain, await listTokens(chain), name);
}

/** Whether a deposit of a token is credited as zUSD. */
async function isUnified(chain: Chain, token: Token, keepToken: boolean): Promise<boolean> {
  if (token.id === ZUSD) return true;
  if (keepToken || !chain.stable) return false;
  return BigInt(await chain.stable.books.facilityOf(token.address)) !== 0n;
}

/** "CHAIN:NUMBER", or "CHAIN" for zUSD there. */
function readInto(text: string): { chain: number; local: number } {
  if (!/^[0-9]+(:[0-9]+)?$/.test(text)) throw new Error(`into: must be CHAIN or CHAIN:NUMBER, got "${text}"`);
  const [chain, local = 0] = text.split(":").map(Number);
  if (local !== 0) tokenId(chain, local);
  return { chain, local };
}

/** "CHAIN:NUMBER" as a token id. */
function foreignToken(text: string): number {
  const [chain, local] = text.split(":").map(Number);
  return tokenId(chain, local);
}

function readFee(text = "0"): bigint {
  if (!/^[0-9]+$/.test(text))
    throw new Error(`fee: must be a whole number of the token's smallest units, got "${text}"`);
  return BigInt(text);
}

function expiryOf({ validFor }: SignerArguments): number {
  return validFor === undefined ? NO_EXPIRY : Math.floor(Date.now() / 1000) + 60 * validFor;
}
