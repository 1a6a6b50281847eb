import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  bSpline,
  designMatrix,
  factor,
  interaction,
  numeric,
  power,
  spline,
  standardized,
} from "../../lib/stats/designMatrix";
import { glm } from "../../lib/stats/glm";

function close(actual: ArrayLike<number>, expected: readonly number[], digits = 1e-12): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= digits, `${i}: ${actual[i]}, ${value}`);
  });
}

const table = {
  x: [1, 2, 3, 4],
  a: [true, false, true, false],
  day: ["Monday", "Friday", "Sunday", "Friday"],
  t: [0n, 1n, 2n, 5n],
};

describe("design matrix", () => {
  test("makes columns and names by hand", () => {
    const { columns, names, rows } = designMatrix(table, [
      numeric("x"),
      power("x", 2),
      factor("day", { reference: "Friday" }),
      interaction("a", "x"),
      interaction("day", "x"),
      standardized(power("x", 2)),
      numeric("t"),
    ]);
    assert.deepEqual(names, [
      "x",
      "x^2",
      "day[Monday]",
      "day[Sunday]",
      "a:x",
      "day[Monday]:x",
      "day[Sunday]:x",
      "standardized(x^2)",
      "t",
    ]);
    assert.equal(rows, 4);
    const expected: Record<string, number[]> = {
      x: [1, 2, 3, 4],
      "x^2": [1, 4, 9, 16],
      "day[Monday]": [1, 0, 0, 0],
      "day[Sunday]": [0, 0, 1, 0],
      "a:x": [1, 0, 3, 0],
      "day[Monday]:x": [1, 0, 0, 0],
      "day[Sunday]:x": [0, 0, 3, 0],
      // Mean 7.5, squares 42.25 + 12.25 + 2.25 + 72.25 = 129.
      "standardized(x^2)": [-6.5, -3.5, 1.5, 8.5].map((from) => from / Math.sqrt(129 / 4)),
      t: [0, 1, 2, 5],
    };
    for (const name of names) close(columns[name]!, expected[name]!, 1e-14);
  });

  test("orders levels, takes another reference or none, and stated levels", () => {
    const names = (...given: Parameters<typeof factor>) =>
      designMatrix({ n: [10, 2, 10], day: ["b", "a", "c"] }, [factor(...given)]).names;
    assert.deepEqual(names("n"), ["n[10]"]);
    assert.deepEqual(names("n", { reference: 10 }), ["n[2]"]);
    assert.deepEqual(names("day", { reference: null }), ["day[a]", "day[b]", "day[c]"]);
    assert.deepEqual(names("day", { levels: ["c", "d", "b", "a"] }), [
      "day[d]",
      "day[b]",
      "day[a]",
    ]);
  });

  test("multiplies levels of two factors", () => {
    const { columns, names } = designMatrix({ f: ["a", "b", "b"], g: ["u", "u", "v"] }, [
      factor("f"),
      factor("g"),
      interaction("f", "g"),
    ]);
    assert.deepEqual(names, ["f[b]", "g[v]", "f[b]:g[v]"]);
    close(columns["f[b]:g[v]"]!, [0, 0, 1]);
  });

  test("applies what it learned from the first table to another", () => {
    const design = designMatrix(table, [
      standardized("x"),
      factor("day"),
      spline("t", { df: 2 }),
      bSpline("x", { df: 3, outside: "clamp" }),
    ]);
    const other = { x: [100], a: [true], day: ["Sunday"], t: [3] };
    const { columns, rows } = design.apply(other);
    assert.equal(rows, 1);
    close(columns["standardized(x)"]!, [(100 - 2.5) / Math.sqrt(1.25)]);
    close([columns["day[Monday]"]![0]!, columns["day[Sunday]"]![0]!], [0, 1]);
    close(columns["bSpline(x)[3]"]!, [1]);
    assert.deepEqual(Object.keys(columns), design.names);
    const again = design.apply(table).columns;
    for (const name of design.names) assert.deepEqual(again[name], design.columns[name]);
  });

  test("splines are patsy's at quantiles of the data", () => {
    const t = [0, 1, 2, 4, 7, 8, 10, 11, 13];
    const row = (columns: Readonly<Record<string, Float64Array>>, i: number) =>
      Object.values(columns).map((column) => column[i]!);
    // dmatrix("bs(t, df=4, degree=3) - 1", {"t": t}), rows 1 and 6; with degree=2 row 4
    const cubic = designMatrix({ t }, [bSpline("t", { df: 4 })]).columns;
    close(row(cubic, 1), [0.33971052495385301, 0.029706557179084651, 8.4530853761622987e-4, 0]);
    close(row(cubic, 6), [0.026627218934911243, 0.23520710059171598, 0.61316568047337272, 0.125]);
    const square = designMatrix({ t }, [bSpline("t", { df: 4, degree: 2 })]).columns;
    close(row(square, 4), [0.06009615384615371, 0.6791279840846806, 0.2607758620689657, 0]);
    // dmatrix("cr(t, knots=[3, 7], lower_bound=0, upper_bound=13) - 1", {"t": t}), row 5, without the first column
    const natural = designMatrix({ t }, [spline("t", { knots: [3, 7] })]).columns;
    close(row(natural, 5), [-0.20254629629629622, 1.0706018518518519, 0.08564814814814817]);
    assert.deepEqual(Object.keys(natural), ["spline(t)[1]", "spline(t)[2]", "spline(t)[3]"]);
    // np.quantile(t, [.25, .5, .75]) is 2, 7, 10: the splines are 1 at those in turn, and 0 at the others.
    const quarters = designMatrix({ t }, [spline("t", { df: 4 })]).columns;
    close(row(quarters, 2), [1, 0, 0, 0]);
    close(row(quarters, 4), [0, 1, 0, 0]);
    close(row(quarters, 6), [0, 0, 1, 0]);
  });

  test("its names are those of the coefficients", () => {
    const y = [1, 3, 2, 5, 4, 7];
    const { columns, names } = designMatrix(
      { x: [1, 2, 3, 4, 5, 6], f: ["a", "b", "a", "b", "a", "b"] },
      [numeric("x"), factor("f")],
    );
    const found = glm({ outcome: y, columns }, { family: "gaussian" });
    assert.deepEqual(found.names, ["intercept", ...names]);
  });

  test("says what is wrong", () => {
    const run =
      (...terms: Parameters<typeof designMatrix>[1]) =>
      () =>
        designMatrix(table, terms);
    assert.throws(run(), /at least one term/);
    assert.throws(run(numeric("z")), /no column z. There are x, a, day, t/);
    assert.throws(run(numeric("day")), /Column day, row 0: Monday is no finite number/);
    assert.throws(run(numeric("x"), numeric("x")), /Two columns are called x/);
    assert.throws(run(factor("day", { reference: "Tuesday" })), /no level Tuesday/);
    assert.throws(
      () => designMatrix({ x: [1, null] }, [numeric("x")]),
      /Column x, row 1: the value is missing/,
    );
    assert.throws(() => designMatrix({ f: ["a", Number.NaN] }, [factor("f")]), /row 1: the level/);
    assert.throws(() => designMatrix({ x: [1, 2], y: [1] }, [numeric("x")]), /Column y has 1/);
    assert.throws(() => designMatrix({ x: [2, 2] }, [standardized("x")]), /x is constant/);
    assert.throws(() => designMatrix({ x: [0, 1] }, [power("x", -1)]), /row 0: 0 has no power -1/);
    assert.throws(() => spline("x", {}), /either df or knots/);
    assert.throws(() => bSpline("x", { df: 2 }), /df is a whole number from 3 on, not 2/);
    assert.throws(
      () => designMatrix({ x: [1, 1, 1, 2] }, [spline("x", { df: 3 })]),
      /do not ascend. Take fewer/,
    );
    const design = designMatrix(table, [factor("day"), bSpline("x", { df: 3 })]);
    assert.throws(() => design.apply({ ...table, day: ["Tuesday"] }), /Tuesday is no known level/);
    assert.throws(() => design.apply({ ...table, x: [9, 1, 1, 1] }), /outside of 1 to 4/);
    const zero = designMatrix(table, [factor("day", { unknown: "zero" })]);
    close(
      Object.values(zero.apply({ day: ["Tuesday"] }).columns).map((c) => c[0]!),
      [0, 0],
    );
  });
});
