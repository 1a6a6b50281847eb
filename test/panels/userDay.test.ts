import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Relation } from "../../lib/loaders/engine";
import {
  addColumns,
  addFuture,
  addHistory,
  denseUserDays,
  historyColumns,
  STATE_COLUMNS,
  userDayObserved,
} from "../../lib/panels";
import {
  type DayWatch,
  dayOf,
  LENGTH,
  observedOf,
  type PanelRow,
  panelOf,
  plainPanel,
  watchesOf,
} from "./userDayFixture";

const RUNS = { numRuns: 25 };

const oneWatch = fc.tuple(
  fc.constantFrom(3, 14, 500),
  fc.option(fc.integer({ min: 0, max: 12 }), { freq: 8 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 0, max: 3 * LENGTH }),
) as fc.Arbitrary<DayWatch>;
/** At least one watch on a day that is known. */
const someWatches = fc
  .array(oneWatch, { minLength: 1, maxLength: 40 })
  .map((list): DayWatch[] => [[14, 4, 1, 9000], ...list]);

async function rowsOf(panel: Relation): Promise<PanelRow[]> {
  const rows = await panel.rows();
  return rows.map((row) => ({
    ...(row as PanelRow),
    event_date: (row.event_date as Date).toISOString().slice(0, 10),
  }));
}

function assertClose(actual: readonly PanelRow[], expected: readonly PanelRow[]): void {
  assert.equal(actual.length, expected.length, "number of rows");
  actual.forEach((row, i) => {
    assert.deepEqual(Object.keys(row).sort(), Object.keys(expected[i]!).sort());
    for (const [column, value] of Object.entries(row)) {
      const wanted = expected[i]![column];
      const where = `row ${i + 1} (${row.user_id}, ${row.event_date}), ${column}: ${value}, ${wanted}`;
      if (typeof value === "number" && typeof wanted === "number") {
        assert.ok(Math.abs(value - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), where);
      } else assert.equal(value, wanted, where);
    }
  });
}

describe("the panel of user-days", () => {
  test("is what arrays and loops make of the same watches", async () => {
    await fc.assert(
      fc.asyncProperty(someWatches, async (watches) => {
        assertClose(await rowsOf(await panelOf(watches)), plainPanel(watches));
      }),
      RUNS,
    );
  });

  test("has no value of a day or after it in that day's history", async () => {
    const split = fc.integer({ min: 0, max: 12 });
    await fc.assert(
      fc.asyncProperty(someWatches, someWatches, split, async (watches, other, day) => {
        const past = watches.filter(([, d]) => d === null || d < day);
        const later = other.filter(([, d]) => d !== null && d >= day);
        // The same users in both, or the grid would differ.
        const anchors: DayWatch[] = [3, 14, 500].map((user) => [user, 0, 9, 100]);
        const base = [...anchors, ...past];
        const columns = historyColumns();
        const until = async (rows: readonly DayWatch[]) =>
          (await rowsOf(await panelOf(rows, 13)))
            .filter((row) => (row.event_date as string) <= dayOf(day))
            .map((row) => columns.map((column) => row[column]));
        // On day 0 itself the anchors are there in both; its history is zero in any case.
        const changed = [...base, ...later.filter(([, d]) => d !== 0)];
        assert.deepEqual(await until(changed), await until(base));
      }),
      RUNS,
    );
  });

  test("does not depend on the order of the watches", async () => {
    await fc.assert(
      fc.asyncProperty(someWatches, fc.integer(), async (watches, seed) => {
        const shuffled = watches
          .map((watch, i) => ({ watch, key: Math.sin(seed + 7 * i) }))
          .sort((a, b) => a.key - b.key)
          .map(({ watch }) => watch);
        assertClose(await rowsOf(await panelOf(shuffled)), await rowsOf(await panelOf(watches)));
      }),
      RUNS,
    );
  });

  test("counts a row that stands twice twice, and its video once", async () => {
    await fc.assert(
      fc.asyncProperty(someWatches, async (watches) => {
        const once = await rowsOf(await panelOf(watches));
        const twice = await rowsOf(await panelOf([...watches, ...watches]));
        const doubled = once.map((row) => ({
          interactions: 2 * (row.interactions as number),
          unique_videos: row.unique_videos,
          lag_1_interactions: 2 * (row.lag_1_interactions as number),
          active_day: row.active_day,
        }));
        assert.deepEqual(
          twice.map(({ interactions, unique_videos, lag_1_interactions, active_day }) => ({
            interactions,
            unique_videos,
            lag_1_interactions,
            active_day,
          })),
          doubled,
        );
      }),
      RUNS,
    );
  });
});

