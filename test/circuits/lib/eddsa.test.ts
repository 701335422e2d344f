import { derivePublicKey, signMessage } from "@zk-kit/eddsa-poseidon";
import { buildEddsa, type Eddsa } from "circomlibjs";
import { expect } from "chai";
import fc from "fast-check";
import { poseidon5 } from "poseidon-lite";
import { BASE8, isOnCurve, multiplyAdd, negate, SUBGROUP_ORDER, type Point } from "../../../protocol/crypto/babyjubjub";
import { recoverX } from "../../../protocol/crypto/eddsa";
import * as F from "../../../protocol/crypto/field";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";
import { baseMultiple, GENERATOR, sumOf, TORSION } from "./points";

type Input = Record<"enabled" | "Ax" | "Ay" | "S" | "R8x" | "R8y" | "M", bigint>;

const SECRET = new Uint8Array(32).fill(7);
const MESSAGE = 123456789n;
const secretBytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const element = fc.bigInt({ min: 0n, max: F.R - 1n });

/** What a slot without a signature shows: the key B8, the neutral point and 0. */
const DUMMY: Input = { enabled: 0n, Ax: BASE8.x, Ay: BASE8.y, S: 0n, R8x: 0n, R8y: 1n, M: 0n };

function signed(secret: Uint8Array, message: bigint): Input {
  const [Ax, Ay] = derivePublicKey(secret);
  const { R8, S } = signMessage(secret, message);
  return { enabled: 1n, Ax, Ay, S, R8x: R8[0], R8y: R8[1], M: message };
}

const hashOf = ({ R8x, R8y, Ax, Ay, M }: Input): bigint => poseidon5([R8x, R8y, Ax, Ay, M]);

/** S·B8 = R8 + h·8·A, with nothing else checked. */
function equationHolds(input: Input, hash = hashOf(input)): boolean {
  const right = multiplyAdd(1n, { x: input.R8x, y: input.R8y }, 8n * hash, { x: input.Ax, y: input.Ay });
  const left = baseMultiple(input.S);
  return left.x === right.x && left.y === right.y;
}

/** A "signature" by anyone under a key of small order: 8·A is neutral, so S·B8 = R8 is all the equation asks. */
function forgedFor(key: Point): Input {
  const S = 424242n;
  const R8 = baseMultiple(S);
  return { enabled: 1n, Ax: key.x, Ay: key.y, S, R8x: R8.x, R8y: R8.y, M: MESSAGE };
}

