import fs from "node:fs";
import { plonk, wtns, curves } from "snarkjs";
import { circuitArtifacts, proofToWords } from "../protocol/prover";
import { provePlonk } from "../protocol/prover/plonk/prove";
import { readWitness } from "../protocol/prover/plonk/witnessFile";
import { SIZES, tokenId } from "../protocol/spec";
import { State } from "../protocol/state";
import { buildBatch } from "../protocol/witness";
import { proverInput } from "../test/fixtures/statements";
import { signOp, user } from "../test/fixtures/users";
(async () => {
  const SIZE = SIZES.test;
  const art = await circuitArtifacts("test");
  const holder = user("bench");
  const state = State.genesis(77n, SIZE.cellBits);
  const requests = Array.from({ length: SIZE.queueOps }, (_, i) => ({ amount: 1000000n, account: i === 0 ? 0 : 1, cell: 0, owner: holder.address, key: i === 0 ? holder.keys.ay : 0n, chain: 1, token: tokenId(1, 1) }));
  buildBatch(state, { size: SIZE, number: 1, timestamp: 1000, requests, ops: [] });
  const before = state.clone();
  const ops = Array.from({ length: SIZE.signedOps }, (_, i) => signOp(before, holder, { op: "Transfer", from: 1, to: 2, account: 1, amount: BigInt(5 + i), expiry: 5000 } as any, { nonceAhead: i }));
  const trace = buildBatch(state, { size: SIZE, number: 2, timestamp: 2000, requests, ops });
  if (trace.report.rejected.length) console.log(trace.report.rejected);
  const input = proverInput(before, trace);
  let t = Date.now();
  await wtns.calculate(input as any, art.wasm, "/tmp/test.wtns" as any);
  console.log("witness", Date.now() - t);
  const w = await readWitness("/tmp/test.wtns");
  for (let i = 0; i < 4; i++) {
    t = Date.now();
    let last = t, name = "";
    const r = await provePlonk(art.zkey, w, { onProgress: ({ phase, done, total }) => { if (phase !== name) { if (name) console.log("  ", name, Date.now() - last); last = Date.now(); name = phase; } } });
    console.log("  ", name, Date.now() - last);
    console.log("ours", Date.now() - t, process.memoryUsage().rss >> 20);
    if (i == 0) console.log(await plonk.verify(art.vkey, r.publics.map(String), (await import("../protocol/prover")).wordsToProof(r.proof), { debug() {}, info() {}, warn() {}, error() {} } as any));
  }
  process.exit(0);
})().catch((e) => { console.error(e); process.exit(1); });