describe("edges of the calendar", () => {
  const everyDay: DayWatch[] = Array.from({ length: 10 }, (_, day) => [7, day, day, 1000 * day]);

  test("on the first days the past counts as zero", async () => {
    const rows = await rowsOf(await panelOf(everyDay));
    assert.deepEqual(
      rows
        .slice(0, 5)
        .map((row) => [row.lag_1_interactions, row.prior_3day_total_play_duration_sec]),
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [1, 3],
        [1, 6],
      ],
    );
  });

  test("on the last days the future is missing, not zero", async () => {
    const rows = await rowsOf(await panelOf(everyDay));
    const missing = (column: string) => rows.filter((row) => row[column] === null).length;
    assert.deepEqual(
      [
        "next_day_active",
        "future_3day_interactions",
        "future_7day_active_days",
        "lead_7_active_day",
      ].map(missing),
      [1, 3, 7, 7],
    );
    assert.equal(rows[6]?.future_3day_play_duration_sec, 24, "days 7, 8 and 9");
    assert.equal(rows[7]?.future_3day_play_duration_sec, null);
  });

  test("a user who pauses has zeros, and yesterday is yesterday", async () => {
    const rows = await rowsOf(
      await panelOf([
        [1, 0, 1, 8000],
        [1, 4, 1, 8000],
        [2, 2, 1, 100],
      ]),
    );
    assert.equal(rows.length, 10, "two users on five days");
    assert.deepEqual(
      rows
        .slice(0, 5)
        .map((row) => [row.active_day, row.lag_1_active_day, row.prior_3day_active_day]),
      [
        [1, 0, 0],
        [0, 1, 1],
        [0, 0, 1],
        [0, 0, 1],
        [1, 0, 0],
      ],
    );
    assert.equal(rows[0]?.future_3day_active_days, 0, "no watch on the three days after");
  });

  test("a longer calendar adds days without watches", async () => {
    const observed = await observedOf([[1, 2, 1, 8000]]);
    const wide = await denseUserDays(observed, { from: dayOf(0), to: dayOf(5) });
    assert.deepEqual(
      (await wide.rows()).map((row) => row.interactions),
      [0, 0, 1, 0, 0, 0],
    );
  });

  test("a date outside the calendar is refused, in one sentence", async () => {
    const observed = await observedOf([
      [1, 2, 1, 8000],
      [1, 9, 1, 8000],
    ]);
    await assert.rejects(
      denseUserDays(observed, { to: dayOf(5) }),
      /has days from 2020-07-07 to 2020-07-14, outside the calendar from 2020-07-07 to 2020-07-10/,
    );
    await assert.rejects(denseUserDays(observed, { from: "2020-7-1" }), /written like 2020-07-05/);
    await assert.rejects(
      denseUserDays(observed, { from: "2020-06-31" }),
      /written like 2020-07-05/,
    );
    const far = await observedOf([
      [1, 0, 1, 8000],
      [1, 365 * 40, 1, 8000],
    ]);
    await assert.rejects(
      denseUserDays(far),
      /has 14601 days, more than 1000\. Is one of the dates wrong/,
    );
  });

  test("watches without any date make no panel", async () => {
    await assert.rejects(denseUserDays(await observedOf([[1, null, 1, 1]])), /no day with a watch/);
  });
});

describe("other windows, horizons and covariates", () => {
  const watches: DayWatch[] = [1, 2, 1, 3, 2, 0, 4, 1].flatMap((n, day) =>
    Array.from({ length: n }, (_, video): DayWatch => [7, day, video, 1000]),
  );

  test("history over any days", async () => {
    const dense = await denseUserDays(await observedOf(watches));
    const options = { columns: ["interactions"], lags: [1, 2], windows: [2, 5] };
    const panel = await addHistory(dense, options);
    assert.deepEqual(historyColumns(options), [
      "lag_1_interactions",
      "lag_2_interactions",
      "prior_2day_interactions",
      "prior_5day_interactions",
    ]);
    assert.deepEqual(
      (await panel.rows())
        .map((row) => historyColumns(options).map((column) => row[column]))
        .at(-1),
      [4, 0, 4, 10],
    );
  });

  test("futures over any days, of any column", async () => {
    const dense = await denseUserDays(await observedOf(watches));
    const outcomes = { unique_videos: { nextDay: "videos", future: "videos" } };
    const panel = await addFuture(dense, { horizons: [2], outcomes });
    const rows = await panel.rows();
    assert.deepEqual(
      rows.map((row) => row.future_2day_videos),
      [3, 4, 5, 2, 4, 5, null, null],
    );
    assert.ok(!("next_day_videos" in rows[0]!));
  });

  test("a covariate of one's own goes through the whole pipeline", async () => {
    const extra = { longest_play: "max(play_duration)" };
    const observed = await userDayObserved(
      await watchesOf([
        [7, 0, 1, 50],
        [7, 0, 2, 70],
        [7, 3, 1, 20],
      ]),
      { extra },
    );
    const panel = await addHistory(await denseUserDays(observed), { columns: ["longest_play"] });
    const seen = await addColumns(panel, { any: "prior_3day_longest_play > 0" }, "with_any");
    assert.deepEqual(
      (await seen.rows()).map((row) => [row.longest_play, row.lag_1_longest_play, row.any]),
      [
        [70, 0, false],
        [0, 70, true],
        [0, 0, true],
        [20, 0, true],
      ],
    );
  });

  test("steps that make no sense are refused", async () => {
    const observed = await observedOf([
      [7, 0, 1, 50],
      [7, 2, 1, 50],
    ]);
    await assert.rejects(
      addHistory(observed, { columns: ["interactions"] }),
      /some days are missing/,
    );
    await assert.rejects(addFuture(observed), /has no column active_day/);
    const dense = await denseUserDays(observed);
    await assert.rejects(
      addHistory(dense, { columns: ["watches"] }),
      /has no column watches\. It has user_id, /,
    );
    await assert.rejects(addHistory(dense, { windows: [0] }), /from 1 to 366, not 0/);
    await assert.rejects(addFuture(dense, { horizons: [1.5] }), /from 1 to 366, not 1\.5/);
    const twice = await dense.engine.table(
      "twice",
      `SELECT * FROM ${dense.name} UNION ALL SELECT * FROM ${dense.name}`,
    );
    await assert.rejects(addHistory(twice), /6 rows for 3 user-days: some stand twice/);
  });

  test("the columns of the state are those the course uses", () => {
    assert.deepEqual(
      [...STATE_COLUMNS],
      [
        "active_day",
        "interactions",
        "total_play_duration_sec",
        "avg_watch_ratio",
        "high_watch_share",
      ],
    );
  });
});
