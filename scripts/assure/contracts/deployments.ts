/** Stands before Hardhat's provider: whatever way a test deploys a contract, other code may be deployed in its place. */
import type { EthereumProvider } from "hardhat/types";
import type { Contract } from "./project";

export class Deployments {
  /** Names of the contracts that were deployed. */
  readonly deployed = new Set<string>();
  /** Requests so far. */
  requests = 0;
  private readonly underWay = new Set<Promise<unknown>>();
  private replace: (contract: Contract) => string | undefined = () => undefined;

  /** @param contracts those that are recognised by their creation code */
  constructor(
    provider: EthereumProvider,
    private readonly contracts: readonly Contract[],
  ) {
    const [send, request] = [provider.send.bind(provider), provider.request.bind(provider)];
    provider.send = (method, params) => this.pass(() => send(method, this.parameters(method, params)));
    provider.request = ({ method, params }) =>
      this.pass(() => request({ method, params: this.parameters(method, params) }));
  }

  /** From now on deploys what `replacement` returns for a contract, or the contract itself. */
  substitute(replacement: (contract: Contract) => string | undefined): void {
    this.replace = replacement;
  }

  /** Resolves when no request is under way, so that none disturbs what comes next. */
  async settle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  private async pass<T>(send: () => Promise<T>): Promise<T> {
    this.requests++;
    const sent = Promise.resolve().then(send);
    this.underWay.add(sent);
    try {
      return await sent;
    } finally {
      this.underWay.delete(sent);
    }
  }

  private parameters<T>(method: string, params: T): T {
    if (!/^eth_(sendTransaction|estimateGas|call)$/.test(method) || !Array.isArray(params)) return params;
    const [transaction, ...rest] = params as [{ to?: unknown; data?: unknown } | undefined, ...unknown[]];
    const data = transaction?.data;
    if (!transaction || transaction.to || typeof data !== "string") return params;
    const contract = this.contracts.find(({ bytecode }) => data.startsWith(bytecode));
    if (!contract) return params;
    this.deployed.add(contract.name);
    const code = this.replace(contract);
    if (code === undefined) return params;
    return [{ ...transaction, data: code + data.slice(contract.bytecode.length) }, ...rest] as T;
  }
}
