import { expect } from "chai";
import { BASE8 } from "../../../protocol/crypto/babyjubjub";
import * as F from "../../../protocol/crypto/field";
import { circuit, type TemplateParameter } from "../../fixtures/circom";
import { gatesOf } from "../mutation";

/** What the templates say of themselves; for Poseidon and EdDSA far below the design's bars (520, 930, 1,145 and 9,000). */
const MOST_GATES: readonly [file: string, template: string, parameters: TemplateParameter[], gates: number][] = [
  ["poseidon", "Poseidon", [2], 509],
  ["poseidon", "Poseidon", [4], 916],
  ["poseidon", "Poseidon", [5], 1_130],
  ["poseidon", "PoseidonFirst", [6, 5], 1_139],
  ["eddsa", "EdDSAVerify", [], 6_143],
  ["range", "Range", [128], 191],
  ["range", "Range", [3], 4],
  ["range", "ToBits", [3], 5],
  ["range", "Fits", [8], 14],
  ["range", "IsZero", [], 2],
  ["range", "IsEqual", [], 3],
  ["range", "Select", [], 3],
  ["range", "SelectOr", [7], 1],
  ["range", "Product", [5], 4],
  ["amount", "UnpackAmount", [], 67],
  ["amount", "UnpackFee", [], 25],
  ["edwards", "AssertOnCurve", [], 3],
  ["edwards", "EdwardsAdd", [], 9],
  ["edwards", "EdwardsAddConstant", [[BASE8.x, BASE8.y]], 5],
  ["edwards", "EdwardsDouble", [], 5],
  ["scalar", "SignedDigits4", [127], 381],
  ["scalar", "SignedDigits8", [84], 420],
  ["scalar", "AssertScalarAtMost", [127, 2, F.R - 1n], 54],
  ["omega", "OmegaPower", [16, 14, 1], 13],
  ["omega", "LagrangeScale", [16], 18],
  ["omega", "Lagrange", [], 3],
  ["horner", "Horner", [7], 12],
];

describe("circuits/lib gates", () => {
  for (const [file, template, parameters, most] of MOST_GATES) {
    const call = `${template}(${parameters.join(", ")})`;
    it(`${call} has at most ${most} PLONK gates`, async () => {
      expect(await gatesOf(await circuit(`lib/${file}.circom`, template, parameters))).to.be.at.most(most);
    });
  }
});
