import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const ROOT = path.resolve(__dirname, "../../..");

/** Fields that a template decodes in full for their ranges' sake, and that these users of it do not need. */
const UNUSED_FIELDS: Record<string, RegExp> = {
  // Who receives needs no nonce; the token is compared whole. An even slot's packed amount has its value in `amount`.
  SignedSlot: /^(other\.(nonce|local|chain)|op\.packedAmount)$/,
  // The owner's kind is what counts; the new cell's token has any chain.
  OpenTo: /^(tokenId\.chain|owner\.(owner|home))$/,
  // Allocates no account.
  Open: /^decoded\.(noAccount|nextAccount)$/,
  // Tokens and owners are compared whole.
  QueueSlot: /^(old\.(nonce|local|chain)|holder\.(owner|home))$/,
  // Each slot of a pair reads of the other what can be there. Of a fee slot's cell, token and balance count. The rollup checks the number.
  Batch:
    /^(signedOp\[\d*[02468]\]\.(isOpenTo|index|isExact|exact|minOut)|signedOp\[\d*[13579]\]\.isOpen|feeCell\[\d\]\.(nonce|local|chain|account)|header\.number)$/,
};

/** Inputs that only even slots use. */
const UNUSED_INPUTS: Record<string, RegExp> = { SignedSlot: /^nextCell$/ };

describe("circom's own inspection", () => {
  it("C1: finds no hint or input without a constraint in size test, and no unused field but the listed ones", async () => {
    const cli = path.join(ROOT, "node_modules/circom2/cli.js");
    const flags = ["--inspect", "--O1", "-l", "node_modules", "-l", "circuits"];
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [cli, "circuits/main/test.circom", ...flags],
      { cwd: ROOT, maxBuffer: 1 << 26 },
    );

    const lines = (stdout + stderr).replace(/\u001b\[[0-9;]*m/g, "").split("\n");
    expect(lines.some((line) => line.includes("Everything went okay"))).to.equal(true);
    const warnings = lines.filter((line) => /\b(warning|error)\b/.test(line));
    expect(warnings).not.to.have.length(0);

    const unexplained = warnings.filter((warning) => {
      const field = /^warning\[CA02\]: In template "(\w+)\(.*\)": Subcomponent input\/output signal (\S+) does/.exec(
        warning,
      );
      if (field) return !UNUSED_FIELDS[field[1]]?.test(field[2]);
      const input = /^warning\[CA01\]: In template "(\w+)\(.*\)": Local signal (\S+) does/.exec(warning);
      return !input || !UNUSED_INPUTS[input[1]]?.test(input[2]);
    });
    expect(unexplained).to.deep.equal([]);
  });
});
