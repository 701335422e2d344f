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
    V6: "The vault itself blocked by one issuer: that token waits, the others work.",
    V7: "A donation to the vault: credited to nobody.",
    V8: "Hooks of tokens and recipients that call the vault again: refused at every entry.",
    V9: "Decimals from 0 to 24, changed after the listing: fixed at the listing, and a round trip loses nothing.",
    V10: "Amounts of 0, 1, the largest and one more: one exact rule on each side, nothing is cut off.",
    V11: "Any history of deposits, payments and claims: the vault holds what it owes.",
    V12: "A recipient that burns gas, reverts or answers with 100 kB: bounded, and its claim remains.",
    V16: "A contract that a stranger deployed at the owner's address on another chain: no key and no exit there.",
    V17: "A stranger's deposit or request with a key for an account: not taken.",
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
];

function group(letter: string, title: string, attacks: Record<string, string>): Group {
  return { letter, title, attacks: Object.entries(attacks).map(([id, what]) => ({ id, what })) };
}
