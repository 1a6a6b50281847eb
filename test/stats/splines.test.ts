import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bSplineBasis, naturalSplineBasis } from "../../lib/stats/splines";

function close(actual: ArrayLike<number>, expected: readonly number[], digits = 1e-12): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= digits, `${i}: ${actual[i]}, ${value}`);
  });
}

const KNOTS = [0, 3, 7, 13];

describe("natural splines", () => {
  test("are scipy's within the knots", () => {
    // [CubicSpline([0, 3, 7, 13], np.eye(4)[j], bc_type="natural")([1.5, 5, 12]) for j in (1, 2, 3)]
    const basis = naturalSplineBasis(KNOTS, [1.5, 5, 12]);
    close(basis[1]!, [0.6619318181818182, 0.6553030303030303, -0.12889309764309742]);
    close(basis[2]!, [-0.08522727272727273, 0.5037878787878787, 0.31765572390572405]);
    close(basis[3]!, [0.008522727272727272, -0.03787878787878787, 0.7817760942760941]);
  });

  test("are patsy's beyond them", () => {
    // m = dmatrix("cr(t, knots=[3, 7], lower_bound=0, upper_bound=13) - 1", {"t": [...]});
    // build_design_matrices([m.design_info], {"t": [-2, 15]})
    const basis = naturalSplineBasis(KNOTS, [-2, 15]);
    close(
      basis.map((column) => column[0]!),
      [1.8181818181818183, -0.9545454545454544, 0.1515151515151515, -0.015151515151515147],
    );
    close(
      basis.map((column) => column[1]!),
      [-0.060606060606060594, 0.2651515151515151, -0.6439393939393938, 1.4393939393939392],
    );
  });

  test("hold straight lines, sum to 1, and are straight outside", () => {
    const values = Float64Array.from({ length: 61 }, (_, i) => -6 + i / 2.5);
    const basis = naturalSplineBasis(KNOTS, values);
    values.forEach((x, i) => {
      const total = basis.reduce((sum, column) => sum + column[i]!, 0);
      const line = basis.reduce((sum, column, k) => sum + KNOTS[k]! * column[i]!, 0);
      close([total, line], [1, x]);
    });
    const [a, b, c] = naturalSplineBasis(KNOTS, [14, 15, 16])[2]!;
    close([a! - 2 * b! + c!], [0]);
  });

  test("with two knots are the line between", () => {
    close(naturalSplineBasis([1, 5], [1, 2, 5, 9])[1]!, [0, 0.25, 1, 2]);
  });

  test("say what is wrong with knots", () => {
    assert.throws(() => naturalSplineBasis([1], [1]), /two knots/);
    assert.throws(() => naturalSplineBasis([1, 1], [1]), /Knots ascend/);
  });
});

describe("B-splines", () => {
  test("are scipy's", () => {
    // BSpline.design_matrix([0, 1.5, 7, 12, 13], [0]*4 + [3, 7] + [13]*4, 3).toarray()
    const basis = bSplineBasis({ knots: [3, 7], boundary: [0, 13] }, [0, 1.5, 7, 12, 13]);
    const rows = [0, 1, 2, 3, 4].map((i) => basis.map((column) => column[i]!));
    close(rows[0]!, [1, 0, 0, 0, 0, 0]);
    close(rows[1]!, [0.125, 0.6301020408163265, 0.2325353218210361, 0.012362637362637364, 0, 0]);
    close(rows[2]!, [0, 0, 0.276923076923077, 0.5630769230769231, 0.16, 0]);
    close(
      rows[3]!,
      [0, 0, 0.001282051282051282, 0.04427350427350427, 0.3757407407407407, 0.5787037037037036],
    );
    close(rows[4]!, [0, 0, 0, 0, 0, 1]);
  });

  test("of degree 1 are hats", () => {
    const basis = bSplineBasis({ knots: [1], boundary: [0, 3], degree: 1 }, [0, 0.25, 1, 2, 3]);
    close(basis[1]!, [0, 0.25, 1, 0.5, 0]);
  });

  test("say what is wrong", () => {
    assert.throws(
      () => bSplineBasis({ knots: [], boundary: [0, 1] }, [0.5, 1.5]),
      /Row 1: 1.5 lies outside of 0 to 1/,
    );
    assert.throws(() => bSplineBasis({ knots: [2], boundary: [0, 1] }, [1]), /Knots ascend/);
    assert.throws(() => bSplineBasis({ knots: [], boundary: [0, 1], degree: 0 }, [1]), /degree/);
  });
});
