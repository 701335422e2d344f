import { expect } from "chai";
import { takeTurns } from "../../../protocol/batcher/turns";

describe("turns of the request queues", () => {
  it("takes one of each queue in turn, each queue in its order", () => {
    expect(takeTurns([["a0", "a1", "a2"], ["b0"], ["c0", "c1"]], 5, 0)).to.deep.equal(["a0", "b0", "c0", "a1", "c1"]);
  });

  it("rotates who is first", () => {
    const queues = [["a0"], ["b0"], ["c0"]];
    expect([0, 1, 2, 3].map((turn) => takeTurns(queues, 1, turn)[0])).to.deep.equal(["a0", "b0", "c0", "a0"]);
  });

  it("takes what there is", () => {
    expect(takeTurns([[], ["b0"]], 2, 0)).to.deep.equal(["b0"]);
    expect(takeTurns([[], []], 2, 1)).to.deep.equal([]);
    expect(takeTurns([], 2, 1)).to.deep.equal([]);
  });
});
