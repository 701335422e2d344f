import { expect } from "chai";
import { G1_GENERATOR, mulG1, Q } from "../../../../protocol/crypto/curve";
import * as F from "../../../../protocol/crypto/field";
import { BETA, halves, LAMBDA } from "../../../../protocol/crypto/kernels";

describe("crypto/kernels: endomorphism", () => {
  it("multiplies by λ when it multiplies x by β, both cube roots of 1", async () => {
    expect([(BETA * BETA * BETA) % Q, F.pow(LAMBDA, 3n)]).to.deep.equal([1n, 1n]);
    const point = await mulG1(G1_GENERATOR, 123456789n);
    expect(await mulG1(point, LAMBDA)).to.deep.equal({ x: (BETA * point.x) % Q, y: point.y });
  });

  it("has scalars in halves of less than 127 bits", () => {
    const edges = [0n, 1n, 2n, F.R - 1n, F.R - 2n, LAMBDA, F.R - LAMBDA, LAMBDA + 1n, 1n << 127n, 1n << 253n];
    for (const k of [...edges, ...Array.from({ length: 1000 }, F.random)]) {
      const [low, high] = halves(k);
      expect(F.mod(low + high * LAMBDA)).to.equal(k);
      for (const half of [low, high]) expect((half < 0n ? -half : half) >> 127n, `${k}`).to.equal(0n);
    }
  });
});
