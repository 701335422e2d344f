export { add, canonical, invert, reduce, sub } from "./field";
export { mul, square } from "./multiply";
export * from "./convert";
export * from "./transform";
export * from "./multiexp";
export * from "./plonk";
export * from "./vector";
export { addPointLists, pointButterflies, scalePointList } from "./points";
