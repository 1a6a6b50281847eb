import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { glmDesign } from "../../lib/stats/glmDesign";
import { FAMILIES, type Family } from "../../lib/stats/glmFamilies";
import { glmPass, rowsOfStride } from "../../lib/stats/glmPass";
import { random } from "../../lib/stats/random";

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const far = Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    assert.ok(far <= digits, `${i}: ${actual[i]}, ${expected[i]}`);
  }
}

// More rows than a block has, and columns that fill no whole tile.
const stream = random(8);
const N = 1300;
const column = () => Float64Array.from({ length: N }, () => stream.normal());
const columns = { a: column(), b: column(), c: column(), d: column() };
const outcomes: Record<Family, Float64Array> = {
  gaussian: column(),
  binomial: column().map((value) => Number(value > 0.3)),
  poisson: column().map((value) => Math.floor(Math.exp(value))),
};
const offset = column().map((value) => value / 5);
const weights = column().map((value) => Math.max(0, value + 1));
const point = Float64Array.of(0.1, -0.2, 0.3, 0.4, -0.5);

describe("a pass over the rows", () => {
  for (const family of ["gaussian", "binomial", "poisson"] as const) {
    test(`has the derivatives of the ${family} loss`, () => {
      const input = { outcome: outcomes[family], columns, offset, weights };
      const { design } = glmDesign(input, family, true);
      const pass = glmPass(design, FAMILIES[family]);
      const step = 1e-5;
      const at = (k: number, by: number) => {
        const moved = point.map((value, j) => (j === k ? value + by : value));
        const loss = pass.run(moved, 1, false);
        return { loss, score: pass.score.slice() };
      };
      const slopes = [...point.keys()].map(
        (k) => (at(k, -step).loss - at(k, step).loss) / (2 * step),
      );
      const curvature = [...point.keys()].flatMap((k) => {
        const [low, high] = [at(k, -step), at(k, step)];
        return [...point.keys()].map((j) => (low.score[j]! - high.score[j]!) / (2 * step));
      });
      pass.run(point, 1);
      close(pass.score, slopes, 1e-6);
      close(pass.information, curvature, 1e-7);
    });
  }

  test("looks at a share of the rows, eight neighbours at a time", () => {
    const position = Float64Array.from({ length: N }, (_, i) => i);
    const { design } = glmDesign(
      { outcome: outcomes.gaussian, columns: { position } },
      "gaussian",
      false,
    );
    const pass = glmPass(design, FAMILIES.gaussian);
    pass.run(Float64Array.of(0), 4);
    // 40 groups of 8: rows 0 ... 7, 32 ... 39, ...
    assert.equal(rowsOfStride(N, 4), 320);
    let sum = 0;
    for (let i = 0; i < 40 * 32; i++) if (i % 32 < 8) sum += i * i;
    close(pass.information, [sum / design.scales[0]! ** 2], 1e-12);
  });
});
