import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import * as C from "../../../../protocol/crypto/curve";
import { PROJECT_ROOT } from "../../../../protocol/crypto/cache";
import * as F from "../../../../protocol/crypto/field";
import * as P from "../../../../protocol/crypto/polynomial";
import {
  ADDITION_WORK_BYTES,
  BLOCK_BYTES,
  endIdleStations,
  FQ,
  KERNEL_BITS,
  Kernels,
  loadBases,
  multiExp,
  multiExpWorkBytes,
  storeScalars,
  Transform,
  type Step,
  type Task,
} from "../../../../protocol/crypto/kernels";
import { endStation, giveStation, takeStation } from "../../../../protocol/crypto/kernels/pool";
import {
  addProjective,
  doubleTimes,
  fromAffine,
  INFINITY,
  negate,
  toAffine,
} from "../../../../protocol/crypto/kernels/projective";
import { rejection } from "../../../fixtures/rejection";
import { packed, randomNumbers, readNumbers, readVector, storeVector, unpacked } from "./numbers";
import { doublings } from "./points";

const GIB = 2 ** 30;
const WORK_BYTES = 4096;

const workBytesTask: Task = () => [["workBytes"]];

describe("crypto/kernels: memory", () => {
  let kernels: Kernels;
  before(async () => (kernels = await Kernels.create({ workBytes: WORK_BYTES, threads: 2 })));
  after(() => kernels.close());

  it("is given out in pieces that do not meet, aligned to 16 bytes, never at 0", () => {
    let end = 1;
    for (const bytes of [1, 15, 16, 17, 0, 100_000, 3_000_000]) {
      const address = kernels.allocate(bytes);
      expect(address % 16).to.equal(0);
      expect(address).to.be.at.least(end);
      expect(kernels.bytes(address, bytes)).to.have.length(bytes);
      kernels.bytes(address, bytes).fill(255);
      end = address + bytes;
    }
    expect(kernels.usedBytes).to.be.at.least(end);
    const blocks = kernels.allocateBlocks(3);
    expect(kernels.allocate(1) - blocks).to.equal(3 * BLOCK_BYTES);
  });

  it("is free again after a scope, whatever happened in it", async () => {
    const used = kernels.usedBytes;
    const address = await kernels.scope(async () => {
      await kernels.scope(async () => void kernels.allocate(1000));
      return kernels.allocate(5000);
    });
    expect(address).to.equal(used);
    expect(kernels.usedBytes).to.equal(used);
    const failed = rejection(
      kernels.scope(async () => {
        kernels.allocate(5000);
        throw new Error("in the scope");
      }),
    );
    expect((await failed).message).to.equal("in the scope");
    expect(kernels.usedBytes).to.equal(used);
  });

  it("refuses more than 4 GiB and stays as it is", () => {
    const used = kernels.usedBytes;
    for (const bytes of [4 * GIB - used + 1, 4 * GIB, 5 * GIB]) {
      expect(() => kernels.allocate(bytes)).to.throw(RangeError, "the kernels' memory of 4 GiB cannot hold");
    }
    expect(kernels.usedBytes).to.equal(used);
  });

  it("that cannot hold the work spaces is refused, and other kernels can be made", async () => {
    const error = await rejection(Kernels.create({ workBytes: 3 * GIB, threads: 2 }));
    expect(error).to.be.instanceOf(RangeError);
    expect(
      await Kernels.use({ workBytes: 16, threads: 2 }, async (others) => others.run([workBytesTask])),
    ).to.deep.equal([ADDITION_WORK_BYTES]);
  });

  it("serves the kernels up to its last byte", async () => {
    const count = 100;
    const power = 5;
    const { points } = await doublings("high", count);
    const scalars = randomNumbers("high", count, F.R);
    const polynomial = scalars.slice(0, 2 ** power);
    await Kernels.use({ workBytes: multiExpWorkBytes(count), threads: 2 }, async (high) => {
      // All that follows is above 2^31, where addresses are negative for WebAssembly.
      high.allocate(3 * GIB);
      const bases = await loadBases(high, points);
      const window = 5;
      const [sum] = await multiExp(high, [{ bases, scalars: storeScalars(high, scalars, window), count, window }]);
      expect(sum).to.deep.equal(await C.multiExp(points, scalars));
      const transform = new Transform(high, power);
      const vector = storeVector(high, polynomial);
      await high.run([(work) => [...transform.build(), ...transform.toValues(vector, vector, work)]]);
      expect(readVector(high, vector, 2 ** power)).to.deep.equal(P.toValues(polynomial));

      high.allocate(4 * GIB - high.usedBytes - BLOCK_BYTES);
      const last = high.constant([0n, 1n, 2n, F.R - 1n]);
      expect(last + BLOCK_BYTES).to.equal(4 * GIB);
      high.call("square", last, last, high.fr);
      expect(high.readBlock(last)).to.deep.equal([0n, 1n, 4n, 1n]);
      expect(() => high.allocate(1)).to.throw(RangeError);
    });
  });

  it("takes bytes, numbers and points, and gives them back", () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    expect(kernels.bytes(kernels.store(bytes), 100)).to.deep.equal(bytes);

    const factor = 1n << KERNEL_BITS;
    for (const [field, prime] of [[undefined, F.R] as const, [FQ, C.Q] as const]) {
      const block = kernels.constant([1n, 2n, prime - 1n, prime + 3n], field);
      expect(readNumbers(kernels, block)).to.deep.equal(
        [1n, 2n, prime - 1n, 3n].map((value) => (value * factor) % prime),
      );
      expect(kernels.readBlock(block, field)).to.deep.equal([1n, 2n, prime - 1n, 3n]);
      expect(kernels.readBlock(kernels.constant(7n, field), field)).to.deep.equal([7n, 7n, 7n, 7n]);
    }
    expect(readNumbers(kernels, kernels.rawConstant(F.R + 5n))).to.deep.equal(new Array(4).fill(F.R + 5n));
    expect(readNumbers(kernels, kernels.rawOne)).to.deep.equal([1n, 1n, 1n, 1n]);
    expect(readNumbers(kernels, kernels.zero)).to.deep.equal([0n, 0n, 0n, 0n]);

    const several = kernels.constants([5n, 6n, 7n]);
    for (const i of [0, 1, 2]) {
      const value = BigInt(5 + i);
      expect(kernels.readBlock(several + i * BLOCK_BYTES)).to.deep.equal([value, value, value, value]);
    }

    const point = kernels.allocate(64);
    kernels.writePoint(point, 1n, 2n);
    expect([0, 32].map((at) => unpacked(kernels.bytes(point + at, 32)))).to.deep.equal(
      [1n, 2n].map((value) => (value * factor) % C.Q),
    );
    kernels.writePacked(point, F.R - 1n);
    expect(kernels.bytes(point, 32)).to.deep.equal(new Uint8Array(packed(((F.R - 1n) * factor) % F.R)));
    expect(kernels.readPacked(point)).to.equal(F.R - 1n);
    expect(kernels.readPacked(point + 32, FQ)).to.equal(2n);
  });

  it("holds element i of a vector in lane ⌊i/blocks⌋ of block i mod blocks", () => {
    const blocks = 3;
    const data = kernels.allocateBlocks(blocks);
    const values = randomNumbers("vector", 4 * blocks, F.R);
    values.forEach((value, i) => kernels.writeElement(data, blocks, i, value));
    values.forEach((value, i) => {
      expect(kernels.readElement(data, blocks, i)).to.equal(value);
      expect(kernels.readBlock(data + (i % blocks) * BLOCK_BYTES)[Math.floor(i / blocks)]).to.equal(value);
    });
    expect(readVector(kernels, data, 4 * blocks)).to.deep.equal(values);
  });

  it("is copied and cleared", () => {
    const bytes = Uint8Array.from({ length: 77 }, (_, i) => i + 1);
    const [from, to] = [kernels.store(bytes), kernels.allocate(100)];
    kernels.call("copyBytes", to, from, 77);
    expect(kernels.bytes(to, 77)).to.deep.equal(bytes);
    kernels.call("clearBytes", to + 10, 20);
    expect(kernels.bytes(to, 77)).to.deep.equal(bytes.map((byte, i) => (i >= 10 && i < 30 ? 0 : byte)));
  });
});

