import assert from "node:assert/strict";
import { test } from "node:test";
import { effectCalibration } from "../../lib/causal/effectCalibration";
import { random } from "../../lib/stats/random";

test("by hand: scores 1 + 3 x (prediction - its mean in the fold)", () => {
  const predicted = [1, 2, 3, 11, 12, 13];
  const fold = [0, 0, 0, 1, 1, 1];
  const scores = [-2, 1, 4, -2, 1, 4];
  const { average, slope } = effectCalibration({ scores, predicted, fold });
  assert.ok(Math.abs(average.value! - 1) < 1e-12);
  assert.ok(Math.abs(slope.value! - 3) < 1e-12);
});

/*
import numpy as np, statsmodels.api as sm
s, p = np.array([1, 3, 2, 5, 4, 9.]), np.array([-1, 0, 1, -2, 0, 2.])
m = sm.OLS(s, sm.add_constant(p)).fit(cov_type="HC3"); print(m.params, m.bse)
m = sm.OLS(s, sm.add_constant(p)).fit(cov_type="cluster", cov_kwds={"groups": [1, 1, 2, 2, 3, 3]}); print(m.bse)
from scipy.stats import norm; print(norm.sf(m.params[1] / m.bse[1]))
*/
test("coefficients, HC3 and clustered errors as statsmodels", () => {
  const effects = {
    scores: [1, 3, 2, 5, 4, 9],
    predicted: [-1, 0, 1, -2, 0, 2],
    fold: [0, 0, 0, 1, 1, 1],
  };
  const VALUES = [4.000000000000002, 0.8999999999999998];
  const HC3 = [1.8375925271023434, 2.022312877993318];
  const CLUSTERED = [1.0170422803404002, 1.4850505041916906];
  const P = 0.2722440976116532;
  const close = (actual: number | null, expected: number) =>
    assert.ok(Math.abs(actual! - expected) < 1e-9, `${actual}, not ${expected}`);
  const plain = effectCalibration(effects);
  close(plain.average.value, VALUES[0]!);
  close(plain.slope.value, VALUES[1]!);
  close(plain.average.standardError, HC3[0]!);
  close(plain.slope.standardError, HC3[1]!);
  const clustered = effectCalibration({ ...effects, cluster: [1, 1, 2, 2, 3, 3] });
  close(clustered.slope.standardError, CLUSTERED[1]!);
  close(clustered.p, P);
  assert.equal(clustered.slope.clusters, 3);
});

test("a right prediction has slope 1, one of noise slope 0, in 95 of 100 intervals", () => {
  const draws = random(1);
  let [right, noise, rejected] = [0, 0, 0];
  for (let replication = 0; replication < 400; replication++) {
    const n = 200;
    const effect = Float64Array.from({ length: n }, () => draws.normal());
    const scores = effect.map((value) => value + draws.normal(0, 3));
    const fold = Array.from({ length: n }, (_, i) => i % 5);
    const good = effectCalibration({ scores, predicted: effect, fold }).slope;
    if (good.lower! <= 1 && 1 <= good.upper!) right++;
    const other = effectCalibration({ scores, predicted: effect.map(() => draws.normal()), fold });
    if (other.slope.lower! <= 0 && 0 <= other.slope.upper!) noise++;
    if (other.p! < 0.05) rejected++;
  }
  const margin = 3.5 * Math.sqrt((0.95 * 0.05) / 400);
  for (const share of [right / 400, noise / 400, 1 - rejected / 400]) {
    assert.ok(Math.abs(share - 0.95) < margin, `${share}`);
  }
});

test("a prediction that does not vary within folds has no slope, and says so", () => {
  const effects = { scores: [1, 2, 4, 5], predicted: [3, 3, 7, 7], fold: [0, 0, 1, 1] };
  const { average, slope, p } = effectCalibration(effects);
  assert.equal(average.value, 3);
  assert.deepEqual([slope.value, slope.standardError, slope.lower, p], [null, null, null, null]);
  assert.deepEqual(slope.warnings, ["the predicted effect does not vary: nothing to calibrate"]);
});
