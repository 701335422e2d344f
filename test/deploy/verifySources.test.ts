import fs from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { AbiCoder } from "ethers";
import hre from "hardhat";
import solc from "solc";
import { compilerVersion, compileVerifier } from "../../protocol/prover";
import { runHardhat } from "../../scripts/deploy/hardhat";
import { verifySources, type VerifyOptions } from "../../tasks/support/verifySources";
import { rejection } from "../fixtures/rejection";

const NETWORK = "primary";
const CHAIN_ID = 11155111;
const KEY = "KEY-OF-A-TEST";
const AUTHORITY = `0x${"a1".repeat(20)}`;
const ADMIN = `0x${"b2".repeat(20)}`;
const VERIFIER_SOURCE = "pragma solidity 0.8.28; contract PlonkVerifier { uint256 public constant ONE = 1; }";

interface Submission {
  readonly address: string;
  readonly chainId: string;
  readonly compiler: string;
  readonly identifier: string;
  readonly input: string;
  readonly constructorArguments?: string;
}

type Outcome = "verified" | "already verified" | "already verified, as found later" | "refused" | "not the same";

/** A mock of Etherscan's API (/etherscan) and Sourcify's (/sourcify): as far as their documents say, and not them. */
class MockExplorer {
  readonly submissions: Submission[] = [];
  /** By address; verified otherwise. */
  readonly outcomes = new Map<string, Outcome>();
  readonly keys = new Set<string | null>();
  /** How often it says that it was asked too often, or that the answer is not there yet. */
  busy = 0;
  pending = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => {
        const url = new URL(request.url!, "http://localhost");
        const [status, answer] = url.pathname.startsWith("/sourcify/")
          ? this.sourcify(request.method!, url.pathname.slice("/sourcify".length), body)
          : this.etherscan(request.method!, url, new URLSearchParams(body));
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  reset(): void {
    this.submissions.length = 0;
    this.outcomes.clear();
    this.keys.clear();
    this.busy = this.pending = 0;
  }

  private etherscan(method: string, { searchParams }: URL, form: URLSearchParams): [number, object] {
    const ok = (result: string): [number, object] => [200, { status: "1", message: "OK", result }];
    const notOk = (result: string): [number, object] => [200, { status: "0", message: "NOTOK", result }];
    const field = (name: string): string => form.get(name) ?? searchParams.get(name) ?? "";
    this.keys.add(field("apikey"));
    if (field("module") !== "contract") return notOk("Missing Or invalid Module name");
    if (this.busy-- > 0) return notOk("Max calls per sec rate limit reached (3/sec)");
    if (method === "POST" && field("action") === "verifysourcecode") {
      if (field("codeformat") !== "solidity-standard-json-input") return notOk("Invalid codeformat");
      const address = field("contractaddress");
      this.submissions.push({
        address,
        chainId: searchParams.get("chainid") ?? "",
        compiler: field("compilerversion"),
        identifier: field("contractname"),
        input: field("sourceCode"),
        constructorArguments: field("constructorArguements"),
      });
      const outcome = this.outcomes.get(address);
      if (outcome === "already verified") return notOk("Contract source code already verified");
      return outcome === "refused" ? notOk("Invalid constructor arguments provided") : ok(`guid-${address}`);
    }
    if (field("action") !== "checkverifystatus" || searchParams.get("chainid") !== `${CHAIN_ID}`)
      return notOk("Missing or unsupported chainid parameter");
    if (this.pending-- > 0) return notOk("Pending in queue");
    const outcome = this.outcomes.get(field("guid").replace("guid-", ""));
    if (outcome === "already verified, as found later") return notOk("Already Verified");
    return outcome === "not the same" ? notOk("Fail - Unable to verify") : ok("Pass - Verified");
  }

  private sourcify(method: string, where: string, body: string): [number, object] {
    if (this.busy-- > 0) return [429, { customCode: "too_many_requests", message: "Too many requests" }];
    const [, , , first, address] = where.split("/");
    if (method === "POST") {
      const { stdJsonInput, compilerVersion: compiler, contractIdentifier: identifier } = JSON.parse(body);
      this.submissions.push({ address, chainId: first, compiler, identifier, input: JSON.stringify(stdJsonInput) });
      const outcome = this.outcomes.get(address);
      if (outcome === "already verified") return [409, { customCode: "already_verified", message: "Already verified" }];
      if (outcome === "refused")
        return [400, { customCode: "unsupported_chain", message: "The chain is not supported" }];
      return [202, { verificationId: address }];
    }
    if (this.pending-- > 0) return [200, { isJobCompleted: false, verificationId: first }];
    const outcome = this.outcomes.get(first);
    if (outcome === "already verified, as found later")
      return [200, { isJobCompleted: true, error: { customCode: "already_verified", message: "Already verified" } }];
    if (outcome === "not the same")
      return [200, { isJobCompleted: true, error: { customCode: "no_match", message: "The code does not match" } }];
    return [200, { isJobCompleted: true, contract: { match: "exact_match" } }];
  }
}

describe("npx hardhat verify-sources", () => {
  const explorer = new MockExplorer();
  let folder: string;
  let api: string;
  /** By name: what was deployed, and its code on chain. */
  const deployed = new Map<string, { address: string; code: string }>();
  let key: string | undefined;

  const of = (name: string): { address: string; code: string } => deployed.get(name)!;

  before(async () => {
    api = await explorer.start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-verify-"));
    const records = path.join(folder, NETWORK);
    fs.mkdirSync(records);
    fs.writeFileSync(path.join(records, ".chainId"), `${CHAIN_ID}`);
    const contract = compileVerifier(VERIFIER_SOURCE);
    const [{ address: from }] = await hre.ethers.getSigners();
    for (const [name, options] of Object.entries({
      AccessManager: { args: [ADMIN] },
      TokenRegistry: { args: [AUTHORITY] },
      PlonkVerifier_12345678: { contract: { ...contract, abi: [...contract.abi] } },
    })) {
      // As hardhat-deploy writes it, which keeps less of a network in memory.
      const compiled = "contract" in options ? {} : await hre.deployments.getExtendedArtifact(name);
      const record = { ...compiled, ...(await hre.deployments.deploy(name, { from, ...options })) };
      const { address } = record;
      deployed.set(name, { address, code: await hre.ethers.provider.getCode(address) });
      fs.writeFileSync(path.join(records, `${name}.json`), JSON.stringify(record));
    }
    const kept = path.join(folder, "cache/keys/six-1234");
    fs.mkdirSync(kept, { recursive: true });
    fs.writeFileSync(path.join(kept, "verifier.json"), JSON.stringify(contract));
    fs.writeFileSync(path.join(kept, "PlonkVerifier.sol"), VERIFIER_SOURCE);
  });

  after(async () => {
    await explorer.stop();
    fs.rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    explorer.reset();
    key = process.env.ETHERSCAN_API_KEY;
    process.env.ETHERSCAN_API_KEY = KEY;
  });

  afterEach(() => {
    if (key === undefined) delete process.env.ETHERSCAN_API_KEY;
    else process.env.ETHERSCAN_API_KEY = key;
  });

  /** What it prints and what it throws. */
  async function run(
    service: string,
    options: Partial<VerifyOptions> = {},
  ): Promise<{ rows: string[][]; output: string; error?: Error }> {
    let output = "";
    const config = { ...hre.config, paths: { ...hre.config.paths, deployments: folder } };
    const network = { ...hre.network, name: NETWORK };
    const given = { service, api: `${api}/${service}`, cache: path.join(folder, "cache"), pause: 5, ...options };
    const error = await verifySources(given, { config, network }, (text) => (output += `${text}\n`)).then(
      () => undefined,
      (reason: Error) => reason,
    );
    const rows = output.split("\n").map((line) => line.trim().split(/ {3,}/));
    return { rows: rows.filter(({ length }) => length === 3), output, error };
  }

  const table = (results: Record<string, string>): string[][] => [
    ["contract", "address", "result"],
    ...Object.entries(results).map(([name, result]) => [name, of(name).address, result]),
  ];
  const ALL_VERIFIED = {
    AccessManager: "verified",
    PlonkVerifier_12345678: "verified",
    TokenRegistry: "verified",
  };

  for (const service of ["etherscan", "sourcify"]) {
    describe(`--service ${service}`, () => {
      it("sends address, chain id, compiler version, constructor arguments and sources, and waits", async () => {
        explorer.busy = 2;
        explorer.pending = 1;
        const { rows, output, error } = await run(service);
        expect(error, output).to.equal(undefined);
        expect(rows).to.deep.equal(table(ALL_VERIFIED));
        expect(explorer.submissions).to.have.length(3);
        const [access, verifier, tokens] = explorer.submissions;
        const version = `${service === "etherscan" ? "v" : ""}${compilerVersion()}`;
        for (const { chainId, compiler } of explorer.submissions) {
          expect(chainId).to.equal(`${CHAIN_ID}`);
          expect(compiler)
            .to.equal(version)
            .and.to.match(/^v?0\.8\.28\+commit\.[0-9a-f]{8}$/);
        }
        expect(access).to.include({
          address: of("AccessManager").address,
          identifier: "@openzeppelin/contracts/access/manager/AccessManager.sol:AccessManager",
        });
        expect(verifier).to.include({
          address: of("PlonkVerifier_12345678").address,
          identifier: "PlonkVerifier.sol:PlonkVerifier",
        });
        expect(tokens.address).to.equal(of("TokenRegistry").address);
        expect(tokens.identifier).to.match(/^contracts\/.*TokenRegistry\.sol:TokenRegistry$/);
        if (service === "sourcify") return;
        const encoded = (address: string): string => AbiCoder.defaultAbiCoder().encode(["address"], [address]).slice(2);
        expect(access.constructorArguments).to.equal(encoded(ADMIN));
        expect(tokens.constructorArguments).to.equal(encoded(AUTHORITY));
        expect(verifier.constructorArguments).to.equal("");
        expect([...explorer.keys]).to.deep.equal([KEY]);
      });

      it("sends sources that compile to the very code on chain, and none that the contract does not need", async () => {
        await run(service);
        for (const name of ["TokenRegistry", "AccessManager", "PlonkVerifier_12345678"]) {
          const { input, identifier } = explorer.submissions.find(({ address }) => address === of(name).address)!;
          const { contracts, errors = [] } = JSON.parse(solc.compile(input));
          expect(errors.filter(({ severity }: { severity: string }) => severity === "error")).to.deep.equal([]);
          const [file, contract] = identifier.split(":");
          expect(`0x${contracts[file][contract].evm.deployedBytecode.object}`, name).to.equal(of(name).code);
        }
        const { input } = explorer.submissions.find(({ address }) => address === of("TokenRegistry").address)!;
        const files = Object.keys(JSON.parse(input).sources);
        expect(files.some((file) => file.endsWith("/AccessManaged.sol"))).to.equal(true);
        expect(files.filter((file) => /\/(Rollup|Vault|AccessManager)\.sol$/.test(file))).to.deep.equal([]);
      });

      it("counts what is verified already as done", async () => {
        explorer.outcomes.set(of("AccessManager").address, "already verified");
        explorer.outcomes.set(of("TokenRegistry").address, "already verified, as found later");
        const { rows, output, error } = await run(service);
        expect(error, output).to.equal(undefined);
        expect(rows).to.deep.equal(
          table({ ...ALL_VERIFIED, AccessManager: "already verified", TokenRegistry: "already verified" }),
        );
      });

      it("goes on after a refusal, and fails in the end with the service's reasons", async () => {
        explorer.outcomes.set(of("AccessManager").address, "refused");
        explorer.outcomes.set(of("PlonkVerifier_12345678").address, "not the same");
        const { rows, output, error } = await run(service);
        expect(error?.message, output).to.equal(`2 of 3 contracts could not be verified by ${service}`);
        const [refusal, difference] =
          service === "etherscan"
            ? ["Invalid constructor arguments provided", "Fail - Unable to verify"]
            : ["HTTP 400: The chain is not supported", "The code does not match"];
        expect(rows).to.deep.equal(
          table({
            AccessManager: `failed: ${refusal}`,
            PlonkVerifier_12345678: `failed: ${difference}`,
            TokenRegistry: "verified",
          }),
        );
      });

      it("skips a circuit's verifier whose source was not kept, and says why", async () => {
        const { rows, output, error } = await run(service, { cache: path.join(folder, "empty") });
        expect(error, output).to.equal(undefined);
        const skipped = "skipped: recorded without sources, and no circuit kept on this machine has such a verifier";
        expect(rows).to.deep.equal(table({ ...ALL_VERIFIED, PlonkVerifier_12345678: skipped }));
        expect(explorer.submissions).to.have.length(2);
      });

      it("fails for each contract when nobody answers, and never shows the key", async () => {
        const { rows, output, error } = await run(service, { api: "http://127.0.0.1:9" });
        expect(error?.message).to.include("3 of 3");
        expect(rows.slice(1).every(([, , result]) => result.startsWith("failed: "))).to.equal(true);
        expect(output).to.not.include(KEY);
      });
    });
  }

  it("names the variable of the key that is missing, and sends nothing", async () => {
    delete process.env.ETHERSCAN_API_KEY;
    expect((await run("etherscan")).error?.message).to.include("ETHERSCAN_API_KEY");
    expect(explorer.submissions).to.deep.equal([]);
  });

  it("refuses a service that it does not know, and a network without records", async () => {
    expect((await run("blockscout")).error?.message).to.include("service: blockscout is neither");
    const config = { ...hre.config, paths: { ...hre.config.paths, deployments: path.join(folder, "none") } };
    const error = await rejection(verifySources({ service: "sourcify" }, { config, network: hre.network }, () => {}));
    expect(error.message).to.include("nothing is deployed on network");
  });

  it("is a task that ends with 0 when all is verified, and with 1 when something is not", async () => {
    // No node is asked.
    const options = { network: NETWORK, rpcUrl: "http://127.0.0.1:1", deployments: folder };
    const task = (): ReturnType<typeof runHardhat> =>
      runHardhat(["verify-sources", "--api", `${api}/etherscan`], options);
    const done = await task();
    expect(done.output).to.match(/TokenRegistry +0x[0-9a-fA-F]{40} +verified/);
    expect(done.code, done.output).to.equal(0);
    explorer.outcomes.set(of("TokenRegistry").address, "not the same");
    const failed = await task();
    expect(failed.output).to.include("1 of 3 contracts could not be verified by etherscan");
    expect(failed.code).to.equal(1);
  });
});