describe("crypto/kernels: tasks", () => {
  const BLOCKS = 10_000;
  let kernels: Kernels;
  let data: number;
  before(async () => {
    kernels = await Kernels.create({ workBytes: WORK_BYTES, threads: 2 });
    data = kernels.allocateBlocks(BLOCKS);
  });
  after(() => kernels.close());

  /** Steps that take a millisecond or so each. */
  const busy = (of: Kernels, at: number, count: number): Step[] => {
    const factor = of.rawOne;
    return Array.from({ length: count }, (): Step => ["scale", at, at, BLOCKS, factor, of.fr]);
  };

  /** Steps whose last returns `index`: the first number of 0, 1, 2, ... that is not below it. */
  const answering = (of: Kernels, limit: number): ((index: number) => Step) => {
    const list = of.store(new Uint8Array(Uint32Array.from({ length: limit + 1 }, (_, i) => i).buffer));
    return (index) => ["gatherElements", 0, list, limit + 1, 0, 0, index, 0];
  };

  it("answer in their order, though the first take longest, and each is reported", async () => {
    const count = 40;
    const answer = answering(kernels, count);
    const steps = Array.from({ length: count }, (_, i) => [...busy(kernels, data, i < 2 ? 30 : 0), answer(i)]);
    let done = 0;
    const results = await kernels.run(
      steps.map((each) => () => each),
      () => done++,
    );
    expect(results).to.deep.equal(Array.from({ length: count }, (_, i) => i));
    expect(done).to.equal(count);
    expect(await kernels.run([])).to.deep.equal([]);
    expect(await kernels.run([() => []])).to.deep.equal([0]);
    // Negative answers are negative.
    expect(await kernels.run([() => [answer(count + 1)]])).to.deep.equal([-1]);
  });

  it("are told the work space of their thread", async () => {
    const spaces = new Set<number>();
    const task = (work: number): readonly Step[] => {
      spaces.add(work);
      return [...busy(kernels, data, 3), ["clearBytes", work, WORK_BYTES]];
    };
    await kernels.run(new Array<Task>(20).fill(task));
    const [first, second, ...others] = [...spaces].sort((a, b) => a - b);
    expect(others).to.deep.equal([]);
    expect(second - first).to.be.at.least(WORK_BYTES);
    expect(data - second).to.be.at.least(WORK_BYTES);
  });

  it("do their steps one after the other", async () => {
    const block = kernels.constant(3n);
    const steps: Step[] = [
      ["square", block, block, kernels.fr],
      ["add", block, block, block],
      ["square", block, block, kernels.fr],
      ["clearBytes", data, 144],
      ["copyBytes", data, block, BLOCK_BYTES],
    ];
    await kernels.run([() => steps]);
    expect(kernels.readBlock(data)).to.deep.equal([324n, 324n, 324n, 324n]);
  });

  it("run on as many threads as there are cores, if nothing else is said", async () => {
    await Kernels.use({ workBytes: 16 }, async (all) => expect(all.threadCount).to.equal(availableParallelism()));
    await Kernels.use({ workBytes: 16, threads: 3 }, async (three) => expect(three.threadCount).to.equal(3));
  });

  it("that fail reject with their error when all threads are idle, and the kernels can be used again", async () => {
    const failing: Task[] = [
      () => [["noSuchKernel"]],
      () => {
        throw new Error("no steps today");
      },
      // Beyond the end of memory.
      () => [["clearBytes", 4 * GIB - 16, 32]],
    ];
    const messages = [/is not a function/, /no steps today/, /out of bounds/];
    for (const [i, task] of failing.entries()) {
      let done = 0;
      const others = new Array<Task>(2000).fill(() => busy(kernels, data, 1));
      const error = await rejection(kernels.run([() => busy(kernels, data, 50), task, ...others], () => done++));
      expect(error).to.be.instanceOf(Error);
      expect(error.message).to.match(messages[i]);
      // The other thread ended what it had begun, but not all that there was.
      expect(done).to.be.greaterThan(0);
      expect(done).to.be.lessThan(others.length);
      expect(await kernels.run(new Array<Task>(4).fill(workBytesTask))).to.deep.equal(
        new Array(4).fill(ADDITION_WORK_BYTES),
      );
    }
  });

  it("call kernels of this thread on the same memory", async () => {
    const block = kernels.constant(5n);
    expect(kernels.call("square", block, block, kernels.fr)).to.equal(0);
    await kernels.run([() => [["square", block, block, kernels.fr]]]);
    expect(kernels.readBlock(block)).to.deep.equal([625n, 625n, 625n, 625n]);
  });

  describe("with a signal", () => {
    it("reject at once with its reason, and the kernels can be closed", async () => {
      const controller = new AbortController();
      const aborting = await Kernels.create({ workBytes: 16, threads: 2, signal: controller.signal });
      const at = aborting.allocateBlocks(BLOCKS);
      let [begun, done] = [0, 0];
      // Work for half a minute.
      const task: Task = () => {
        begun++;
        return busy(aborting, at, 20_000);
      };
      const working = rejection(aborting.run(new Array<Task>(10).fill(task), () => done++));
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort(new Error("enough"));
      expect((await working).message).to.equal("enough");
      expect([begun, done]).to.deep.equal([2, 0]);
      expect((await rejection(aborting.run([workBytesTask]))).message).to.equal("enough");
      await aborting.close();
      await aborting.close();
      expect([begun, done]).to.deep.equal([2, 0]);
      const results = await Kernels.use({ workBytes: 16, threads: 2 }, async (next) => next.run([workBytesTask]));
      expect(results).to.deep.equal([ADDITION_WORK_BYTES]);
    });

    it("do not start when it was aborted before", async () => {
      const signal = AbortSignal.abort(new Error("too late"));
      expect((await rejection(Kernels.create({ workBytes: 16, signal }))).message).to.equal("too late");
      const controller = new AbortController();
      const options = { workBytes: 16, threads: 1, signal: controller.signal };
      let begun = false;
      const working = Kernels.use(options, async (idle) => {
        controller.abort(new Error("in between"));
        await idle.run([
          () => {
            begun = true;
            return [];
          },
        ]);
      });
      expect((await rejection(working)).message).to.equal("in between");
      expect(begun).to.equal(false);
    });

    it("leave no listener behind", async () => {
      const { signal } = new AbortController();
      await Kernels.use({ workBytes: 16, threads: 1, signal }, async (others) => {
        expect(await others.run([workBytesTask])).to.deep.equal([ADDITION_WORK_BYTES]);
        expect((await rejection(others.run([() => [["noSuchKernel"]]]))).message).to.match(/is not a function/);
        expect(getEventListeners(signal, "abort")).to.deep.equal([]);
      });
    });
  });

  describe("with files", () => {
    const LENGTH = 300_000;
    const content = Buffer.from(Uint8Array.from({ length: LENGTH }, (_, i) => (i * i) >> 7));
    let directory: string;
    let path: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "kernels-"));
      path = join(directory, "content");
      await writeFile(path, content);
    });
    after(() => rm(directory, { recursive: true }));

    it("read parts of them into memory", async () => {
      const file = await open(path);
      try {
        const to = kernels.allocate(LENGTH + 1);
        kernels.bytes(to, LENGTH + 1).fill(0);
        const cuts = [0, 1, 1000, 100_000, 100_000, 299_999, LENGTH];
        const tasks = cuts.slice(1).map((end, i): Task => {
          const start = cuts[i];
          return () => [{ file: file.fd, position: start, length: end - start, to: to + start }];
        });
        expect(await kernels.run(tasks)).to.deep.equal(new Array(6).fill(0));
        expect(Buffer.compare(kernels.bytes(to, LENGTH), content)).to.equal(0);
        expect(kernels.bytes(to + LENGTH, 1)[0]).to.equal(0);
        // The next step finds what was read.
        const copy = kernels.allocate(10);
        await kernels.run([() => [{ file: file.fd, position: 777, length: 10, to }, ["copyBytes", copy, to, 10]]]);
        expect(Buffer.compare(kernels.bytes(copy, 10), content.subarray(777, 787))).to.equal(0);
      } finally {
        await file.close();
      }
    });

    it("fail when a file ends too early", async () => {
      const file = await open(path);
      const to = kernels.allocate(100);
      const read = (position: number): Promise<unknown> =>
        kernels.run([() => [{ file: file.fd, position, length: 100, to }]]);
      try {
        expect((await rejection(read(LENGTH - 60))).message).to.equal(`a file ends at byte ${LENGTH}`);
        expect((await rejection(read(LENGTH + 5))).message).to.equal(`a file ends at byte ${LENGTH + 5}`);
        await read(LENGTH - 100);
        expect(Buffer.compare(kernels.bytes(to, 100), content.subarray(-100))).to.equal(0);
      } finally {
        await file.close();
      }
    });
  });
});

