/** A process that runs tests on mutants, one job after the other. */
import { clearSnapshots } from "@nomicfoundation/hardhat-network-helpers";
import hre from "hardhat";
import { Deployments } from "./deployments";
import { InvalidMutant, Project, type Contract, type FileEdit } from "./project";
import type { Answer, BaselineFile, Job, Verdict } from "./protocol";
import { Suites, type Selection } from "./suites";

class Worker {
  private readonly suites = new Suites();
  private readonly deployments: Deployments;
  /** Codes of contracts as they are. */
  private readonly originals = new Map<string, string>();

  private constructor(private readonly project: Project) {
    this.deployments = new Deployments(hre.network.provider, project.contracts);
  }

  static async start(): Promise<Worker> {
    // The code is less optimized than what is deployed for good.
    hre.config.networks.hardhat.allowUnlimitedContractSize = true;
    return new Worker(await Project.load(hre));
  }

  async do(job: Job): Promise<Answer> {
    switch (job.kind) {
      case "baseline":
        return { kind: "baseline", files: await this.baseline(job.files) };
      case "mutant":
        return { kind: "mutant", verdict: await this.judge(job.edits, job.files) };
    }
  }

  private async baseline(files: readonly Selection[]): Promise<BaselineFile[]> {
    const results: BaselineFile[] = [];
    for (const file of files) results.push(await this.baselineOf(file));
    return results;
  }

  private async baselineOf(selection: Selection): Promise<BaselineFile> {
    this.deployments.substitute((contract) => this.original(contract));
    this.deployments.deployed.clear();
    /** Requests by tests, and by hooks. */
    const requests = new Map<string | undefined, number>();
    let current: string | undefined;
    let before = 0;
    const observe = (test: string | undefined): void => {
      const { requests: now } = this.deployments;
      requests.set(current, (requests.get(current) ?? 0) + now - before);
      [current, before] = [test, now];
    };
    const start = Date.now();
    await this.reset();
    before = this.deployments.requests;
    const { failures, passed } = await this.suites.run(selection, { observe });
    await this.deployments.settle();
    observe(undefined);
    const byHooks = (requests.get(undefined) ?? 0) > 0;
    return {
      file: selection.file,
      milliseconds: Date.now() - start,
      deployed: [...this.deployments.deployed],
      tests: passed.filter((test) => byHooks || (requests.get(test) ?? 0) > 0),
      failures,
    };
  }

  private async judge(edits: readonly FileEdit[], files: readonly Selection[]): Promise<Verdict> {
    const dependents = new Set(this.project.dependents(new Set(edits.map(({ file }) => file))));
    const codes = new Map<Contract, string>();
    let invalid: InvalidMutant | undefined;
    const mutated = (contract: Contract): string => {
      const code = codes.get(contract) ?? this.project.compile(contract, edits);
      codes.set(contract, code);
      return code;
    };
    this.deployments.substitute((contract) => {
      if (!dependents.has(contract)) return undefined;
      try {
        return mutated(contract);
      } catch (error) {
        if (error instanceof InvalidMutant) invalid = error;
        throw error;
      }
    });
    for (const selection of files) {
      await this.reset();
      const { failures } = await this.suites.run(selection, { bail: true });
      await this.deployments.settle();
      if (invalid) return { status: "invalid", reason: invalid.message };
      if (failures.length > 0) {
        const [{ test, message, timedOut }] = failures;
        return { status: "killed", testFile: selection.file, by: test, message, timedOut };
      }
    }
    try {
      const same = [...dependents].every((contract) => mutated(contract) === this.original(contract));
      return { status: same ? "same" : "survived" };
    } catch (error) {
      if (error instanceof InvalidMutant) return { status: "invalid", reason: error.message };
      throw error;
    }
  }

  /** A new chain. */
  private async reset(): Promise<void> {
    await clearSnapshots();
    await hre.network.provider.request({ method: "hardhat_reset", params: [] });
  }

  private original(contract: Contract): string {
    const code = this.originals.get(contract.name) ?? this.project.compile(contract);
    this.originals.set(contract.name, code);
    return code;
  }
}

const worker = Worker.start();

async function answer(job: Job): Promise<Answer> {
  try {
    return await (await worker).do(job);
  } catch (error) {
    return { kind: "error", error: String(error instanceof Error ? error.stack : error) };
  }
}

process.on("message", (job: Job) => {
  void answer(job).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit());
