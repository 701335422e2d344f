import fs from "node:fs";
import path from "node:path";
import { markdownTable } from "../../generate/markdown";
import { GROUPS } from "./list";
import { MUTANTS, mutate, type Mutant } from "./mutants";
import { carriers, type Carrier } from "./tests";

/**
 * docs/attacks.md: each attack with the tests that carry its id, and the mutants that they kill.
 * @throws Error when an attack has no test or no mutant, or a mutant's source or test is not there
 */
export function attacksDocument(root: string): string {
  const tests = carriers(root);
  const ids = new Set(GROUPS.flatMap(({ attacks }) => attacks.map(({ id }) => id)));
  for (const mutant of MUTANTS) {
    const { name, attacks, file, test } = mutant;
    const unknown = attacks.find((id) => !ids.has(id));
    if (unknown !== undefined) throw new Error(`mutant ${name} is of attack ${unknown}, which is not in the list`);
    const read = (below: string): string => fs.readFileSync(path.join(root, below), "utf8");
    mutate(mutant, read(file));
    if (!read(test.file).includes(test.title))
      throw new Error(`mutant ${name}: ${test.file} has no test "${test.title}"`);
  }
  const groups = GROUPS.map(({ letter, title, attacks }) => {
    const rows = attacks.map(({ id, what }) => [
      id,
      what,
      required(tests.get(id), `attack ${id} has no test`).map(link).join(", "),
      required(
        MUTANTS.filter((mutant) => mutant.attacks.includes(id)),
        `attack ${id} has no mutant`,
      )
        .map(({ name }) => `[\`${name}\`](#${name})`)
        .join(", "),
    ]);
    return [`## ${letter}. ${title}`, "", markdownTable(["id", "attack", "tests", "mutants"], rows)].join("\n");
  });
  return `${[INTRODUCTION, ...groups, MUTANTS_INTRODUCTION, ...MUTANTS.map(describe)].join("\n\n")}\n`;
}

const INTRODUCTION = `# Attacks

<!-- Written by \`npm run generate\` from scripts/assure/attacks and the names of the tests. -->

What the system survives, where that is tested, and how it is known that the tests would notice. The names of an attack's tests begin with its id: \`npx hardhat test --grep "C12\\b"\`. A number after
a file says in how many titles. Each attack has a mutant, a change of the sources that makes it work, and a test that fails then: \`npm run assure:attacks\` applies them one by one to a copy and runs those
tests ([running.md](running.md#attacks)).

Attacks on several gateways, the escape, upgrades and on batchers are not listed here. What C1 to C4 try on every template is \`npm run assure:circuits\`.`;

const MUTANTS_INTRODUCTION = "## Mutants";

function describe({ name, attacks, file, from, to, what, test }: Mutant): string {
  const lines = (text: string, sign: string): string[] =>
    text === ""
      ? []
      : text
          .replace(/\n$/, "")
          .split("\n")
          .map((line) => `${sign} ${line.trim()}`.trimEnd());
  return [
    `### ${name}`,
    "",
    `${attacks.join(", ")}. ${what} In [${file}](../${file}); fails [${short(test.file)}](../${test.file}): "${test.title}".`,
    "",
    "```diff",
    ...lines(from, "-"),
    ...lines(to, "+"),
    "```",
  ].join("\n");
}

/** The table of a soundness argument's section: its conditions, and what happens without them. */
export function conditionsTable(section: number): string {
  const rows = MUTANTS.flatMap(({ name, condition, attacks, what }) =>
    condition?.section === section
      ? [[condition.text, what, attacks.map((id) => `\`${id}\``).join(", "), `[\`${name}\`](attacks.md#${name})`]]
      : [],
  );
  return markdownTable(["condition", "without it", "tests", "mutant"], rows);
}

function required<T>(list: readonly T[] | undefined, message: string): readonly T[] {
  if (list === undefined || list.length === 0) throw new Error(message);
  return list;
}

function link({ file, titles }: Carrier): string {
  return `[${short(file)}](../${file})${titles > 1 ? ` ${titles}` : ""}`;
}

/** "test/circuits/batch/memory.test.ts" as "circuits/batch/memory". */
function short(file: string): string {
  return file.replace(/^test\//, "").replace(/\.test\.ts$/, "");
}
