import { expect } from "chai";
import { Explanations } from "../../../scripts/assure/circuits/explanations";
import { inspect } from "../../../scripts/assure/circuits/static";

describe("circom's own inspection", () => {
  it("C1: finds no hint or input without a constraint in size test, and no unused field but the explained ones", async () => {
    const warnings = await inspect("main/test.circom", Explanations.read());
    expect(warnings).not.to.have.length(0);
    expect(warnings.filter(({ reason }) => reason === undefined)).to.deep.equal([]);
  });
});