describe("crypto/kernels: threads", () => {
  it("are given back with their memory by closed kernels, and used by the next", async () => {
    const known = await takeStation(2);
    await giveStation(known);
    const options = { workBytes: 16, threads: 2 };
    const isBack = async (): Promise<void> => {
      const taken = await takeStation(2);
      expect(taken).to.equal(known);
      await giveStation(taken);
    };
    const kernels = await Kernels.create(options);
    const other = await takeStation(2);
    expect(other).not.to.equal(known);
    await endStation(other);
    await kernels.close();
    await isBack();
    // Closed twice, they are not given back twice.
    await kernels.close();
    const [first, second] = [await takeStation(2), await takeStation(2)];
    expect(first).to.equal(known);
    expect(second).not.to.equal(known);
    await endStation(second);
    await giveStation(first);

    const failed = Kernels.use(options, async () => {
      throw new Error("while in use");
    });
    expect((await rejection(failed)).message).to.equal("while in use");
    await isBack();
    expect(await Kernels.use(options, async (next) => next.run([workBytesTask]))).to.deep.equal([ADDITION_WORK_BYTES]);
    await isBack();
  });

  it("are a positive number", async () => {
    for (const threads of [0, -1, 1.5]) {
      expect((await rejection(Kernels.create({ workBytes: 16, threads }))).message).to.contain("a positive integer");
    }
  });

  it("are idle again when a listener's error is told, and given back", async () => {
    const long: Task = () => new Array<Step>(20).fill(["scale", 1024, 1024, 5000, 0, 0]);
    const kernels = await Kernels.create({ workBytes: 16, threads: 2 });
    const failing = kernels.run([workBytesTask, long, workBytesTask], () => {
      throw new Error("a listener's");
    });
    expect((await rejection(failing)).message).to.equal("a listener's");
    expect(await kernels.run([workBytesTask])).to.deep.equal([ADDITION_WORK_BYTES]);
    await kernels.close();
  });

  it("of which one has ended are not used again", async () => {
    const station = await takeStation(2);
    await giveStation(station);
    const kernels = await Kernels.create({ workBytes: 16, threads: 2 });
    await station.threads[1].end();
    expect((await rejection(kernels.run([workBytesTask, workBytesTask]))).message).to.match(/worker thread .*ended/);
    await kernels.close();
    expect(station.threads.map((thread) => thread.isAlive)).to.deep.equal([false, false]);

    // Ended while it is idle: another is started.
    const idle = await takeStation(2);
    await giveStation(idle);
    await idle.threads[0].end();
    expect(await Kernels.use({ workBytes: 16, threads: 2 }, async (next) => next.run([workBytesTask]))).to.deep.equal([
      ADDITION_WORK_BYTES,
    ]);
  });

  it("serve several kernels at once, each on a memory of its own", async () => {
    await Kernels.use({ workBytes: 16, threads: 1 }, async (first) => {
      await Kernels.use({ workBytes: 16, threads: 1 }, async (second) => {
        const blocks = [first.constant(2n), second.constant(3n)];
        expect(blocks[0]).to.equal(blocks[1]);
        await Promise.all(
          [first, second].map((each, i) => each.run([() => [["square", blocks[i], blocks[i], each.fr]]])),
        );
        expect(first.readBlock(blocks[0])[0]).to.equal(4n);
        expect(second.readBlock(blocks[1])[0]).to.equal(9n);
      });
    });
  });

  it("follow one order at a time", async () => {
    const station = await takeStation(1);
    const [thread] = station.threads;
    const order = thread.follow({ steps: [["workBytes"]] });
    const second = thread.follow({ steps: [["workBytes"]] });
    expect((await rejection(second)).message).to.equal("a thread follows one order at a time");
    expect(await order).to.equal(ADDITION_WORK_BYTES);
    await giveStation(station);
  });

  it("are ended when they are idle and shall be, and others are started", async () => {
    const known = await takeStation(2);
    await giveStation(known);
    await endIdleStations();
    expect(known.threads.map((thread) => thread.isAlive)).to.deep.equal([false, false]);
    expect(await Kernels.use({ workBytes: 16, threads: 2 }, async (next) => next.run([workBytesTask]))).to.deep.equal([
      ADDITION_WORK_BYTES,
    ]);
  });

  it("that end at work fail the task", async () => {
    const station = await takeStation(1);
    const [thread] = station.threads;
    const steps = new Array<Step>(20_000).fill(["scale", 1024, 1024, 5000, 0, 0]);
    const working = rejection(thread.follow({ steps }));
    await thread.end();
    expect((await working).message).to.match(/a worker thread ended with code/);
    expect((await rejection(thread.follow({ steps: [] }))).message).to.equal("the worker thread has ended");
    await endStation(station);
  });

  it("do not keep a process alive that has nothing else to do", async () => {
    const script = `
      const { Kernels } = require("./protocol/crypto/kernels");
      Kernels.use({ workBytes: 16, threads: 2 }, (kernels) => kernels.run([() => [["workBytes"]]])).then(
        ([bytes]) => process.stdout.write(String(bytes)),
      );`;
    const options = { cwd: PROJECT_ROOT, timeout: 120_000 };
    const { stdout } = await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", "--eval", script], options);
    expect(stdout).to.equal(String(ADDITION_WORK_BYTES));
  });
});

