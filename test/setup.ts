/**
 * Root hooks of every run: unhandled rejections fail it, and the worker threads that snarkjs and ffjavascript keep for
 * the curve are ended, so that the process exits. In CI random tests are the same each time.
 */
import { isDeepStrictEqual } from "node:util";
import chai from "chai";
import fc from "fast-check";
import "hardhat";
import { terminateCurve } from "../protocol/crypto/curve";

interface Curve {
  terminate(): Promise<void>;
}

if (process.env.CI) fc.configureGlobal({ seed: 1 });

// Hardhat's matchers compare numbers of any kind: for each string and object within they throw, and look for packages on disk.
// What is strictly equal needs none of it.
chai.use(({ Assertion }, utils) => {
  type DeepEqual = (expected: unknown, message?: string) => void;
  Assertion.overwriteMethod(
    "equal",
    (original: DeepEqual) =>
      function (this: Chai.AssertionStatic, ...args: Parameters<DeepEqual>): void {
        const isDeep = utils.flag(this, "deep") === true && utils.flag(this, "negate") !== true;
        if (!isDeep || !isDeepStrictEqual(utils.flag(this, "object"), args[0])) original.apply(this, args);
      },
  );
});

// ffjavascript keeps its curve in a global, and each copy of the package clears that global when it loads, which would
// leak the workers of a curve already built. Remember every curve instead.
const curves = new Set<Curve>();
let current: Curve | null = null;

Object.defineProperty(globalThis, "curve_bn128", {
  configurable: true,
  get: () => current,
  set: (curve: Curve | null) => {
    current = curve;
    if (curve !== null) curves.add(curve);
  },
});

// A set, for mocha's runner announces each rejection a second time.
const rejections = new Set<unknown>();
const remember = (reason: unknown): void => {
  rejections.add(reason);
};

/** In this form mocha runs them in each process of a parallel run, too. */
export const mochaHooks = {
  beforeAll(): void {
    process.on("unhandledRejection", remember);
  },

  async afterAll(): Promise<void> {
    // In a parallel run the process goes on with other files, so the protocol's curve must know that it was ended.
    await terminateCurve();
    await Promise.all([...curves].map((curve) => curve.terminate()));
    curves.clear();
    // Node reports a rejection as unhandled only after the microtasks of this turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", remember);
    if (rejections.size > 0) {
      const reasons = [...rejections];
      throw new AggregateError(reasons, `${reasons.length} unhandled rejection(s): ${reasons.map(String).join("; ")}`);
    }
  },
};
