import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { assess, sortInputs, type Assessment } from "../../../scripts/assure/circuits/assess";
import { Deletion, type Finding } from "../../../scripts/assure/circuits/deletion";
import { Explanations, type Explanation } from "../../../scripts/assure/circuits/explanations";
import { Model, type Inputs } from "../../../scripts/assure/circuits/model";
import { unusedPublics } from "../../../scripts/assure/circuits/static";
import { compileTester } from "../../fixtures/circom";

const main = (templates: string, call: string, publics = ""): string =>
  `pragma circom 2.2.0;\ninclude "lib/range.circom";\n${templates}\ncomponent main${publics} = ${call};\n`;

async function assessed(source: string, inputs: Inputs[], explanations: Explanation[] = []): Promise<Assessment> {
  const model = await Model.of("assure-test", source);
  const { valid, invalid } = sortInputs(model, inputs);
  return assess(model, valid, invalid, { explanations: new Explanations(explanations) });
}

/** What is possible without each constraint, by the text of its line. */
async function findings(source: string, inputs: Inputs[]): Promise<Record<string, Finding>> {
  const model = await Model.of("assure-test", source);
  const lines = source.split("\n");
  const deletion = new Deletion(
    model,
    inputs.map((input) => model.evaluate(input)),
  );
  return Object.fromEntries(
    model.equations.map((equation, constraint) => {
      const { file, line } = equation?.at ?? { file: "", line: 0 };
      return [file === "main" ? lines[line - 1].trim() : `${file}:${line}`, deletion.find(constraint)];
    }),
  );
}

const SOUND = `template Sound() {
  signal input in;
  signal input enabled;
  signal output out;
  enabled * (enabled - 1) === 0;
  signal square <== in * in;
  out <== enabled * square;
  signal small <-- in & 7;
  signal rest <-- in >> 3;
  Range(3)(small);
  Range(9)(rest);
  in === small + 8 * rest;
}`;
const SOUND_INPUTS = [
  { in: 45n, enabled: 1n },
  { in: 4095n, enabled: 0n },
];

