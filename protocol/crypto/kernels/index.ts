export { betaBlock, BETA, halves, LAMBDA, writeHalves } from "./endomorphism";
export { FixedBase } from "./fixedBase";
export { Kernels, type KernelOptions, type Task } from "./kernels";
export { BLOCK_BYTES, FILE_BITS, FQ, FR, KERNEL_BITS, LANES } from "./layout";
export {
  ADDITION_WORK_BYTES,
  bestWindow,
  loadBases,
  multiExp,
  multiExpTasks,
  multiExpWorkBytes,
  POINT_BYTES,
  prepareBases,
  SCALAR_BYTES,
  storeScalars,
  windowOffset,
  writeScalars,
  type Bases,
  type MultiExp,
} from "./multiexp";
export { endIdleStations } from "./pool";
export { powers, Transform } from "./transform";
export type { Step } from "./thread";
export { Vectors, type Polynomial } from "./vectors";
