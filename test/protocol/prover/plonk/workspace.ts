/** A temporary folder with a development SRS, in which keys are made. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildDevelopmentSrs } from "../../../../protocol/crypto/srs";
import { setupPlonk } from "../../../../protocol/prover/plonk/setup";
import { constraintFile, type Circuit } from "./circuitFiles";

export class Workspace {
  private constructor(
    private readonly directory: string,
    readonly ptau: string,
  ) {}

  /** @param power log2 of the SRS' size */
  static async open(power: number): Promise<Workspace> {
    const directory = await mkdtemp(join(tmpdir(), "plonk-"));
    const ptau = join(directory, "development.ptau");
    await buildDevelopmentSrs(ptau, power);
    return new Workspace(directory, ptau);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Writes a file and gives its path. */
  async write(name: string, content: Uint8Array): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  /** The path of a circuit's key, made by our setup. */
  async key(name: string, circuit: Circuit): Promise<string> {
    const [r1cs, zkey] = [await this.write(`${name}.r1cs`, constraintFile(circuit)), this.path(`${name}.zkey`)];
    await setupPlonk({ r1cs, ptau: this.ptau, zkey });
    return zkey;
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}
