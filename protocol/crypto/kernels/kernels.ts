/** The kernels on a memory of their own, shared by the worker threads. */
import { MAXIMUM_PAGES } from "./build";
import { BLOCK_BYTES, FQ, FR, fromBlock, fromWords, LANES, toBlock, words, type KernelField } from "./layout";
import { endStation, giveStation, takeStation, type Station, type Thread } from "./pool";
import type { Step } from "./thread";

const PAGE_BYTES = 65536;
/** The first bytes stay free: an address of 0 is a mistake. */
const FIRST_ADDRESS = 1024;

/** Work for one thread, told the address of the thread's own work space. */
export type Task = (work: number) => readonly Step[];

export interface KernelOptions {
  /** Bytes of work space for each thread. */
  readonly workBytes: number;
  readonly threads?: number;
  /** When it is aborted, work stops and whoever waits for it gets its reason. */
  readonly signal?: AbortSignal;
}

export class Kernels {
  /** Addresses of the fields' constants. */
  readonly fr: number;
  readonly fq: number;
  /** A block of the number 1 itself, which takes elements out of Montgomery form. */
  readonly rawOne: number;
  /** A block of 0. */
  readonly zero: number;
  private end = FIRST_ADDRESS;
  private readonly work: number[];
  private closed = false;

  private constructor(
    private readonly station: Station,
    private readonly signal: AbortSignal | undefined,
    workBytes: number,
  ) {
    this.fr = this.store(FR.constants());
    this.fq = this.store(FQ.constants());
    this.rawOne = this.rawConstant(1n);
    this.zero = this.rawConstant(0n);
    this.work = station.threads.map(() => this.allocate(workBytes));
  }

  /** @throws RangeError if the memory cannot hold the work spaces */
  static async create({ workBytes, threads, signal }: KernelOptions): Promise<Kernels> {
    signal?.throwIfAborted();
    const station = await takeStation(threads);
    try {
      return new Kernels(station, signal, workBytes);
    } catch (error) {
      await giveStation(station);
      throw error;
    }
  }

  /** Runs `use` on fresh kernels and closes them, whatever happens. */
  static async use<T>(options: KernelOptions, use: (kernels: Kernels) => Promise<T>): Promise<T> {
    const kernels = await Kernels.create(options);
    try {
      return await use(kernels);
    } finally {
      await kernels.close();
    }
  }

  private get memory(): WebAssembly.Memory {
    return this.station.memory;
  }

  private get threads(): readonly Thread[] {
    return this.station.threads;
  }

  get threadCount(): number {
    return this.threads.length;
  }

  /** Bytes that were allocated in all. */
  get usedBytes(): number {
    return this.end;
  }

  /** Address of memory for new use, aligned to 16 bytes, with anything in it. @throws RangeError past 4 GiB */
  allocate(bytes: number): number {
    const address = this.end;
    const end = Math.ceil((address + bytes) / 16) * 16;
    if (end > MAXIMUM_PAGES * PAGE_BYTES) throw new RangeError(`the kernels' memory of 4 GiB cannot hold ${end} bytes`);
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.memory.grow(missing);
    this.end = end;
    return address;
  }

  allocateBlocks(count: number): number {
    return this.allocate(count * BLOCK_BYTES);
  }

  /** Address of a copy of the bytes. */
  store(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    this.bytes(address, bytes.length).set(bytes);
    return address;
  }

  /** Frees all that was allocated during `use`. */
  async scope<T>(use: () => Promise<T>): Promise<T> {
    const start = this.end;
    try {
      return await use();
    } finally {
      this.end = start;
    }
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  /** A block with the number in all lanes, or one for each lane, in Montgomery form. */
  constant(values: bigint | readonly bigint[], field: KernelField = FR): number {
    const address = this.allocateBlocks(1);
    this.writeBlock(address, typeof values === "bigint" ? new Array<bigint>(LANES).fill(values) : values, field);
    return address;
  }

  /** A block with the number itself in all lanes. */
  rawConstant(value: bigint): number {
    const address = this.allocateBlocks(1);
    this.words(address).set(toBlock(new Array<bigint>(LANES).fill(value)));
    return address;
  }

  /** Consecutive blocks, each with one number in all lanes. */
  constants(values: readonly bigint[]): number {
    const addresses = values.map((value) => this.constant(value));
    return addresses[0];
  }

  writeBlock(address: number, values: readonly bigint[], field: KernelField = FR): void {
    this.words(address).set(toBlock(values.map((value) => field.encode(value))));
  }

  /** A packed element. */
  writePacked(address: number, value: bigint, field: KernelField = FR): void {
    this.bytes(address, 32).set(new Uint8Array(words(field.encode(value), 8).buffer));
  }

  readPacked(address: number, field: KernelField = FR): bigint {
    return field.decode(fromWords(new Uint32Array(this.bytes(address, 32).slice().buffer)));
  }

  /** A packed point, as the point kernels take it. */
  writePoint(address: number, x: bigint, y: bigint): void {
    this.writePacked(address, x, FQ);
    this.writePacked(address + 32, y, FQ);
  }

  readBlock(address: number, field: KernelField = FR): bigint[] {
    return fromBlock(this.words(address)).map((value) => field.decode(value));
  }

  private words(block: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, block, BLOCK_BYTES / 4);
  }

  /** Element i of `blocks` blocks in natural order. */
  readElement(data: number, blocks: number, i: number): bigint {
    return this.readBlock(data + (i % blocks) * BLOCK_BYTES)[Math.floor(i / blocks)];
  }

  writeElement(data: number, blocks: number, i: number, value: bigint): void {
    const address = data + (i % blocks) * BLOCK_BYTES;
    const values = this.readBlock(address);
    values[Math.floor(i / blocks)] = value;
    this.writeBlock(address, values);
  }

  /** Calls a kernel in this thread. */
  call(kernel: string, ...args: number[]): number {
    return this.station.exports[kernel](...args) ?? 0;
  }

  /**
   * Runs tasks on all threads; each takes the next when it has finished one.
   * @param onDone told of each finished task
   * @returns what the last step of each task returned
   * @throws the first error of a task or of `onDone`, when all threads are idle again; or the signal's reason, at once
   */
  async run(tasks: readonly Task[], onDone: () => void = () => undefined): Promise<number[]> {
    const results = new Array<number>(tasks.length);
    const failures: Error[] = [];
    let next = 0;
    const serve = async (thread: Thread, work: number): Promise<void> => {
      while (next < tasks.length && failures.length === 0) {
        this.signal?.throwIfAborted();
        const index = next++;
        try {
          results[index] = await thread.follow({ steps: tasks[index](work) });
          onDone();
        } catch (error) {
          failures.push(error as Error);
          return;
        }
      }
    };
    const all = Promise.all(this.threads.map((thread, i) => serve(thread, this.work[i])));
    await (this.signal ? Promise.race([all, aborted(this.signal, all)]) : all);
    if (failures.length > 0) throw failures[0];
    return results;
  }

  /** Gives threads and memory back; threads that are still at work are ended. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.signal?.aborted) await endStation(this.station);
    else await giveStation(this.station);
  }
}

/** Rejects when the signal is aborted before the work ends; listens no longer than that. */
function aborted(signal: AbortSignal, work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    const stop = (): void => signal.removeEventListener("abort", abort);
    work.then(stop, stop);
  });
}
