export * from "./batch";
export * from "./digest";
export * from "./examples";
export * from "./hashes";
export * from "./input";
export * from "./signatures";
export * from "./statement";
export * from "./trace";
