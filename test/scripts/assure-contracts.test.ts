import { expect } from "chai";
import hre from "hardhat";
import type { EthereumProvider } from "hardhat/types";
import { Deployments } from "../../scripts/assure/contracts/deployments";
import { explain } from "../../scripts/assure/contracts/explained";
import { groupsOf } from "../../scripts/assure/contracts/hunt";
import { mutantsOf, type Mutant } from "../../scripts/assure/contracts/mutants";
import { OPERATOR_NAMES, type OperatorName } from "../../scripts/assure/contracts/operators";
import { InvalidMutant, Project, syntaxTrees } from "../../scripts/assure/contracts/project";
import { problems, refuted, score, tally, type Result } from "../../scripts/assure/contracts/report";
import { Source } from "../../scripts/assure/contracts/syntax";

const FILE = "contracts/vault/Snippet.sol";

/** A contract's body as a file; bytes and characters differ in it. */
function snippet(body: string, before = ""): string {
  return `// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;
// Σ words[k]·x^k
${before}
library Math {
    function min(uint256 a, uint256 b) internal pure returns (uint256) {}
    function mulDiv(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {}
}
contract C {
    error Bad(uint256 a, uint256 b);
    event Done(uint256 a, uint256 b, address c);
    struct Point { uint256 x; uint256 y; }
    modifier guarded() { _; }
    function send() internal returns (bool) {}
    function f(uint256 a, uint256 b, address c) external {
        a; b; c;
        ${body}
    }
}
`;
}

function mutants(content: string): Mutant[] {
  const tree = syntaxTrees(new Map([[FILE, content]])).get(FILE);
  if (!tree) throw new Error("no syntax tree");
  return mutantsOf(FILE, content, tree);
}

/** What an operator makes of a function's body. */
function changes(operator: OperatorName, body: string): string[] {
  return mutants(snippet(body))
    .filter((mutant) => mutant.operator === operator)
    .map(({ original, mutated }) => `${original} → ${mutated}`);
}

