/**
 * Writes what Solidity, Circom, the documents and the three test suites need of `protocol/spec`, and the kernels' unrolled code.
 *
 *   npm run generate          writes the files
 *   npm run generate:check    fails when a committed file differs
 */
import fs from "node:fs";
import path from "node:path";
import { attacksDocument } from "./assure/attacks/document";
import { circomConstants } from "./generate/circom";
import { governanceDocument, pcdDocument, protocolDocument, soundnessDocument } from "./generate/document";
import { multiplyKernel } from "./generate/multiply";
import { solidityConstants } from "./generate/solidity";
import { vectors } from "./generate/vectors";
import { depegPlot } from "./model/depegDocument";

const ROOT = path.resolve(__dirname, "..");

interface Target {
  file: string;
  content: () => string;
}

const TARGETS: Target[] = [
  { file: "contracts/generated/Spec.sol", content: solidityConstants },
  { file: "circuits/generated/spec.circom", content: circomConstants },
  { file: "protocol/crypto/kernels/assembly/multiply.ts", content: multiplyKernel },
  { file: "test/vectors/protocol.json", content: vectors },
  { file: "docs/protocol.md", content: () => protocolDocument(read("docs/protocol.md")) },
  { file: "docs/soundness.md", content: () => soundnessDocument(read("docs/soundness.md")) },
  { file: "docs/pcd.md", content: () => pcdDocument(read("docs/pcd.md")) },
  { file: "docs/governance.md", content: () => governanceDocument(read("docs/governance.md")) },
  { file: "docs/depeg.svg", content: depegPlot },
  { file: "docs/attacks.md", content: () => attacksDocument(ROOT) },
];

function read(file: string): string {
  const full = path.join(ROOT, file);
  return fs.existsSync(full) ? fs.readFileSync(full, "utf8") : "";
}

function main(): void {
  const check = process.argv.includes("--check");
  const different = TARGETS.map(({ file, content }) => ({ file, wanted: content() })).filter(
    ({ file, wanted }) => read(file) !== wanted,
  );
  if (check) {
    for (const { file } of different) console.error(`${file} differs from what it is made of; run: npm run generate`);
    if (different.length > 0) process.exit(1);
    console.log(`${TARGETS.length} generated files are up to date`);
    return;
  }
  for (const { file, wanted } of different) {
    fs.mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
    fs.writeFileSync(path.join(ROOT, file), wanted);
    console.log(`wrote ${file}`);
  }
  if (different.length === 0) console.log("nothing to do");
}

main();
