/** Where Foundry's programs are. */
import fs from "node:fs";
import path from "node:path";

/**
 * The binary itself, from the package for this platform or the PATH: npm's command would wrap it in another process, and loses what forge
 * exits with.
 */
export function foundryBinary(program: "anvil" | "forge"): string {
  const name = `@foundry-rs/${program}-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const packaged = path.join(__dirname, "../node_modules", name, "bin", program);
  const binary = fs.existsSync(packaged) ? packaged : onPath(program);
  if (binary === undefined)
    throw new Error(`${program} is missing: neither the package ${name} nor a command ${program} is there`);
  return binary;
}

/** A command of the PATH; undefined: there is none. */
export function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, command)).find((file) => fs.existsSync(file));
}
