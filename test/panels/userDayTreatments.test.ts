import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addTreatments, dailyRates, treatmentSummary } from "../../lib/panels";
import { tableOf, testEngine, type Value } from "./panelFixture";

const opened = testEngine();

async function daysOf(rows: readonly (readonly Value[])[]) {
  const types = {
    user_id: "BIGINT",
    event_date: "TIMESTAMP",
    interactions: "DOUBLE",
    high_watch_share: "DOUBLE",
    active_day: "BIGINT",
    next_day_active: "DOUBLE",
  };
  return tableOf(await opened, "days", types, rows);
}

// Active days: 1, 2, 3, 10 watches; pandas: pd.Series([1, 2, 3, 10]).quantile(.75) is 4.75, the median of the shares 0.45
const DAYS: Value[][] = [
  [1, "2020-07-05", 1, 0.4, 1, 1],
  [1, "2020-07-06", 10, 0.5, 1, 0],
  [1, "2020-07-07", 0, 0, 0, null],
  [2, "2020-07-05", 2, 0.9, 1, 1],
  [2, "2020-07-06", 3, 0.1, 1, 0],
  [2, "2020-07-07", 0, 0, 0, null],
];

describe("treatments", () => {
  test("reach a quantile over active days; inactive days are never treated", async () => {
    const panel = await addTreatments(await daysOf(DAYS));
    assert.deepEqual(panel.thresholds, [
      {
        candidate_treatment: "treatment_high_intensity",
        rule: "active day and interactions >= active-day 75th percentile",
        threshold: 4.75,
      },
      {
        candidate_treatment: "treatment_high_watch_exposure",
        rule: "active day and high_watch_share >= active-day median",
        threshold: 0.45,
      },
    ]);
    const rows = await panel.rows();
    assert.deepEqual(
      rows.map((row) => row.treatment_high_intensity),
      [0, 1, 0, 0, 0, 0],
    );
    assert.deepEqual(
      rows.map((row) => row.treatment_high_watch_exposure),
      [0, 1, 0, 1, 0, 0],
    );
    assert.deepEqual(await treatmentSummary(panel), [
      { treatment: "treatment_high_intensity", share_of_user_days: 1 / 6, treated_user_days: 1 },
      {
        treatment: "treatment_high_watch_exposure",
        share_of_user_days: 2 / 6,
        treated_user_days: 2,
      },
    ]);
    assert.deepEqual(
      (await dailyRates(panel)).map(({ event_date: _, ...rates }) => Object.values(rates)),
      [
        [1, 0, 0.5, 1],
        [1, 0.5, 0.5, 0],
        [0, 0, 0, null],
      ],
    );
  });

  test("with a threshold of 0 still need an active day; a value at the threshold is treated", async () => {
    const panel = await addTreatments(await daysOf(DAYS), {
      any: { column: "interactions", threshold: 0 },
      three: { column: "interactions", threshold: 3 },
      first: { column: "interactions", quantile: 0.01 },
    });
    const rows = await panel.rows();
    assert.deepEqual(
      rows.map((row) => [row.any, row.three]),
      [
        [1, 0],
        [1, 1],
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    );
    assert.deepEqual(
      panel.thresholds.map(({ rule }) => rule),
      [
        "active day and interactions >= 0",
        "active day and interactions >= 3",
        "active day and interactions >= active-day 1st percentile",
      ],
    );
  });

  test("that make no sense are refused", async () => {
    const days = await daysOf(DAYS);
    const rule = (options: object) =>
      addTreatments(days, { t: { column: "interactions", ...options } });
    await assert.rejects(rule({}), /t needs either a quantile or a threshold/);
    await assert.rejects(rule({ quantile: 0.5, threshold: 1 }), /t needs either/);
    await assert.rejects(rule({ quantile: 75 }), /strictly between 0 and 1, not at 75/);
    await assert.rejects(rule({ threshold: Number.NaN }), /a finite number/);
    await assert.rejects(addTreatments(days, { t: { column: "x", quantile: 0.5 } }), /no column x/);
    const idle = await daysOf([[1, "2020-07-05", 0, 0, 0, null]]);
    await assert.rejects(addTreatments(idle), /has no threshold: days has no active day/);
  });
});
