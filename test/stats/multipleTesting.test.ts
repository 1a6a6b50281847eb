import assert from "node:assert/strict";
import { test } from "node:test";
import { benjaminiHochberg, holm } from "../../lib/stats/multipleTesting";

const P = [0.01, 0.02, 0.03, 0.04, 0.05, 0.001, 0.3, 0.9];

function close(actual: (number | null)[], expected: (number | null)[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    if (value === null) assert.equal(actual[i], null);
    else assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${i}: ${actual[i]}, not ${value}`);
  });
}

/*
R: p <- c(.01, .02, .03, .04, .05, .001, .3, .9); p.adjust(p, "BH"); p.adjust(p, "holm")
The same from statsmodels.stats.multitest.multipletests(p, method="fdr_bh") and "holm".
*/
const BH = [
  0.04, 0.05333333333333334, 0.06, 0.064, 0.06666666666666667, 0.008, 0.34285714285714286, 0.9,
];
const HOLM = [0.07, 0.12, 0.15, 0.16, 0.16, 0.008, 0.6, 0.9];
test("Benjamini-Hochberg and Holm as R's p.adjust", () => {
  close(benjaminiHochberg(P), BH);
  close(holm(P), HOLM);
});

test("by hand: three tests, in whatever order", () => {
  close(benjaminiHochberg([0.04, 0.01, 0.03]), [0.04, 0.03, 0.04]);
  close(holm([0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
  close(benjaminiHochberg([0.5]), [0.5]);
  close(holm([]), []);
});

test("a test that could not be done stays null and does not count", () => {
  close(benjaminiHochberg([0.04, null, 0.01, 0.03]), [0.04, null, 0.03, 0.04]);
  close(holm([null, 0.4]), [null, 0.4]);
});

test("a p-value outside 0 and 1 is an error", () => {
  assert.throws(() => holm([0.1, 1.2]), /P-value 2 is 1\.2/);
  assert.throws(() => benjaminiHochberg([Number.NaN]), /P-value 1 is NaN/);
});