describe("scripts/assure-contracts", () => {
  describe("require", () => {
    it("deletes what reverts, with the `if` that it alone stands under", () => {
      expect(changes("require", "if (a == b) revert Bad(a, b);")).to.deep.equal(["if (a == b) revert Bad(a, b); → {}"]);
      expect(changes("require", "if (a == b) {\n revert Bad(a, b);\n }")).to.deep.equal([
        "if (a == b) { revert Bad(a, b); } → {}",
      ]);
      expect(changes("require", 'require(a != b, "same");')).to.deep.equal(['require(a != b, "same"); → {}']);
      expect(changes("require", "revert();")).to.deep.equal(["revert(); → {}"]);
    });

    it("keeps the other branch", () => {
      expect(changes("require", "if (a == b) revert Bad(a, b); else a = b;")).to.deep.equal(["revert Bad(a, b); → {}"]);
      expect(changes("require", "if (a == b) a = 1; else { revert Bad(a, b); }")).to.deep.equal([
        "{ revert Bad(a, b); } → {}",
      ]);
      expect(changes("require", "if (a == b) { a = 1; revert Bad(a, b); }")).to.deep.equal(["revert Bad(a, b); → {}"]);
    });

    it("keeps what the condition does", () => {
      expect(changes("require", "if (!send()) revert Bad(a, b);")).to.deep.equal([
        "if (!send()) revert Bad(a, b); → { !send(); }",
      ]);
      expect(changes("require", "if (--a == b) revert Bad(a, b);")).to.deep.equal([
        "if (--a == b) revert Bad(a, b); → { --a == b; }",
      ]);
    });

    it("deletes nothing else", () => {
      expect(changes("require", "if (a == b) return; emit Done(a, b, c);")).to.deep.equal([]);
    });
  });

  it("comparison: moves the boundary, and negates", () => {
    expect(changes("comparison", "bool z = a < b; z = a <= b; z = a > b; z = a >= b;")).to.deep.equal([
      "a < b → a <= b",
      "a < b → a >= b",
      "a <= b → a < b",
      "a <= b → a > b",
      "a > b → a >= b",
      "a > b → a <= b",
      "a >= b → a > b",
      "a >= b → a < b",
    ]);
    expect(changes("comparison", "bool z = (a) == b; z = a /* Σ < 1 */ != b;")).to.deep.equal([
      "(a) == b → (a) != b",
      "a /* Σ < 1 */ != b → a /* Σ < 1 */ == b",
    ]);
  });

  describe("off-by-one", () => {
    it("changes literals, but neither addresses nor lengths of types", () => {
      expect(changes("off-by-one", "a = 5; b = 0x10; a = 0;")).to.deep.equal([
        "a = 5 → a = 6",
        "a = 5 → a = 4",
        "b = 0x10 → b = 17",
        "b = 0x10 → b = 15",
        "a = 0 → a = 1",
      ]);
      expect(changes("off-by-one", "a = 2 days;")).to.deep.equal([
        "a = 2 days → a = 3 days",
        "a = 2 days → a = 1 days",
      ]);
      expect(changes("off-by-one", "c = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;")).to.deep.equal([]);
      expect(changes("off-by-one", "uint256[2] memory list; list;")).to.deep.equal([]);
    });

    it("changes a whole sum once, and not one with a literal, which is changed itself", () => {
      expect(changes("off-by-one", "a = a + b - a;")).to.deep.equal([
        "a + b - a → (a + b - a + 1)",
        "a + b - a → (a + b - a - 1)",
      ]);
      expect(changes("off-by-one", "a = a + 1;")).to.deep.equal(["a + 1 → a + 2", "a + 1 → a + 0"]);
    });

    it("changes what is multiplied, divided, shifted by and added to", () => {
      expect(changes("off-by-one", "a = a * b;")).to.deep.equal([
        "a * b → (a + 1) * b",
        "a * b → (a - 1) * b",
        "a * b → a * (b + 1)",
        "a * b → a * (b - 1)",
      ]);
      for (const operator of ["/", "%", "<<", ">>", "**"]) {
        expect(changes("off-by-one", `a = a ${operator} b;`)).to.deep.equal([
          `a ${operator} b → a ${operator} (b + 1)`,
          `a ${operator} b → a ${operator} (b - 1)`,
        ]);
      }
      expect(changes("off-by-one", "a += b;")).to.deep.equal(["a += b → a += (b + 1)", "a += b → a += (b - 1)"]);
      expect(changes("off-by-one", "a = a >> (b - 2);")).to.deep.equal(["b - 2 → b - 3", "b - 2 → b - 1"]);
    });

    it("leaves bits and assembly alone", () => {
      expect(changes("off-by-one", "a = a & b; assembly { a := add(b, 1) }")).to.deep.equal([]);
    });
  });

  describe("swap", () => {
    it("swaps neighbours of one type in calls, events, errors, structs, arrays and tuples", () => {
      expect(changes("swap", "emit Done(a, b, c);")).to.deep.equal(["Done(a, b, c) → Done(b, a, c)"]);
      expect(changes("swap", "revert Bad(a, b);")).to.deep.equal(["Bad(a, b) → Bad(b, a)"]);
      expect(changes("swap", "abi.encode(a, c, b, a);")).to.deep.equal([
        "abi.encode(a, c, b, a) → abi.encode(a, c, a, b)",
      ]);
      expect(changes("swap", "Point memory p = Point({x: a, y: b}); p;")).to.deep.equal([
        "Point({x: a, y: b}) → Point({x: b, y: a})",
      ]);
      expect(changes("swap", "uint256[3] memory p = [a, b, 1]; p;")).to.deep.equal([
        "[a, b, 1] → [b, a, 1]",
        "[a, b, 1] → [a, 1, b]",
      ]);
      expect(changes("swap", "(a, b) = (b, a);")).to.deep.equal(["(b, a) → (a, b)"]);
    });

    it("makes no mutant that is the same", () => {
      expect(changes("swap", "abi.encode(a, a); a = addmod(a, b, a);")).to.deep.equal([
        "addmod(a, b, a) → addmod(a, a, b)",
      ]);
      expect(changes("swap", "Math.mulDiv(a, b, 5); Math.min(a, b);")).to.deep.equal([
        "Math.mulDiv(a, b, 5) → Math.mulDiv(a, 5, b)",
      ]);
    });
  });

  it("modifier: deletes a modifier, not a base constructor's call", () => {
    const content = snippet(
      "} function g() external payable guarded {",
      "contract B { constructor(uint256) {} } contract D is B { constructor() B(1) {} }",
    );
    const found = mutants(content).filter(({ operator }) => operator === "modifier");
    expect(found.map(({ original, mutated }) => [original, mutated])).to.deep.equal([
      ["function g() external payable guarded", "function g() external payable"],
    ]);
  });

  it("says where a mutant is, and tells those of one name apart", () => {
    const content = snippet("if (a < b) return; a = 7; if (a < b) return;");
    const line = content.split("\n").findIndex((text) => text.includes("if (a < b)")) + 1;
    const found = mutants(content).filter(({ mutated }) => mutated === "a <= b");
    expect(found).to.have.length(2);
    for (const [occurrence, mutant] of found.entries()) {
      expect(mutant).to.include({ file: FILE, line, function: "C.f", occurrence });
      const others = new Source(content).edited([mutant]);
      expect(others.split("a <= b")).to.have.length(2);
      expect(others.length).to.equal(content.length + 1);
    }
  });

  it("makes sources that compile", () => {
    const content = snippet("if (a + 3 * b <= 7) revert Bad(a, b); emit Done(a, b, c); a += b << 2;");
    const found = mutants(content);
    expect(new Set(found.map(({ operator }) => operator))).to.deep.equal(
      new Set(OPERATOR_NAMES.filter((operator) => operator !== "modifier")),
    );
    for (const mutant of found) {
      const mutated = new Source(content).edited([mutant]);
      expect(() => syntaxTrees(new Map([[FILE, mutated]])), mutant.mutated).not.to.throw();
    }
  });

  it("mutates no interface", () => {
    expect(
      mutants(`pragma solidity 0.8.28; interface I { function f(uint256[2] calldata a) external; }`),
    ).to.deep.equal([]);
  });

  describe("explanations", () => {
    const all = mutants(snippet("if (a < b) return; if (a < b) return;"));
    const name = { file: FILE, function: "C.f", operator: "comparison", original: "a < b", mutated: "a <= b" } as const;

    it("are of one mutant each", () => {
      const explained = explain(all, [{ ...name, occurrence: 1, reason: "why" }]);
      expect([...explained.keys()]).to.deep.equal([
        all.find((mutant) => mutant.mutated === "a <= b" && mutant.occurrence === 1),
      ]);
    });

    it("are refused when they are of several, of none or empty", () => {
      expect(() => explain(all, [{ ...name, reason: "why" }])).to.throw(/2 mutants are comparison in/);
      expect(() => explain(all, [{ ...name, mutated: "a == b", reason: "why" }])).to.throw(/0 mutants/);
      expect(() => explain(all, [{ ...name, occurrence: 1, reason: " " }])).to.throw(/no reason/);
    });
  });

  describe("project", () => {
    const file = "contracts/libraries/BN254.sol";
    let project: Project;

    before(async () => {
      project = await Project.load(hre);
    });

    it("knows which contracts a file is part of", () => {
      const names = project.dependents(new Set([file])).map(({ name }) => name);
      expect(names).to.include.members([
        "contracts/rollup/Rollup.sol:Rollup",
        "contracts/mocks/LibraryHarness.sol:LibraryHarness",
      ]);
      expect(names).not.to.include("contracts/vault/TokenRegistry.sol:TokenRegistry");
      expect(project.dependents(new Set(["contracts/generated/Nothing.sol"]))).to.deep.equal([]);
    });

    it("compiles contracts with changes, and as they are without", () => {
      const harness = project.contracts.find(({ name }) => name.endsWith(":LibraryHarness"));
      const token = project.contracts.find(({ name }) => name.endsWith(":MockToken"));
      const mutant = mutantsOf(file, project.source(file), project.tree(file)).find(
        ({ operator }) => operator === "require",
      );
      if (!harness || !token || !mutant) throw new Error("the contracts are not those that the test knows");
      expect(project.compile(harness)).to.equal(project.compile(harness));
      expect(project.compile(harness, [mutant])).not.to.equal(project.compile(harness));
      expect(project.compile(token, [mutant])).to.equal(project.compile(token));
      expect(() => project.compile(harness, [{ ...mutant, text: "nonsense" }])).to.throw(InvalidMutant);
    });
  });

  it("deploys other code in place of a contract's, whatever way it is deployed, and nothing else", async () => {
    const sent: unknown[] = [];
    const provider = {
      send: async (method: string, params: unknown[]) => sent.push([method, ...params]),
      request: async ({ method, params }: { method: string; params: unknown[] }) => sent.push([method, ...params]),
    };
    const contracts = ["A", "B"].map((name, i) => ({ name, file: `${name}.sol`, bytecode: `0x6${i}` }));
    const deployments = new Deployments(provider as unknown as EthereumProvider, contracts);
    deployments.substitute(({ name }) => (name === "A" ? "0xaaaa" : undefined));
    const creation = { from: "0x1", data: "0x60c0ffee" };
    await provider.send("eth_sendTransaction", [creation]);
    await provider.request({ method: "eth_estimateGas", params: [creation, "latest"] });
    const others = [
      ["eth_sendTransaction", { ...creation, to: "0x2" }],
      ["eth_sendTransaction", { ...creation, data: "0x61c0ffee" }],
      ["eth_sendTransaction", { ...creation, data: "0x62c0ffee" }],
      ["eth_getCode", "0x60"],
    ] as const;
    for (const [method, ...params] of others) await provider.send(method, params);
    const replaced = { ...creation, data: "0xaaaac0ffee" };
    expect(sent).to.deep.equal([["eth_sendTransaction", replaced], ["eth_estimateGas", replaced, "latest"], ...others]);
    expect([...deployments.deployed]).to.deep.equal(["A", "B"]);
    expect(deployments.requests).to.equal(6);
  });

  it("groups mutants that do not touch the same source", () => {
    const all = mutants(snippet("if (a < b) return; if (a > b) return;")).filter(
      ({ operator }) => operator === "comparison",
    );
    expect(all).to.have.length(4);
    expect(groupsOf(all, 4)).to.deep.equal([
      [all[0], all[2]],
      [all[1], all[3]],
    ]);
    expect(groupsOf(all, 1)).to.have.length(4);
  });

  it("the score is of what compiles to other code and is not explained, and wants every check", () => {
    const [check, ...others] = mutants(snippet("if (a == 5) revert Bad(a, b); a = 8;"));
    expect(check.operator).to.equal("require");
    const killed = { status: "killed", testFile: "t", by: "test", message: "no", timedOut: false } as const;
    const result = (mutant: Mutant, verdict: Result["verdict"]): Result => ({ mutant, verdict });
    const results = [
      result(check, killed),
      result(others[0], { status: "explained", reason: "why" }),
      result(others[1], { status: "invalid", reason: "types" }),
      result(others[2], { status: "same" }),
    ];
    expect(tally(results)).to.deep.equal({ mutants: 1, killed: 1, explained: 1 });
    expect(problems(results)).to.deep.equal([]);
    const survived = [...results, result(others[3], { status: "survived" })];
    expect(score(tally(survived))).to.equal(50);
    expect(problems(survived)).to.have.length(1);
    const unchecked = [
      result(check, { status: "survived" }),
      ...Array.from({ length: 9 }, () => result(others[0], killed)),
    ];
    expect(problems(unchecked)).to.deep.equal(["0.0 % of the deleted checks are killed, less than 100 %"]);
    expect(refuted(results)).to.have.length(1);
    // Other folders are reported, but make no score.
    const elsewhere = { ...check, file: "contracts/verifiers/V.sol" };
    expect(problems([result(elsewhere, { status: "survived" })])).to.deep.equal([]);
  });
});
