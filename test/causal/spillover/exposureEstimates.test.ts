import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { estimateRows } from "../../../lib/causal/estimate";
import {
  exposureEstimates,
  focalExposureProbabilities,
  logisticClicks,
  promotionExperiment,
  randomizationTests,
  type Slates,
  weightingRows,
} from "../../../lib/causal/spillover";
import { assertClose, assertFinite, columnOf, experimentWith, mean, slatesOf } from "./fixture";
import { twelveItemSlates } from "./studySlates";

describe("effects of exposures weighted by their probabilities", () => {
  const slates = slatesOf({ a: "AAB", b: "AAB" });
  // In a the second item is promoted, in b nothing. Clicks: rows 0 and 1 of a, the second and third item of b.
  const experiment = experimentWith(slates, [1, 4], [1, 0], [0, 1, 4, 5]);
  const probabilities = focalExposureProbabilities(slates, { minPosition: 2 });
  const estimates = exposureEstimates(experiment, probabilities);
  const of = (exposure: string, method: string) =>
    estimates.find((one) => one.estimand.startsWith(exposure) && one.method.startsWith(method))!;

  test("direct: over items 2 and 3, by hand", () => {
    // 4 promotable items; promoted with probability 1/4, in a slate left alone with 1/2.
    const ht = of("direct_promoted", "Horvitz-Thompson");
    assertClose(ht.value, 1 / 0.25 / 4 - (1 + 1) / 0.5 / 4);
    assert.equal(ht.n, 4);
    assert.equal(ht.dropped, 2);
    assertClose(of("direct_promoted", "Hajek").value, 1 - 1);
  });

  test("a promoted rival: over the first items, by hand", () => {
    // The first items alone have a promotable rival, the second one: probability 1/4.
    const ht = of("same_cluster_spillover", "Horvitz-Thompson");
    assertClose(ht.value, 1 / 0.25 / 2 - 0 / 0.5 / 2);
    assert.equal(ht.n, 2);
    assertClose(of("same_cluster_spillover", "Hajek").value, 1 - 0);
  });

  test("another item promoted: over all items, by hand", () => {
    // Of six items the third of a saw it, without a click; three of b were left alone, two clicks.
    const ht = of("other_slate_spillover", "Horvitz-Thompson");
    assertClose(ht.value, 0 / 0.25 / 6 - (0 + 1 + 1) / 0.5 / 6);
    assert.equal(ht.n, 6);
    assertClose(of("other_slate_spillover", "Hajek").value, 0 - 2 / 3);
  });

  test("make six rows of a table", () => {
    const rows = estimateRows(estimates);
    assert.equal(rows.length, 6);
    assert.equal(rows[0]!.estimand, "direct_promoted against a slate left alone, clicks per item");
    assert.equal(rows[0]!.value, estimates[0]!.value);
    assertFinite(rows);
  });

  test("Horvitz-Thompson is unbiased over draws of the whole design", () => {
    const six = twelveItemSlates(4, 6);
    const model = logisticClicks(six);
    const exact = focalExposureProbabilities(six);
    // The truth for direct: the mean over promotable items of the change by their own promotion.
    const without = model.probabilities(new Uint8Array(six.rows));
    const eligible = [...six.position.keys()].filter((i) => six.position[i]! >= 5);
    const truth = mean(
      eligible.map((i) => {
        const promoted = new Uint8Array(six.rows);
        promoted[i] = 1;
        return model.probabilities(promoted)[i]! - without[i]!;
      }),
    );
    const values = Array.from({ length: 1500 }, (_, seed) => {
      const drawn = promotionExperiment(six, { seed, model });
      const [direct] = exposureEstimates(drawn, exact);
      // No promoted slate at all: the formula says 0 for that mean.
      if (direct!.value !== null) return direct!.value;
      const alone = drawn.treated.every((treated) => treated === 0);
      const clicks = eligible.reduce((sum, i) => sum + drawn.clicks[i]!, 0) / 0.5 / eligible.length;
      return alone ? -clicks : oneArm(drawn.clicks, drawn.promoted, eligible.length);
    });
    const average = mean(values);
    const error = Math.sqrt(mean(values.map((value) => (value - average) ** 2)) / values.length);
    assertClose(average, truth, 4 * error);
  });
});

/** Every slate is promoted: only the first mean is there, each item with probability 1 / 16. */
function oneArm(clicks: Uint8Array, promoted: Uint8Array, eligible: number): number {
  return clicks.reduce((sum, click, i) => sum + click * promoted[i]!, 0) / (0.5 / 8) / eligible;
}

