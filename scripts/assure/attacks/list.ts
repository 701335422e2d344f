/** What the system survives: each attack has an id, tests that carry it in their names, and mutants that those tests kill. */

export interface Attack {
  /** As in the names of the tests: "C12". */
  id: string;
  /** What is tried, and what comes of it. */
  what: string;
}

export interface Group {
  letter: string;
  title: string;
  attacks: Attack[];
}

export const GROUPS: readonly Group[] = [
  group("V", "Vault and tokens", {
    V1: "A token that takes a fee is deposited: what arrives is credited.",
    V2: "An unlisted, look-alike or delisted token: no deposit; balances of delisted ones still leave.",
    V3: "A token without code, an account or a precompile in its place: nothing is taken and nothing counts as paid.",
    V4: "A token that returns nothing, or `false`: no failure passes for a success.",
    V5: "A blocked recipient, a paused token: the payment stays claimable, the others are made, and who owns it redirects it.",
    V6: "The vault or a facility blocked by an issuer: that token waits, that facility freezes, the others work.",
    V7: "A donation to the vault or a facility: credited to nobody, and it mints and backs nothing.",
    V8: "Hooks of tokens and recipients that call the vault again: refused at every entry.",
    V9: "Decimals from 0 to 24, changed after the listing: fixed at the listing, and a round trip loses nothing.",
    V10: "Amounts of 0, 1, the largest and one more: one exact rule on each side, nothing is cut off.",
    V11: "Any history of deposits, payments and claims: the vault holds what it owes.",
    V12: "A recipient that burns gas, reverts or answers with 100 kB: bounded, and its claim remains.",
    V13: "What flows out of a facility split, by many accounts, over the edge of a block: no more than the limit in its time.",
    V14: "A permit that somebody else sent first, replayed, of another chain: the deposit is made, or there is no allowance.",
    V16: "A contract that a stranger deployed at the owner's address on another chain: no key and no exit there.",
    V17: "A stranger's deposit or request with a key for an account: not taken.",
  }),
  group("M", "Mint, redeem, debt", {
    M1: "Above the ceiling, exactly at it, two in one block: it holds.",
    M2: "Minting, redeeming, borrowing or repaying in parts: never cheaper.",
    M3: "Minting for the rebate and redeeming at once: never a profit.",
    M4: "A rebate above the pot, draining and refilling by one actor: no more than the potential fell by, out of the pot.",
    M5: "More redeemed than there is: refused whole; a payment that cannot be redeemed waits, and the others are made.",
    M6: "Less would come out than asked for: nothing is burnt.",
    M7: "Any operation: zUSD here, abroad and as surplus is the facilities' debt, to the wei.",
    M8: "Pools of a few units, dozens of operations in a row, amounts next to a division's steps: every rounding is for the pool.",
    M9: "Debt without collateral, dust debt, a facility that leaves with its debt: not reached.",
    M10: "New debt, collateral or zUSD on a price that is stale, zero, of the future or not to be had: refused.",
    M11: "Opened and liquidated in one block, liquidated by oneself, exactly at the threshold: refused, or no better than a repayment.",
    M12: "Collateral taken out past the debt, or for a stranger's collateral: as far as the debt allows.",
    M13: "A liquidation that leaves a position worse, or a loss to nobody: the bonus is capped, bad debt booked at once.",
    M14: "A liquidator that pays with zUSD minted from the same token: the share of discounted debt stops it, and today's debt makes no room.",
    M15: "A loss with any buffer empty: fees, then the pot, then the reserve, and what backs zUSD is booked as lost.",
    M16: "Amounts, indices and times at their ends, a hundred years, a hundred epochs: nothing wraps, nothing stops.",
    M17: "Shares changed before what redemptions took is settled: they are settled first.",
    M18: "A redemption against positions of different leverage: in proportion to debt, no health falls.",
    M19: "A sandwich around a redemption on its way out: at least the least, or it waits.",
  }),
  group("O", "Oracles and LP value", {
    O1: "A pool's reserves skewed by a flash loan, up to a million times: the price moves by fee and rounding only.",
    O2: "A donation, inflated shares, the first depositor: growth is clamped, and few shares have no price.",
    O3: "A price read in the pool's own callback: refused.",
    O4: "A virtual price that falls: no price, until the administrator accepts it.",
    O5: "One leg off its peg: the lower bound goes by it, and minting stops.",
    O6: "An answer that is stale, of the future, not positive, at its bounds or of other decimals; a sequencer that is down or just up: refused.",
    O7: "A feed, token, pool or facility of another chain: what has no code here is not bound.",
    O8: "zUSD, or a pool that contains it, as collateral: refused.",
  }),
  group("D", "Depeg", {
    D1: "Prices at the bounds of the band and flicker around them: out and back exactly there, with hysteresis.",
    D2: "A backing that falls as in March 2023, and one that stays down: no mint below the band, and who goes first is paid by the factor.",
    D3: "A hundred redeemers in any order: each is paid what the factor says, and it never falls.",
    D4: "Every facility frozen or off its peg: zUSD is transferred, deposited, paid and covered with all the same.",
    D5: "Recovery: surplus is withdrawn once, and only when nothing needs it.",
  }),
  group("R", "Batches", {
    R1: "A wrong parent state, a skipped or repeated number, another instance's batch: refused.",
    R2: "More requests than there are, another order, one altered bit, another chain's request: refused.",
    R3: "A timestamp before the last batch's, in the future, or too old: refused.",
    R4: "A proof of another batch, of another circuit, of a circuit not active yet or retired: refused.",
    R5: "Each published field, commitment, opening and public input altered, one by one: refused.",
    R6: "The same batch twice; another valid batch of the same number on another chain: refused.",
    R7: "The largest batch of each kind of op: within 60 % of the cap of 16.7 million gas.",
    R8: "A poisonous payment in the outbox: the batch is accepted and the others are paid.",
    R9: "The state rebuilt from published words alone, by a second implementation: the same commitment after every batch.",
    R10: "A batch of Noops, the first from genesis: accepted once.",
    R12: "Someone who is no operator submits: refused, until a known request waits longer than `forceDelay`.",
    R13: "Requests that arrive while a batch is proven, thousands of them: the proof stays valid, only the fold changes.",
    R14: "Every odd request: refused by the vault, or a valid batch with it exists.",
    R15: "A batch of Noops, or of younger requests, while overdue ones wait: refused, whoever submits it.",
  }),
  group("X", "Between chains", {
    X13: "A route, a deposit and a withdrawal over two chains: zUSD on them and on its way is constant.",
    X15: "More zUSD into a chain than its cap, or out than is issued to it or went abroad: refused, or it waits.",
  }),
  group("P", "Verifier", {
    P1: "A public input at or above the field's order: refused.",
    P2: "Each of the 24 words of a proof changed: refused.",
    P3: "Points at infinity, off the curve, swapped, negated, of another proof; of proofs, commitments and openings: refused.",
    P4: "Calldata that is short, long or has dirty upper bits; an answer that is no bool: never true.",
    P5: "Any gas limit: never true for want of gas, never half a batch.",
    P6: "A verifier inherited, its answer dropped: found by a static test.",
    P7: "Valid and mutated proofs: the verifiers in JavaScript and Solidity agree.",
    P8: "The key in the contract, and the one rebuilt from circuit and SRS: equal byte for byte.",
    P9: "A witness that breaks one constraint, proven with the prover's checks bypassed: refused.",
  }),
  group("C", "Circuit", {
    C1: "A hint that no constraint has: circom's inspection finds none.",
    C2: "One signal of a witness changed: no constraint lets it pass.",
    C3: "Two signals changed, of which one repairs what the other breaks: no constraint lets them pass.",
    C4: "A constraint deleted: something false is accepted then, or it is known to follow from the others.",
    C5: "Amounts, fees, balances, nonces, indices and times at their ends: the last in range passes, the next cannot be proven.",
    C6: "Another decomposition of a hash, scalar or number: cannot be proven.",
    C7: "To oneself, to a free cell, to cell 0, to the fee cell, the same cell in several ops: conserved, in serial order.",
    C8: "A Noop that changes the state, or stands for an op without a signature: cannot be proven.",
    C9: "The same nonce twice, a gap, the last one: serial, and each once.",
    C10: "A sorted list that repeats, omits or disorders cells; wrong first and last bits: cannot be proven.",
    C11: "A read that no write made, a write lost, time reversed, values swapped between cells: cannot be proven.",
    C12: "Words, reads or evaluations fitted to a challenge that is known: the digest fixes them before.",
    C13: "A wrong quotient, one of another set, a commitment to more than a vector: refused.",
    C14: "S + l, S = 0, points of small order or off the curve, the neutral point: no signature.",
    C15: "Hashes of one kind used as another: their tags tell them apart.",
    C17: "A request or payment omitted, repeated, moved in order or to another chain: refused.",
    C18: "A public input that no constraint has: there is none.",
    C19: "Random batches through reference, statement, circuit and contracts: no difference.",
    C20: "Spending from an account without a key, or with a key of small order: cannot be proven.",
    C21: "A packed cell or word read another way: cannot be proven.",
    C22: "An account index that is a balance cell's, and the reverse; indices outside the vector: cannot be proven.",
    C23: "An access that an op does not need used to change a cell; a value left out of the digest: cannot be proven.",
    C24: "Tokens of a suspended chain moved: cannot be proven.",
    C25: "A signature used with another fee, receiver, owner, second word or deployment: cannot be proven.",
    C26: "Memory challenges that depend on each other: the forged witness that they let pass is kept as a test.",
    C27: "A queue op's flag against its conditions: cannot be proven, or refused by the rollup.",
    C28: "A second word without its first, an index not the counter's, other bits than an op has, a pool's or the system's account: cannot be proven.",
  }),
  group("G", "Governance", {
    G1: "Every restricted function, called by every role that has no right to it: refused.",
    G5: "A fee of all, a haircut above one, a ceiling below the debt, an inverted band: refused.",
  }),
];

function group(letter: string, title: string, attacks: Record<string, string>): Group {
  return { letter, title, attacks: Object.entries(attacks).map(([id, what]) => ({ id, what })) };
}