describe("scripts/assure/circuits", () => {
  describe("changed witnesses", () => {
    it("C2: finds nothing in a sound template", async () => {
      const { survivors, changes, witnesses } = await assessed(main(SOUND, "Sound()"), SOUND_INPUTS);
      expect(survivors).to.deep.equal([]);
      expect(witnesses).to.equal(2);
      expect(changes).to.be.greaterThan(100);
    });

    it("C2: finds an output that nothing fixes", async () => {
      const careless = `template Careless() {
  signal input in;
  signal output out;
  signal square <== in * in;
  out <-- square * in;
}`;
      const { survivors } = await assessed(main(careless, "Careless()"), [{ in: 3n }]);
      expect(survivors.map(({ check, template, signals }) => [check, template, signals])).to.deep.equal([
        ["mutation", "Careless", "out"],
      ]);
    });

    it("C3: finds two hints that can only change together", async () => {
      const split = `template Split() {
  signal input in;
  signal output low;
  signal high;
  low <-- in % 10;
  high <-- in \\ 10;
  low + 10 * high === in;
}`;
      const { survivors } = await assessed(main(split, "Split()"), [{ in: 123n }]);
      expect(survivors.map(({ signals }) => signals)).to.have.members(["low", "high"]);
      const checked = split.replace("low + 10", "Range(3)(low);\n  Range(4)(high);\n  low + 10");
      // Whoever bounds both parts fixes them: 8·10 is too much for a digit to move. (12 is 2 + 10·1.)
      expect((await assessed(main(checked, "Split()"), [{ in: 12n }])).survivors).to.deep.equal([]);
    });

    it("C2: takes a change of an input with all that follows for what it is: another witness", async () => {
      const gate = `template Gate() {
  signal input enabled;
  signal input in;
  signal output out <== enabled * in;
}`;
      const { survivors } = await assessed(main(gate, "Gate()"), [{ enabled: 0n, in: 5n }]);
      expect(survivors).to.deep.equal([]);
    });

    it("C1: says of a free hint why it is no problem, and which explanations are of no use", async () => {
      const source = main("", "IsZero()");
      const entry: Explanation = {
        check: "mutation",
        template: "IsZero",
        signals: "inverse",
        reason: "nothing reads it",
      };
      const explanations = new Explanations([entry, { ...entry, signals: "out" }]);
      const model = await Model.of("assure-test", source);
      const { valid } = sortInputs(model, [{ in: 0n }, { in: 5n }]);
      const { survivors } = assess(model, valid, [], { explanations });
      expect(survivors.map(({ signals, reason }) => [signals, reason])).to.deep.equal([
        ["inverse", "nothing reads it"],
      ]);
      expect(explanations.unused().map(({ signals }) => signals)).to.deep.equal(["out"]);
    });
  });

  describe("deleted constraints", () => {
    it("C4: finds every constraint of a sound template needed", async () => {
      const found = await findings(main(SOUND, "Sound()"), SOUND_INPUTS);
      expect(Object.keys(found)).to.include.members([
        "enabled * (enabled - 1) === 0;",
        "out <== enabled * square;",
        "in === small + 8 * rest;",
      ]);
      expect(new Set(Object.values(found))).to.deep.equal(new Set(["wrong"]));
    });

    it("C4: finds a constraint that follows from the others", async () => {
      const twice = `template Twice() {
  signal input in;
  signal output out <== 5 * in;
  in * (in - 1) === 0;
  out * (out - 5) === 0;
}`;
      const found = await findings(main(twice, "Twice()"), [{ in: 0n }, { in: 1n }]);
      expect(found).to.deep.equal({
        "signal output out <== 5 * in;": "wrong",
        "in * (in - 1) === 0;": "implied",
        "out * (out - 5) === 0;": "implied",
      });
    });

    it("C4: tells what changes outputs from what changes only signals inside", async () => {
      const inside = `template Inside() {
  signal input in;
  signal output out <== in * in;
  signal inverse <-- in != 0 ? 1 / in : 0;
  signal product <== in * inverse;
  in * (1 - product) === 0;
}`;
      const found = await findings(main(inside, "Inside()"), [{ in: 0n }, { in: 5n }]);
      expect(found["signal output out <== in * in;"]).to.equal("wrong");
      // Any input has an inverse or is 0: without these lines nothing but the hint is free.
      expect(found["in * (1 - product) === 0;"]).to.equal("free");
    });

    it("C4: finds what only inputs that may not be show", async () => {
      const both = `template Both() {
  signal input a;
  signal input b;
  signal difference <== a - b;
  signal square <== difference * difference;
  square * (square - 1) === 0;
}`;
      const source = main(both, "Both()");
      const line = "square * (square - 1) === 0;";
      expect(
        (
          await findings(source, [
            { a: 7n, b: 7n },
            { a: 9n, b: 7n },
          ])
        )[line],
      ).to.equal("wrong");
    });

    it("C4: counts what it finds, and says which line and signals it is about", async () => {
      const line = "enabled * (enabled - 1) === 0;";
      const redundant = SOUND.replace(line, `${line}\n  enabled * (5 - 5 * enabled) === 0;`);
      const { deleted, survivors, constraints } = await assessed(main(redundant, "Sound()"), SOUND_INPUTS);
      expect(deleted.wrong + deleted.free + deleted.implied).to.equal(constraints);
      expect(deleted.implied).to.equal(2);
      expect(survivors.map(({ check, signals, place }) => [check, signals, place])).to.deep.equal([
        ["deletion", "enabled", "main:7"],
        ["deletion", "enabled", "main:8"],
      ]);
    });
  });

  it("C18: finds public inputs that no constraint has", async () => {
    const template = `template Publics() {
  signal input used;
  signal input unused;
  signal output out <== used * used;
}`;
    const model = await Model.of("assure-test", main(template, "Publics()", " {public [used, unused]}"));
    expect(unusedPublics(model)).to.deep.equal(["unused"]);
  });

  describe("the witness of the source", () => {
    it("is circom's, for every operator, also where they are asked about negative numbers", async () => {
      const operators = [
        "+",
        "-",
        "*",
        "/",
        "\\",
        "%",
        "&",
        "|",
        "^",
        "<<",
        ">>",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "&&",
        "||",
      ];
      const hints = operators.map((operator, i) => `out[${i}] <-- a ${operator} b;`);
      const template = `template Operators() {
  signal input a;
  signal input b;
  signal output out[${operators.length + 3}];
  ${hints.join("\n  ")}
  out[${operators.length}] <-- -a;
  out[${operators.length + 1}] <-- !a;
  out[${operators.length + 2}] <-- ~a;
}`;
      for (const [a, b] of [
        [5n, 3n],
        [0n, 7n],
        [3n, F.R - 2n],
        [F.R - 1n, 2n],
        [F.R - 1n, F.R - 5n],
        [1n << 253n, 250n],
      ]) {
        await agrees(main(template, "Operators()"), { a, b });
      }
    });

    it("is circom's, with loops, functions, choices, arrays, components of all kinds and places", async () => {
      const templates = `function gcd(a, b) {
  while (b != 0) { var rest = a % b; a = b; b = rest; }
  return a;
}
template Pair(n) {
  signal input in[n];
  signal input by;
  signal output first;
  signal output all[n][2];
  first <== in[0] * by;
  for (var i = 0; i < n; i++) all[i] <== [in[i] * by, in[i] + by];
}
template Shapes(n) {
  var total = 0;
  signal input in[n];
  signal output out[n];
  signal output best;
  component pair[2];
  for (var k = 0; k < 2; k++) {
    pair[k] = Pair(n);
    pair[k].by <== gcd(12 + 6 * k, 18);
    for (var i = 0; i < n; i++) in[i] ==> pair[k].in[i];
  }
  signal (a, b[n][2]);
  for (var i = 0; i < n; i++) {
    var j = n - 1 - i;
    if (i % 2 == 0) out[i] <== IsZero()(in[j]);
    else { out[i] <== Select()(choice <== pair[1].first, b <== in[j], a <== pair[0].all[i][1]); }
    total += i == 0 ? 2 * in[i] : in[i];
  }
  var most = in[0];
  for (var i = 1; i < n; i++) { if (in[i] > most) { most = in[i]; } }
  best <-- most;
  signal sum <== total;
}`.replace("  signal (a, b[n][2]);\n", "");
      for (const values of [
        [4n, 0n, 7n],
        [0n, F.R - 1n, 1n],
      ]) {
        await agrees(main(templates, "Shapes(3)"), { in: values });
      }
    });

    /** Both generators make the same witness, and its constraints hold where all are of the source. */
    async function agrees(source: string, inputs: Record<string, bigint | bigint[]>): Promise<void> {
      const model = await Model.of("assure-test", source);
      const tester = await compileTester(source, { name: "assure-test" });
      expect(model.evaluate(inputs).evaluation.witness).to.deep.equal(await tester.calculateWitness(inputs));
    }
  });
});
