/** Names that stay the same when a source's lines move: without indices, and without the places of anonymous components. */
export function withoutIndices(name: string): string {
  return name.replace(/\[\d+\]/g, "").replace(/_\d+_\d+(?=\.|$)/g, "");
}