describe("randomization tests", () => {
  const noEffect = (slates: Slates) =>
    logisticClicks(slates, {
      coefficients: { visibility: 0, direct: 0, sameSlate: 0, sameCluster: 0, displaced: 0 },
    });

  test("find the effects of the published model", () => {
    const experiment = promotionExperiment(twelveItemSlates(5, 2000), { seed: 4 });
    const rows = randomizationTests(experiment, { seed: 1, draws: 199 });
    assert.deepEqual(columnOf(rows, "test"), [
      "Fisher, focal items",
      "Fisher, slates",
      "no interference",
      "no interference, rivals",
      "no interference, others",
    ]);
    assert.deepEqual(columnOf(rows, "assignments"), new Array(5).fill(199));
    // The slate's total is the noisiest of the three: its two parts have opposite signs.
    const [focal, slates, others] = columnOf(rows, "p_value") as number[];
    assert.ok(focal === 0.005 && others === 0.005, `${focal}, ${others}`);
    assert.ok(slates! <= 0.05, `${slates}`);
    const statistics = columnOf(rows, "statistic") as number[];
    assert.ok(statistics[0]! > 0 && statistics[1]! < 0 && statistics[2]! < 0);
    // The statistic is a difference of clicks per slate: those of rivals and others add up.
    assertClose(statistics[3]! + statistics[4]!, statistics[2]!);
    assertClose(statistics[0]! + statistics[2]!, statistics[1]!);
  });

  test("give any p-value as often as another where nothing has an effect", () => {
    const slates = twelveItemSlates(6, 50);
    const model = noEffect(slates);
    const p = Array.from({ length: 200 }, (_, seed) => {
      const experiment = promotionExperiment(slates, { seed, model });
      return columnOf(randomizationTests(experiment, { seed, draws: 99 }), "p_value") as number[];
    });
    for (let k = 0; k < 5; k++) {
      const own = p.map((values) => values[k]!);
      // A uniform p-value: mean 1/2 with variance 1/12; at most 0.1 in a tenth. Four standard errors of 200.
      assertClose(mean(own), 0.5, 4 * Math.sqrt(1 / 12 / 200));
      const small = own.filter((value) => value <= 0.1).length / 200;
      assertClose(small, 0.1, 4 * Math.sqrt(0.09 / 200));
    }
  });

  test("repeat with their seed", () => {
    const experiment = promotionExperiment(twelveItemSlates(7, 40), { seed: 4 });
    const of = (seed: number) => randomizationTests(experiment, { seed, draws: 49 });
    assert.deepEqual(of(3), of(3));
    assert.notDeepEqual(columnOf(of(3), "p_value"), columnOf(of(4), "p_value"));
  });
});

test("three weightings of one set by hand", () => {
  // Rivals: one of a, two of b (promoted); one of c, none of d (not). Displaced and clicked as marked.
  const slates = slatesOf({ a: "AAB", b: "AAA", c: "BAB", d: "ABB" });
  const experiment = experimentWith(slates, [1, 4, 8, 9], [1, 1, 0, 0], [0, 3, 5, 6, 10]);
  const rows = weightingRows(experiment);
  assert.deepEqual(columnOf(rows, "items"), [
    ...new Array(3).fill("same_cluster"),
    ...new Array(3).fill("displaced"),
    ...new Array(3).fill("non_focal"),
  ]);
  const of = (items: string, weighting: string) =>
    rows.find((row) => row.items === items && row.weighting === weighting)!.estimate as number;
  // Rivals of a: row 0 (click); of b: rows 3, 5 (clicks); of c: row 6 (click); of d: none.
  assertClose(of("same_cluster", "row"), 3 / 3 - 1 / 1);
  assertClose(of("same_cluster", "slate"), (1 + 1) / 2 - 1);
  assertClose(of("same_cluster", "total"), (1 + 2) / 2 - (1 + 0) / 2);
  // Others of a: rows 0, 2 (one click); b: 3, 5 (two); c: 6, 7 (one); d: 10, 11 (one).
  assertClose(of("non_focal", "row"), 3 / 4 - 2 / 4);
  assertClose(of("non_focal", "slate"), (0.5 + 1) / 2 - 0.5);
  assertClose(of("non_focal", "total"), 3 / 2 - 2 / 2);
  // Above the focal item: row 0 of a (click), row 3 of b (click); rows 6, 7 of c (one click), none of d.
  assertClose(of("displaced", "row"), 2 / 2 - 1 / 2);
  assertClose(of("displaced", "slate"), 1 - 0.5);
  assertClose(of("displaced", "total"), 2 / 2 - 1 / 2);
  const known = rows.find(
    ({ items, weighting }) => items === "displaced" && weighting === "total",
  )!;
  assertClose(known.known_lift as number, (experiment.lift[0]! + experiment.lift[3]!) / 2);
  assert.deepEqual(columnOf(rows.slice(0, 3), "units"), [4, 3, 4]);
});
