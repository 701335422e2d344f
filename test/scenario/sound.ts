import { expect } from "chai";
import { readBooks } from "../../protocol/chain/conservation";
import { Ledger } from "../../protocol/chain/ledger";
import type { World } from "../fixtures/world";

/**
 * What holds on every chain once all batches are through: each stands at the last batch, the state that its own words give has the
 * commitment that it keeps, and its vault holds what it owes.
 */
export async function expectSound({ chains, proving, batcher }: World): Promise<void> {
  for (const chain of chains) {
    const { x, y } = await chain.rollup.commitment();
    const ledger = new Ledger(chain);
    await ledger.sync();
    expect(ledger.latest, `batches on ${chain.name}`).to.equal(batcher.latest);
    expect(await proving.commitments.commit(ledger.state), `state of ${chain.name}`).to.deep.equal({ x, y });
    for (const { token, surplus } of await readBooks(chain)) {
      expect(surplus, `surplus of ${token.symbol} on ${chain.name}`).to.equal(0n);
    }
  }
}
