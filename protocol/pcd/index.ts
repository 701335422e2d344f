export * from "./books";
export * from "./errors";
export * from "./netFlow";
export * from "./numbers";
export * from "./pegged";
export * from "./assets";
