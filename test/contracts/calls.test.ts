/**
 * P6: reads the compiler's syntax trees: no contract inherits a verifier, no answer of a call is dropped, and verifiers are called through
 * the wrapper only.
 */
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { artifacts } from "hardhat";

interface Node {
  nodeType: string;
  [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "nodeType" in value;

/** Visits every node below with its parent. */
function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  for (const value of Object.values(node).flat()) if (isNode(value)) walk(value, visit, node);
}

interface Finding {
  where: string;
  what: string;
}

/** Names of functions whose bool or result says whether something worked. */
const ANSWERS = new Set([
  "call",
  "staticcall",
  "delegatecall",
  "send",
  "verify",
  "verifyProof",
  "pairing",
  "holds",
  "trySend",
]);

function findings(source: string, tree: Node): Finding[] {
  const found: Finding[] = [];
  walk(tree, (node, parent) => {
    if (node.nodeType === "InheritanceSpecifier") {
      const name = (node.baseName as { name: string }).name;
      if (/Verifier$/.test(name) && !/^IPlonkVerifier$/.test(name))
        found.push({ where: source, what: `inherits ${name}` });
    }
    if (node.nodeType === "FunctionCall") {
      const name = calledName(node);
      if (!name || !ANSWERS.has(name)) return;
      if (parent?.nodeType === "ExpressionStatement")
        found.push({ where: source, what: `drops the answer of ${name}` });
      if (parent?.nodeType === "VariableDeclarationStatement" && (parent.declarations as unknown[])[0] === null) {
        found.push({ where: source, what: `drops the success of ${name}` });
      }
    }
    if (node.nodeType === "YulFunctionCall") {
      const name = (node.functionName as { name: string }).name;
      const dropped = parent?.nodeType === "YulExpressionStatement" || isPop(parent);
      if (/^(static|delegate)?call(code)?$/.test(name) && dropped) {
        found.push({ where: source, what: `drops the success of assembly ${name}` });
      }
    }
  });
  return found;
}

function calledName(node: Node): string | undefined {
  let expression = node.expression as Node & { memberName?: string; name?: string; expression?: Node };
  // call{value: v}(...) wraps the member in its options.
  if (expression.nodeType === "FunctionCallOptions") expression = expression.expression as typeof expression;
  return expression.memberName ?? expression.name;
}

const isPop = (node: Node | undefined): boolean =>
  node?.nodeType === "YulFunctionCall" && (node.functionName as { name: string }).name === "pop";

/** The syntax trees of the project's own contracts but mocks. */
async function readTrees(): Promise<Map<string, Node>> {
  const result = new Map<string, Node>();
  const builds = new Map<string, BuildInfo>();
  for (const name of await artifacts.getAllFullyQualifiedNames()) {
    const source = name.split(":")[0];
    if (!source.startsWith("contracts/") || source.startsWith("contracts/mocks/") || result.has(source)) continue;
    const file = buildOf(name);
    const build = builds.get(file) ?? (JSON.parse(fs.readFileSync(file, "utf8")) as BuildInfo);
    builds.set(file, build);
    result.set(source, build.output.sources[source].ast);
  }
  return result;
}

interface BuildInfo {
  output: { sources: Record<string, { ast: Node }> };
}

/** The file of the compiler run that made an artifact. */
function buildOf(name: string): string {
  const debug = artifacts.formArtifactPathFromFullyQualifiedName(name).replace(/\.json$/, ".dbg.json");
  const { buildInfo } = JSON.parse(fs.readFileSync(debug, "utf8")) as { buildInfo: string };
  return path.resolve(path.dirname(debug), buildInfo);
}

describe("P6: calls and inheritance", () => {
  let trees: Map<string, Node>;

  before(async () => {
    trees = await readTrees();
  });

  it("reads every contract there is", () => {
    const files = fs
      .readdirSync(path.resolve("contracts"), { recursive: true, encoding: "utf8" })
      .map((file) => `contracts/${file.split(path.sep).join("/")}`)
      .filter((file) => file.endsWith(".sol") && !file.startsWith("contracts/mocks/"));
    // Files without a contract of their own have no artifact.
    const withoutContract = [
      "contracts/types/Types.sol",
      "contracts/generated/Spec.sol",
      "contracts/access/AccessManager.sol",
    ];
    expect([...trees.keys(), ...withoutContract].sort()).to.deep.equal(files.sort());
  });

  it("no verifier is inherited and no answer is dropped", () => {
    for (const [source, tree] of trees) expect(findings(source, tree)).to.deep.equal([]);
  });

  it("verifyProof is called in the wrapper only", () => {
    const callers: string[] = [];
    for (const [source, tree] of trees) {
      walk(tree, (node) => {
        if (node.nodeType === "FunctionCall" && calledName(node) === "verifyProof") callers.push(source);
      });
    }
    expect(callers).to.deep.equal(["contracts/verifiers/ProofVerifier.sol"]);
  });

  it("Neon EVM: a precompile that aborts at an invalid point stops the batch of who sent it, and nothing else", () => {
    const curve: string[] = [];
    const caught: string[] = [];
    const inside: string[] = [];
    for (const [source, tree] of trees) {
      let isCurve = false;
      let catches = false;
      walk(tree, (node) => {
        const name = node.nodeType === "Identifier" ? (node.name as string) : undefined;
        const called = node.nodeType === "FunctionCall" ? calledName(node) : undefined;
        isCurve ||= name === "KZG" || name === "BN254" || called === "verifyProof";
        catches ||= node.nodeType === "TryStatement";
        if (called === "submitBatch" || called === "followBatch") inside.push(source);
      });
      if (isCurve) curve.push(source);
      if (isCurve && catches) caught.push(source);
    }
    expect(curve.filter((source) => !source.startsWith("contracts/libraries/")).sort()).to.deep.equal([
      "contracts/rollup/Rollup.sol",
      "contracts/verifiers/ProofVerifier.sol",
    ]);
    expect(caught, "go on when a point is invalid").to.deep.equal([]);
    expect(inside, "send batches from within").to.deep.equal([]);
  });

  it("the check finds what it looks for", () => {
    const call = (name: string): Node => ({
      nodeType: "FunctionCall",
      expression: { nodeType: "MemberAccess", memberName: name },
    });
    const yul = (name: string, args: Node[] = []): Node => ({
      nodeType: "YulFunctionCall",
      functionName: { nodeType: "YulIdentifier", name },
      arguments: args,
    });
    const bad: Node[] = [
      { nodeType: "InheritanceSpecifier", baseName: { nodeType: "IdentifierPath", name: "PlonkVerifier" } },
      { nodeType: "ExpressionStatement", expression: call("verifyProof") },
      { nodeType: "VariableDeclarationStatement", declarations: [null, {}], initialValue: call("call") },
      { nodeType: "YulExpressionStatement", expression: yul("pop", [yul("staticcall")]) },
    ];
    for (const node of bad) expect(findings("here", node)).to.have.length(1);
    const good: Node[] = [
      { nodeType: "VariableDeclarationStatement", declarations: [{}, null], initialValue: call("call") },
      { nodeType: "IfStatement", condition: call("verifyProof") },
      { nodeType: "YulAssignment", value: yul("staticcall") },
    ];
    for (const node of good) expect(findings("here", node)).to.deep.equal([]);
  });
});
