/** Pays what a chain's vault delayed. */
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { DelayedPayer, type DelayedPayment } from "../../protocol/chain/delayedPayer";
import { listTokens } from "../../protocol/chain/tokens";
import { showTokens } from "./amounts";
import { openNetwork, senderOf } from "./network";
import { showTime, toConsole, type Print } from "./print";

const NOTHING: Awaited<ReturnType<DelayedPayer["pay"]>> = { payouts: [], failures: [] };

/** Pays all that may leave now unless it is to list only, and says what waits. @throws Error when the chain refused a payment */
export async function payDelayed(
  { list }: { list: boolean },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  if (!list) await senderOf(chain);
  const tokens = await listTokens(chain);
  const show = ({ token }: DelayedPayment, amount: bigint) => showTokens(tokens, token, amount);
  const payer = new DelayedPayer(chain);
  const { payouts, failures } = list ? NOTHING : await payer.pay();
  for (const payout of payouts) {
    const { batch, recipient, paid, left } = payout;
    print(`batch ${batch}: paid ${show(payout, paid)} to ${recipient}, ${show(payout, left)} left`);
  }
  for (const { message } of failures) print(`failed: ${message}`);
  const waiting = await payer.waiting();
  for (const payment of waiting) {
    const { batch, recipient, amount, heldUntil } = payment;
    const reason = heldUntil === undefined ? "" : `, held until ${showTime(heldUntil)}`;
    print(`batch ${batch}: ${show(payment, amount)} to ${recipient} waits${reason}`);
  }
  print(`${chain.name}: ${payouts.length} paid, ${failures.length} failed, ${waiting.length} wait`);
  if (failures.length > 0) throw new Error(`${failures.length} failed; the first: ${failures[0].message}`);
}
