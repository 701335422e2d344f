/**
 * Root hooks of every run: unhandled rejections fail it, and the worker threads that snarkjs and ffjavascript keep for
 * the curve are ended, so that the process exits.
 */
import { after, before } from "mocha";

interface Curve {
  terminate(): Promise<void>;
}

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

before("watch for unhandled rejections", () => {
  process.on("unhandledRejection", remember);
});

after("end worker threads", async () => {
  await Promise.all([...curves].map((curve) => curve.terminate()));
});

after("no unhandled rejections", async () => {
  // Node reports a rejection as unhandled only after the microtasks of this turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", remember);
  if (rejections.size > 0) {
    const reasons = [...rejections];
    throw new AggregateError(reasons, `${reasons.length} unhandled rejection(s): ${reasons.map(String).join("; ")}`);
  }
});
