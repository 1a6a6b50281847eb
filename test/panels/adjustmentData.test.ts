import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Engine, openEngine, type Relation } from "../../lib/loaders";
import {
  ADJUSTMENT_COVARIATES,
  adjustmentData,
  confoundingMap,
  dailyTreatmentAndOutcome,
  HISTORY_STATES,
  treatmentByHistory,
  weightedPanel,
} from "../../lib/panels";
import { featureColumn } from "../../lib/stats";

/** Two users on five days; covariate j of row i is 100 j + i. */
const DAYS = ["Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function smallPanel(engine: Engine): Promise<Relation> {
  const covariates = ADJUSTMENT_COVARIATES.map(
    (name, j) => [name, Float64Array.from({ length: 10 }, (_, i) => 100 * j + i)] as const,
  );
  return engine.tableFrom("estimand_panel", {
    user_id: Int32Array.from({ length: 10 }, (_, i) => (i < 5 ? 3 : 8)),
    event_date: Array.from({ length: 10 }, (_, i) => `2020-07-${10 + (i % 5)}`),
    day_of_week: Array.from({ length: 10 }, (_, i) => DAYS[i % 5]!),
    ...Object.fromEntries(covariates),
    treatment: Int32Array.from([0, 0, 0, 1, 0, 1, 1, 0, 1, 1]),
    outcome: Float64Array.from({ length: 10 }, (_, i) => i * i),
  });
}

describe("what is adjusted for", () => {
  let engine: Engine;
  let panel: Relation;
  before(async () => {
    engine = await openEngine();
    panel = await smallPanel(engine);
  });
  after(() => engine.close());

  test("12 covariates and the seven days of the week, rows in the order of the table", async () => {
    const data = await adjustmentData(panel);
    assert.equal(data.rows, 10);
    assert.deepEqual(Object.keys(data.covariates), [...ADJUSTMENT_COVARIATES]);
    assert.equal(data.x.names.length, 19);
    assert.deepEqual(
      [...data.covariates.lag_1_interactions!],
      [...Array(10).keys()].map((i) => 100 + i),
    );
    assert.deepEqual(
      data.covariates.lag_1_interactions,
      featureColumn(data.x, "lag_1_interactions"),
    );
    const weekday = (day: string) => [...featureColumn(data.x, `day_of_week_${day}`)];
    assert.deepEqual(weekday("Friday"), [0, 0, 1, 0, 0, 0, 0, 1, 0, 0]);
    assert.deepEqual(weekday("Monday"), new Array(10).fill(0));
    assert.deepEqual([...data.treatment], [0, 0, 0, 1, 0, 1, 1, 0, 1, 1]);
    assert.deepEqual([...data.outcome].slice(0, 4), [0, 1, 4, 9]);
    assert.deepEqual([data.cluster[4], data.cluster[5]], [3, 8]);
  });

  test("the treatment of each day", async () => {
    const rows = await dailyTreatmentAndOutcome(panel);
    assert.deepEqual(
      rows.map((row) => [row.rows, row.treatment_rate, row.mean_outcome]),
      [
        [2, 0.5, 12.5],
        [2, 0.5, 18.5],
        [2, 0, 26.5],
        [2, 1, 36.5],
        [2, 0.5, 48.5],
      ],
    );
  });

  test("the treatment by fifths of each past state", async () => {
    const rows = await treatmentByHistory(panel);
    assert.equal(rows.length, 5 * HISTORY_STATES.length);
    const own = rows.filter((row) => row.history_variable === "prior_3day_interactions");
    assert.deepEqual(
      own.map((row) => [row.bucket, row.rows, row.from, row.to, row.treatment_rate]),
      [
        [1, 2, 600, 601, 0],
        [2, 2, 602, 603, 0.5],
        [3, 2, 604, 605, 0.5],
        [4, 2, 606, 607, 0.5],
        [5, 2, 608, 609, 1],
      ],
    );
    assert.equal((await treatmentByHistory(panel, { buckets: 2 })).length, 6);
  });

  test("weights stand beside their rows", async () => {
    const weight = Float64Array.from({ length: 10 }, (_, i) => i / 10);
    const weighted = await weightedPanel(panel, { weight });
    const rows = await weighted.rows<{ outcome: number; weight: number }>();
    assert.equal(Object.keys(rows[0]!).length, 18);
    for (const row of rows) assert.equal(row.outcome, Math.round((10 * row.weight) ** 2));
    await assert.rejects(
      weightedPanel(panel, { weight: weight.subarray(1) }),
      /Column weight has 9 values; the table has 10 rows/,
    );
  });

  test("the map names states that the data have", () => {
    for (const row of confoundingMap()) {
      const state = String(row.pre_treatment_state).split(",")[0]!;
      assert.ok((ADJUSTMENT_COVARIATES as readonly string[]).includes(state), state);
    }
  });
});