describe("crypto/kernels: projective points", () => {
  after(C.terminateCurve);

  const generatorTimes = (scalar: bigint) => C.mulG1(C.G1_GENERATOR, scalar);
  /** Other coordinates of the same point. */
  const stretched = ([x, y, z]: readonly bigint[], factor: bigint): [bigint, bigint, bigint] => [
    (x * factor) % C.Q,
    (y * factor) % C.Q,
    (z * factor) % C.Q,
  ];

  it("are added as the curve adds them, also to themselves, to their opposites and to infinity", async () => {
    const scalars = [0n, 1n, 2n, F.R - 1n, F.R - 2n, ...randomNumbers("projective", 4, F.R)];
    scalars.push(F.neg(scalars[5]));
    const points = [];
    for (const scalar of scalars) points.push(await generatorTimes(scalar));
    const factors = [1n, C.Q - 1n, ...randomNumbers("stretched", 2, C.Q)];
    for (const [i, a] of points.entries()) {
      for (const [j, b] of points.entries()) {
        const expected = await C.addG1(a, b);
        const [first, second] = [
          stretched(fromAffine(a), factors[i % factors.length]),
          stretched(fromAffine(b), factors[j % factors.length]),
        ];
        expect(toAffine(addProjective(first, second))).to.deep.equal(expected);
      }
    }
  });

  it("are doubled again and again", async () => {
    const point = await generatorTimes(7n);
    for (const count of [0, 1, 2, 20, 254]) {
      const expected = await C.mulG1(point, F.pow(2n, BigInt(count)));
      expect(toAffine(doubleTimes(fromAffine(point), count))).to.deep.equal(expected);
      expect(toAffine(doubleTimes(INFINITY, count))).to.deep.equal(C.G1_INFINITY);
    }
  });

  it("are negated, infinity to itself", async () => {
    for (const scalar of [1n, F.R - 1n, ...randomNumbers("negated", 2, F.R)]) {
      const point = await generatorTimes(scalar);
      const other = stretched(fromAffine(point), 5n);
      expect(toAffine(negate(other))).to.deep.equal(C.negG1(point));
      expect(toAffine(addProjective(other, negate(fromAffine(point))))).to.deep.equal(C.G1_INFINITY);
    }
    expect(toAffine(negate(INFINITY))).to.deep.equal(C.G1_INFINITY);
  });

  it("are affine points with any Z, and infinity without one", async () => {
    const point = await generatorTimes(99n);
    for (const factor of [1n, 2n, C.Q - 1n, ...randomNumbers("factors", 3, C.Q)]) {
      expect(toAffine(stretched(fromAffine(point), factor))).to.deep.equal(point);
      expect(toAffine(stretched(INFINITY, factor))).to.deep.equal(C.G1_INFINITY);
    }
    expect(fromAffine(C.G1_INFINITY)).to.deep.equal(INFINITY);
  });
});
