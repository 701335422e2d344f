/**
 * A process of its own that runs the circuit's witness generator, so that both cores work. Messages: `{ id, input }`, with the signals in
 * decimal; answers: `{ id, error? }`.
 */
import { SIZES } from "../../protocol/spec";
import { batchCircuit } from "../circuits/batch/world";

interface Request {
  id: number;
  input: Record<string, string | string[]>;
}

const tester = batchCircuit(SIZES.test);

process.on("message", ({ id, input }: Request) => {
  tester
    .then((circuit) => circuit.calculateWitness(parse(input)))
    .then(
      () => process.send?.({ id }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
});

function parse(input: Request["input"]): Record<string, bigint | bigint[]> {
  const entries = Object.entries(input);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(BigInt) : BigInt(value)]),
  );
}
