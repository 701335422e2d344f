import type { Domain, SparseValues } from "../crypto/domain";
import * as F from "../crypto/field";

/**
 * Values on the domain of the quotient Q = (f − Σ_{i∈I} f_i·L_i) / Z_I, which shows that f has the values f_i on I.
 *
 * With g = Σ_{j∉I} f_j·L_j, the numerator: off I, Q(ω^j) = f_j / Z_I(ω^j); on I, where both vanish, the quotient of the
 * derivatives, Q(ω^i) = g'(ω^i) / Z_I'(ω^i). Both are 0 at every cell that is neither nonzero nor touched, so the cost is
 * |I| times the number of nonzero cells.
 *
 * @param values f on the domain
 * @param indices I: the touched cells, none twice
 * @returns the values of Q that may be nonzero
 */
export function quotientValues(domain: Domain, values: SparseValues, indices: readonly number[]): [number, bigint][] {
  const touched = new Set(indices);
  if (touched.size !== indices.length) throw new RangeError("touched cells must be distinct");
  const others = domain.entries(values).filter(([j]) => !touched.has(j));
  const points = indices.map((i) => domain.omegaPower(i));
  const roots = others.map(([j]) => domain.omegaPower(j));

  const offInverses = F.batchInverse(roots.map((root) => product(points.map((point) => F.sub(root, point)))));
  const off = others.map(([j, value], k): [number, bigint] => [j, F.mul(value, offInverses[k])]);

  const on = indices.map((i, k): [number, bigint] => {
    const point = points[k];
    const rest = points.filter((other) => other !== point);
    const divisor = product(rest.map((other) => F.sub(point, other)));
    return [i, F.div(derivative(others, roots, point), divisor)];
  });
  return [...off, ...on];
}

/** g'(point) = Σ f_j·ω^j / (point·(point − ω^j)), for a point of the domain that is none of the ω^j. */
function derivative(others: readonly [number, bigint][], roots: readonly bigint[], point: bigint): bigint {
  const inverses = F.batchInverse(roots.map((root) => F.sub(point, root)));
  const sum = others.reduce((total, [, value], k) => F.add(total, F.mul(F.mul(value, roots[k]), inverses[k])), 0n);
  return F.div(sum, point);
}

function product(factors: readonly bigint[]): bigint {
  return factors.reduce(F.mul, 1n);
}
