/** The project's sources in memory, and contracts compiled from them with changes; nothing is written to disk. */
import fs from "node:fs";
import path from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import solc from "solc";
import { children, isNode, Source, type Edit, type Node } from "./syntax";

export interface Contract {
  /** file:name */
  readonly name: string;
  readonly file: string;
  /** Creation code as the tests deploy it, a 0x-string. */
  readonly bytecode: string;
}

/** A change of one source file. */
export interface FileEdit extends Edit {
  readonly file: string;
}

/** The compiler refuses a mutant. */
export class InvalidMutant extends Error {}

/** Without optimizer compiling takes a tenth of the time. Without metadata code says what it does and nothing else. */
const SETTINGS = {
  evmVersion: "cancun",
  optimizer: { enabled: false },
  metadata: { appendCBOR: false },
} as const;

interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string }[];
  sources?: Record<string, { ast?: unknown }>;
  contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
}

/** The syntax trees of sources and of all that they import. @param read gives the text of an import */
export function syntaxTrees(
  sources: ReadonlyMap<string, string>,
  read: (file: string) => string = missing,
): Map<string, Node> {
  const callbacks = { import: (file: string) => ({ contents: read(file) }) };
  const { errors, sources: parsed } = run(sources, { "*": { "": ["ast"] } }, callbacks);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  const trees = new Map<string, Node>();
  for (const [file, { ast }] of Object.entries(parsed)) if (isNode(ast)) trees.set(file, ast);
  return trees;
}

function missing(file: string): never {
  throw new Error(`${file} is not among the sources`);
}

type Outputs = Record<string, Record<string, string[]>>;

function run(sources: ReadonlyMap<string, string>, outputSelection: Outputs, callbacks?: solc.Callbacks) {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([file, content]) => [file, { content }])),
    settings: { ...SETTINGS, outputSelection },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), callbacks)) as CompilerOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  return {
    errors: errors.map(({ formattedMessage }) => formattedMessage),
    sources: output.sources ?? {},
    contracts: output.contracts ?? {},
  };
}

export class Project {
  private constructor(
    /** Those of the project and those that they import. */
    private readonly sources: ReadonlyMap<string, string>,
    private readonly trees: ReadonlyMap<string, Node>,
    readonly contracts: readonly Contract[],
  ) {}

  /** Reads sources and artifacts; the project must be compiled. */
  static async load({ config, artifacts }: HardhatRuntimeEnvironment): Promise<Project> {
    const { root, sources: folder } = config.paths;
    const sources = new Map<string, string>();
    for (const entry of fs.readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!entry.endsWith(".sol")) continue;
      const file = path.join(folder, entry);
      sources.set(path.relative(root, file).split(path.sep).join("/"), fs.readFileSync(file, "utf8"));
    }
    const imported = new Map(sources);
    const trees = syntaxTrees(sources, (file) => {
      const content = fs.readFileSync(path.join(root, "node_modules", file), "utf8");
      imported.set(file, content);
      return content;
    });
    const contracts: Contract[] = [];
    for (const name of await artifacts.getAllFullyQualifiedNames()) {
      const { bytecode, sourceName: file } = await artifacts.readArtifact(name);
      if (bytecode !== "0x") contracts.push({ name, file, bytecode });
    }
    return new Project(imported, trees, contracts);
  }

  source(file: string): string {
    const content = this.sources.get(file);
    if (content === undefined) throw new Error(`there is no source ${file}`);
    return content;
  }

  /** The project's own source files. */
  get files(): string[] {
    return [...this.sources.keys()].filter((file) => file.startsWith("contracts/")).sort();
  }

  tree(file: string): Node {
    const tree = this.trees.get(file);
    if (!tree) throw new Error(`there is no source ${file}`);
    return tree;
  }

  /** Contracts whose code a change of these files may change. */
  dependents(files: ReadonlySet<string>): Contract[] {
    return this.contracts.filter(({ file }) => [...this.closure(file)].some((imported) => files.has(imported)));
  }

  /** The creation code of a contract with changes. @throws InvalidMutant */
  compile({ name, file }: Contract, edits: readonly FileEdit[] = []): string {
    const sources = new Map<string, string>();
    for (const imported of this.closure(file)) {
      const own = edits.filter((edit) => edit.file === imported);
      const content = this.source(imported);
      sources.set(imported, own.length > 0 ? new Source(content).edited(own) : content);
    }
    const contract = name.slice(file.length + 1);
    const { errors, contracts } = run(sources, { [file]: { [contract]: ["evm.bytecode.object"] } });
    if (errors.length > 0) throw new InvalidMutant(errors.join("\n"));
    return `0x${contracts[file][contract].evm.bytecode.object}`;
  }

  /** A file and all that it imports. */
  private closure(file: string, found = new Set<string>()): Set<string> {
    if (found.has(file)) return found;
    found.add(file);
    for (const { nodeType, absolutePath } of children(this.tree(file), "nodes")) {
      if (nodeType === "ImportDirective") this.closure(String(absolutePath), found);
    }
    return found;
  }
}
