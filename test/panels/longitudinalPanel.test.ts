import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { checkLongitudinal } from "../../lib/causal/longitudinal";
import { type Engine, openEngine, type Relation } from "../../lib/loaders";
import { HISTORY_COVARIATES, longitudinalPanel } from "../../lib/panels";

/** Two users on ten days; three of them have seven days after them. User 5 is inactive on the second day. */
function days(engine: Engine, rows = 20): Promise<Relation> {
  const each = <T>(of: (user: number, day: number) => T) =>
    Array.from({ length: rows }, (_, i) => of(Math.floor(i / 10), i % 10));
  const inactive = (user: number, day: number) => user === 1 && day === 1;
  return engine.tableFrom("estimand_days", {
    user_id: each((user) => (user === 0 ? 2 : 5)),
    event_date: each((_, day) => `2020-07-1${day}`),
    days_until_panel_end: each((_, day) => 9 - day),
    calendar_day_index: each((_, day) => day),
    active_day: each((user, day) => (inactive(user, day) ? 0 : 1)),
    ...Object.fromEntries(
      HISTORY_COVARIATES.map((name, k) => [name, each((user, day) => 100 * k + 10 * user + day)]),
    ),
    treatment_high_watch_exposure: each((user, day) => (inactive(user, day) ? null : day % 2)),
    future_7day_interactions: each((user, day) => (day > 2 ? null : 50 * user + day)),
  });
}

describe("longitudinalPanel", () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.close());

  test("users by days with a complete follow-up; a day that could not be treated was not", async () => {
    const panel = await longitudinalPanel(await days(engine));
    assert.deepEqual([panel.units, panel.periods, [...panel.users]], [2, 3, [2, 5]]);
    assert.deepEqual([...panel.treatment], [0, 1, 0, 0, 0, 0]);
    assert.deepEqual([...panel.outcome], [0, 1, 2, 50, 51, 52]);
    assert.deepEqual([...panel.varying.active_day!], [1, 1, 1, 1, 0, 1]);
    assert.deepEqual([...panel.varying.lag_1_interactions!], [100, 101, 102, 110, 111, 112]);
    assert.doesNotThrow(() => checkLongitudinal(panel));
  });

  test("refuses users with days missing", async () => {
    await assert.rejects(
      longitudinalPanel(await days(engine, 11)),
      /differ in their number of days/,
    );
  });
});