describe("circuits/lib/eddsa", () => {
  let verify: CircuitTester;
  let circomlib: Eddsa;
  let honest: Input;
  before(async () => {
    verify = await circuit("lib/eddsa.circom", "EdDSAVerify");
    circomlib = await buildEddsa();
    honest = signed(SECRET, MESSAGE);
  });

  describe("when enabled", () => {
    it("accepts what @zk-kit/eddsa-poseidon signs", async () => {
      await fc.assert(
        fc.asyncProperty(secretBytes, element, async (secret, message) => {
          await verify.expectPass(signed(secret, message));
        }),
        { numRuns: 10 },
      );
      for (const message of [0n, 1n, F.R - 1n]) await verify.expectPass(signed(SECRET, message));
    });

    it("accepts what circomlibjs signs", async () => {
      const value = (bytes: Uint8Array) => circomlib.F.toObject(bytes);
      await fc.assert(
        fc.asyncProperty(secretBytes, element, async (secret, M) => {
          const { R8, S } = circomlib.signPoseidon(secret, circomlib.F.e(M));
          const [Ax, Ay] = circomlib.prv2pub(secret).map(value);
          await verify.expectPass({ enabled: 1n, Ax, Ay, S, R8x: value(R8[0]), R8y: value(R8[1]), M });
        }),
        { numRuns: 10 },
      );
    });

    it("accepts a key with a part of small order: only 8·A counts", async () => {
      const secret = 987654321n;
      for (const torsion of TORSION) {
        const key = sumOf(baseMultiple(secret), torsion);
        const R8 = baseMultiple(55n);
        const unsigned = { enabled: 1n, Ax: key.x, Ay: key.y, S: 0n, R8x: R8.x, R8y: R8.y, M: MESSAGE };
        const S = (55n + 8n * hashOf(unsigned) * secret) % SUBGROUP_ORDER;
        await verify.expectPass({ ...unsigned, S });
      }
    });

    it("refuses another message, key, R8, S, or the key's other x", async () => {
      const other = signed(SECRET, MESSAGE + 1n);
      const stranger = signed(new Uint8Array(32).fill(8), MESSAGE);
      await verify.expectFail({ ...honest, M: other.M });
      await verify.expectFail({ ...honest, Ax: stranger.Ax, Ay: stranger.Ay });
      await verify.expectFail({ ...honest, R8x: other.R8x, R8y: other.R8y });
      await verify.expectFail({ ...honest, S: other.S });
      await verify.expectFail({ ...honest, Ax: F.neg(honest.Ax) });
      await verify.expectFail({ ...honest, R8x: F.neg(honest.R8x) });
    });

    it("accepts a key known by its y alone, with the x that the signer used", async () => {
      const Ax = recoverX(honest.Ay, MESSAGE, { r8x: honest.R8x, r8y: honest.R8y, s: honest.S });
      expect(Ax).to.equal(honest.Ax);
      await verify.expectPass({ ...honest, Ax: Ax as bigint });
    });
  });

  describe("malformed signatures", () => {
    it("C14: S + l and every other residue of S, though the equation holds", async () => {
      let S = honest.S + SUBGROUP_ORDER;
      for (; S < 2n ** 252n; S += SUBGROUP_ORDER) {
        expect(equationHolds({ ...honest, S })).to.equal(true);
        await verify.expectFail({ ...honest, S }, "AssertScalarAtMost");
      }
      await verify.expectFail({ ...honest, S }, "SignedDigits8");
      await verify.expectFail({ ...honest, S: F.sub(honest.S, SUBGROUP_ORDER) }, "SignedDigits8");
    });

    it("C14: S at the ends of its range: 0 and l - 1 are scalars that do not sign, l and 2^252 - 1 are none", async () => {
      for (const S of [0n, SUBGROUP_ORDER - 1n]) {
        await verify.expectPass({ ...DUMMY, S });
        await verify.expectFail({ ...honest, S });
      }
      for (const S of [SUBGROUP_ORDER, 2n ** 252n - 1n]) {
        await verify.expectFail({ ...DUMMY, S }, "AssertScalarAtMost");
        await verify.expectFail({ ...honest, S }, "AssertScalarAtMost");
      }
    });

    it("C14: R8 a point of small order, or with such a part", async () => {
      for (const torsion of TORSION) {
        await verify.expectFail({ ...honest, R8x: torsion.x, R8y: torsion.y }, "EdDSAVerify");
      }
      const secret = 31337n;
      const key = baseMultiple(secret);
      for (const torsion of TORSION.slice(1)) {
        const R8 = sumOf(baseMultiple(55n), torsion);
        const unsigned = { enabled: 1n, Ax: key.x, Ay: key.y, S: 0n, R8x: R8.x, R8y: R8.y, M: MESSAGE };
        const S = (55n + 8n * hashOf(unsigned) * secret) % SUBGROUP_ORDER;
        await verify.expectFail({ ...unsigned, S }, "AssertEqualIf");
      }
    });

    it("C14: R8 = the neutral point signs only for who knows the secret", async () => {
      const secret = 31337n;
      const key = baseMultiple(secret);
      const unsigned = { enabled: 1n, Ax: key.x, Ay: key.y, S: 0n, R8x: 0n, R8y: 1n, M: MESSAGE };
      await verify.expectPass({ ...unsigned, S: (8n * hashOf(unsigned) * secret) % SUBGROUP_ORDER });
      await verify.expectFail(unsigned, "AssertEqualIf");
    });

    it("C14: R8 or A off the curve", async () => {
      for (const name of ["R8x", "R8y", "Ax", "Ay"] as const) {
        for (const value of [F.add(honest[name], 1n), F.sub(honest[name], 1n)]) {
          await verify.expectFail({ ...honest, [name]: value }, "AssertOnCurve");
        }
      }
      await verify.expectFail({ ...honest, R8x: 0n, R8y: 0n }, "AssertOnCurve");
      await verify.expectFail({ ...honest, Ax: 0n, Ay: 0n }, "AssertOnCurve");
    });
  });

  describe("C20: keys without a holder", () => {
    it("C14, C20: A one of the eight points of small order (y = 0, 1 and -1 among them), though the equation holds", async () => {
      expect(TORSION.map(({ y }) => y)).to.include.members([0n, 1n, F.R - 1n]);
      for (const key of TORSION) {
        expect(isOnCurve(key)).to.equal(true);
        expect(equationHolds(forgedFor(key))).to.equal(true);
        await verify.expectFail(forgedFor(key), "AssertNotZero");
      }
    });

    it("C20: y = 0, 1 and -1 have no other point", async () => {
      for (const Ay of [0n, 1n, F.R - 1n]) {
        for (const Ax of [honest.Ax, BASE8.x, 1n]) await verify.expectFail({ ...honest, Ax, Ay }, "AssertOnCurve");
      }
    });

    it("C20: the dummy of an empty slot does not sign", async () => {
      for (const Ay of [0n, 1n, honest.Ay]) await verify.expectFail({ ...DUMMY, enabled: 1n, Ay, M: MESSAGE });
    });
  });

  it("C6: h + r, the other integer that the hash stands for, is another multiple of 8·A", () => {
    // That its digits cannot be proven is shown in scalar.test.ts.
    const hash = hashOf(honest);
    expect(equationHolds(honest, hash)).to.equal(true);
    expect(equationHolds(honest, hash + F.R)).to.equal(false);
  });

  describe("when not enabled", () => {
    it("accepts the dummy with any Ay and any message", async () => {
      await verify.expectPass(DUMMY);
      await fc.assert(
        fc.asyncProperty(element, element, async (Ay, M) => {
          await verify.expectPass({ ...DUMMY, Ay, M });
        }),
        { numRuns: 10 },
      );
      for (const Ay of [0n, 1n, F.R - 1n]) await verify.expectPass({ ...DUMMY, Ay, M: MESSAGE });
      await verify.expectPass({ ...DUMMY, Ax: F.neg(BASE8.x) });
    });

    it("the key is B8, and R8 and S are still a point and a scalar", async () => {
      await verify.expectFail({ ...honest, enabled: 0n }, "AssertOnCurve");
      await verify.expectFail({ ...DUMMY, R8x: 1n }, "AssertOnCurve");
      await verify.expectFail({ ...DUMMY, S: SUBGROUP_ORDER }, "AssertScalarAtMost");
    });
  });

  it("C2: no signal can be changed alone but the key of a slot that is not enabled", async () => {
    await expectNoSurvivors(verify, await verify.calculateWitness(honest));
    const point = negate(GENERATOR);
    const unused = { ...DUMMY, Ay: 99n, S: 123n, R8x: point.x, R8y: point.y, M: MESSAGE };
    await expectNoSurvivors(verify, await verify.calculateWitness(unused), ["Ay"]);
  });
});
