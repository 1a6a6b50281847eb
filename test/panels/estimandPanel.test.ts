import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Relation } from "../../lib/loaders/engine";
import type { Cell, Row } from "../../lib/loaders/rows";
import {
  addTreatments,
  CANDIDATE_OUTCOMES,
  CANDIDATE_TREATMENTS,
  candidateContrasts,
  dailyTreatmentShares,
  eligibilityFunnel,
  estimandDays,
  estimandPanel,
  estimandSummary,
  missingRates,
  outcomeOverview,
  outcomeVariation,
  panelSummary,
  retentionCeiling,
  treatmentOverview,
} from "../../lib/panels";
import { type DayWatch, dayOf, panelOf } from "./userDayFixture";

/** Seconds of a watch by its letter: complete (10 of 10), high (8, not complete), low. */
const PLAY: Readonly<Record<string, number>> = { c: 10_000, h: 8_000, l: 1_000 };

/** A user's watches, one word a day; `-` is a day without any. */
function user(id: number, days: string): DayWatch[] {
  return days
    .split(" ")
    .flatMap((word, day) =>
      [...word].flatMap((kind, video): DayWatch[] =>
        kind === "-" ? [] : [[id, day, video, PLAY[kind]!]],
      ),
    );
}

/**
 * Two users, 12 days, 14 of the 24 user-days active. Watches a day: 1 2 1 2 1 0 2 1 1 3 1 1 and 0 1 0 0 2 0 0 0 0 0 0 2.
 * On active days the high-watch share is six times 0, three times 1/2 and five times 1: the median 1/2 is a tie.
 */
const TWO_USERS = [
  ...user(1, "h hl l cl l - hh l c lll h l"),
  ...user(2, "- l - - cc - - - - - - hl"),
];

const daysOf = async (watches: readonly DayWatch[]) =>
  estimandDays(await addTreatments(await panelOf(watches)));

const twoUsers = () => daysOf(TWO_USERS);

/** The days with some columns put in place of their own: `{ column: "SQL expression" }`. */
function replaced(days: Relation, columns: Readonly<Record<string, string>>): Promise<Relation> {
  const list = Object.entries(columns).map(([name, sql]) => `${sql} AS ${name}`);
  return days.engine.table(
    "replaced_days",
    `SELECT * REPLACE (${list.join(", ")}) FROM ${days.name}`,
  );
}

function assertRow(row: Row | undefined, expected: Readonly<Record<string, Cell>>): void {
  assert.ok(row, "the row is there");
  for (const [column, wanted] of Object.entries(expected)) {
    const value: Cell | undefined = row[column];
    if (typeof wanted === "number" && typeof value === "number") {
      const close = Math.abs(value - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted));
      assert.ok(close, `${column}: ${value}, ${wanted}`);
    } else assert.deepEqual(value, wanted, column);
  }
}

const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name]);

describe("estimandDays", () => {
  test("has the published numbers of user 14's first twelve days", async () => {
    const watches = [26, 23, 78, 22, 55, 52, 32, 42, 46, 42, 10, 87].map((n) => "l".repeat(n));
    const rows = await (await daysOf(user(14, watches.join(" ")))).rows();
    assert.deepEqual(column(rows, "future_7day_interactions"), [
      ...[304, 327, 291, 279, 311],
      ...Array(7).fill(null),
    ]);
    assertRow(rows[0], {
      lag_1_interactions: 0,
      prior_3day_interactions: 0,
      future_7day_avg_daily_interactions: 304 / 7,
      future_7day_play_hours: 304 / 3600,
      log1p_future_7day_interactions: Math.log(305),
      log1p_future_7day_play_duration_sec: Math.log(305),
      future_3day_avg_daily_interactions: 41,
      future_3day_play_hours: 123 / 3600,
    });
    // A sum of three days, also of ratios: each day's is 1 s of 10 s.
    assertRow(rows[3], { prior_3day_interactions: 127, prior_3day_avg_watch_ratio: 0.3 });
    assertRow(rows[11], { next_day_active: null, log1p_future_7day_interactions: null });
  });

  test("places each day in the user's panel and in the calendar", async () => {
    const all = await addTreatments(await panelOf(TWO_USERS));
    // User 2 comes two days later than user 1.
    const later = await all.engine.table(
      "later",
      `SELECT * FROM ${all.name} WHERE user_id = 1 OR event_date >= '${dayOf(2)}' ORDER BY random()`,
    );
    const rows = await (await estimandDays(later)).rows({ orderBy: "user_id, event_date" });
    assert.equal(rows.length, 22);
    assertRow(rows[0], {
      day_of_week: "Sunday",
      calendar_day_index: 0,
      panel_day_index: 0,
      max_panel_day_index: 11,
      days_until_panel_end: 11,
    });
    assertRow(rows[12], {
      user_id: 2,
      day_of_week: "Tuesday",
      calendar_day_index: 2,
      panel_day_index: 0,
      max_panel_day_index: 9,
      days_until_panel_end: 9,
    });
    const own = rows.slice(12);
    assert.deepEqual(column(own, "has_3day_history"), [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual(column(own, "has_7day_followup"), [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(column(own, "has_3day_followup"), [1, 1, 1, 1, 1, 1, 1, 0, 0, 0]);
    assert.deepEqual(column(own, "has_1day_followup"), [1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
  });

  test("has four treatments, at thresholds over active days that a tie reaches", async () => {
    const days = await twoUsers();
    const thresholds = days.thresholds.map((row) => [row.candidate_treatment, row.threshold]);
    assert.deepEqual(thresholds, [
      ["treatment_high_intensity", 2],
      ["treatment_high_watch_exposure", 0.5],
      ["treatment_overcompletion_exposure", 0],
      // Sorted seconds ..., 9, 10, 11, 16, 20: three quarters of the way from 9 to 10.
      ["treatment_high_watch_time", 9.75],
    ]);
    const rows = await days.rows();
    const first = (name: string) => column(rows.slice(0, 12), name);
    assert.deepEqual(first("treatment_high_intensity"), [0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
    assert.deepEqual(first("treatment_high_watch_exposure"), [1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0]);
    // The threshold is 0, and still the sixth day, without watches, is untreated.
    assert.deepEqual(
      first("treatment_overcompletion_exposure"),
      [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
    );
    assert.deepEqual(first("treatment_high_watch_time"), [0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0]);
  });
});

describe("overviews", () => {
  test("of the panel", async () => {
    const summary = await panelSummary(await twoUsers());
    assertRow(Object.fromEntries(summary.map(({ metric, value }) => [metric, value as Cell])), {
      rows: 24,
      users: 2,
      dates: 12,
      first_date: "2020-07-05",
      last_date: "2020-07-16",
      active_day_rate: 14 / 24,
      mean_daily_interactions: 21 / 24,
      mean_daily_watch_minutes: 99 / 24 / 60,
    });
  });

  test("of treatments, of which one leaves no active day untreated", async () => {
    const rows = await treatmentOverview(await twoUsers());
    assert.deepEqual(column(rows, "treatment"), CANDIDATE_TREATMENTS);
    const numbers = [
      [6, 2, 8, 2],
      [8, 2, 6, 2],
      [14, 2, 0, 0],
      [4, 2, 10, 2],
    ];
    numbers.forEach(([treated, users, untreated, both], i) => {
      assertRow(rows[i], {
        share_all_days: treated! / 24,
        share_active_days: treated! / 14,
        treated_days: treated!,
        treated_users: users!,
        untreated_active_days: untreated!,
        users_with_both: both!,
      });
    });
  });

  test("count a user as having both kinds of days by active days only", async () => {
    // User 2's only low day becomes a high one: what is left untreated are days without watches. User 3 has only a low day.
    const days = await daysOf([
      ...user(1, "h hl l cl l - hh l c lll h l"),
      ...user(2, "- h - - cc - - - - - - hl"),
      ...user(3, "- l"),
    ]);
    assertRow((await treatmentOverview(days))[1], {
      treatment: "treatment_high_watch_exposure",
      treated_users: 2,
      users_with_both: 1,
    });
  });

  test("of outcomes are of the days that have them", async () => {
    const rows = await outcomeOverview(await twoUsers());
    assert.deepEqual(column(rows, "outcome"), CANDIDATE_OUTCOMES);
    // 9 8 10 9 9 and 3 2 2 2 2: the sum of squares about 5.6 is 432 - 313.6.
    assertRow(rows[4], {
      outcome: "future_7day_interactions",
      missing_rate: 14 / 24,
      mean: 5.6,
      std: Math.sqrt(118.4 / 9),
      min: 2,
      p25: 2,
      median: 5.5,
      p75: 9,
      max: 10,
      share_zero: 0,
      share_at_max: 1 / 10,
      distinct_values: 5,
    });
    // Sorted 0 0 0 0 1 2 2 2 2 3 3 3 4 4 5 5 5 5: quartiles are interpolated.
    assertRow(rows[3], { outcome: "future_3day_interactions", p25: 1.25, median: 2.5, p75: 4 });
    // 3 3 2 2 2 3 3 3 3 and 1 1 1 1 0 0 0 0 1
    assertRow(rows[1], {
      outcome: "future_3day_active_days",
      missing_rate: 6 / 24,
      mean: 29 / 18,
      share_zero: 4 / 18,
      share_at_max: 6 / 18,
      distinct_values: 4,
    });
  });

  test("of ceilings are shares of all rows, with or without the outcome", async () => {
    const days = await twoUsers();
    const ceiling = await retentionCeiling(days);
    assert.equal(ceiling.length, 3);
    assertRow(ceiling[0], {
      outcome: "next_day_active",
      available_rows: 22,
      mean: 13 / 22,
      share_at_max: 13 / 24,
    });
    assertRow(ceiling[1], {
      outcome: "future_3day_active_days",
      available_rows: 18,
      mean: 29 / 18,
      share_at_max: 6 / 24,
    });
    // The largest seen counts, 6 of 7: user 1's five days have it.
    assertRow(ceiling[2], {
      outcome: "future_7day_active_days",
      available_rows: 10,
      mean: 3.6,
      share_at_max: 5 / 24,
    });
    assertRow((await outcomeOverview(days))[0], { missing_rate: 2 / 24, share_at_max: 13 / 22 });
  });

  test("of days", async () => {
    const rows = await dailyTreatmentShares(await twoUsers());
    assert.equal(rows.length, 12);
    const day = (t: number) => CANDIDATE_TREATMENTS.map((name) => rows[t]![name]);
    assert.deepEqual(rows[4]!.event_date, new Date("2020-07-09T00:00:00Z"));
    assert.deepEqual(day(4), [0.5, 0.5, 1, 0.5]);
    assert.deepEqual(day(5), [0, 0, 0, 0]);
    assert.deepEqual(day(11), [0.5, 0.5, 1, 0]);
  });
});

describe("candidateContrasts", () => {
  test("compare active days that have the outcome", async () => {
    const rows = await candidateContrasts(await twoUsers());
    const pairs = rows.map(({ outcome, treatment }) => `${outcome} ${treatment}`);
    assert.equal(new Set(pairs).size, 32);
    assert.deepEqual(pairs, [...pairs].sort());
    const contrast = (outcome: string, treatment: string) =>
      rows.find((row) => row.outcome === outcome && row.treatment === treatment);
    // Untreated 9 10 9 and user 2's 2; treated 8 9 and user 2's 2.
    assertRow(contrast("future_7day_interactions", "treatment_high_intensity"), {
      control_mean: 7.5,
      treated_mean: 19 / 3,
      difference: -7 / 6,
      relative_lift: -7 / 45,
      control_rows: 4,
      treated_rows: 3,
    });
    assertRow(contrast("next_day_active", "treatment_high_intensity"), {
      control_mean: 5 / 7,
      treated_mean: 4 / 5,
      difference: 3 / 35,
      relative_lift: 0.12,
      control_rows: 7,
      treated_rows: 5,
    });
    assertRow(contrast("future_7day_interactions", "treatment_overcompletion_exposure"), {
      control_mean: null,
      treated_mean: 7,
      difference: null,
      relative_lift: null,
      control_rows: 0,
      treated_rows: 7,
    });
  });

  test("have no lift over an untreated mean of 0", async () => {
    const days = await replaced(await twoUsers(), {
      next_day_active: "next_day_active * treatment_high_intensity",
    });
    const row = (await candidateContrasts(days)).find(
      ({ outcome, treatment }) =>
        outcome === "next_day_active" && treatment === "treatment_high_intensity",
    );
    assertRow(row, { control_mean: 0, treated_mean: 0.8, difference: 0.8, relative_lift: null });
  });
});

describe("eligibility", () => {
  test("goes from all days over active, preceded and followed ones to the modelling table", async () => {
    const rows = await eligibilityFunnel(await twoUsers());
    assert.deepEqual(
      rows.map((row) => Object.values(row)),
      [
        ["All user-days", 24, 2, 1],
        ["Active day", 14, 2, 14 / 24],
        ["At least 3 days of history", 10, 2, 10 / 24],
        ["At least 7 days of follow-up", 3, 2, 3 / 24],
        ["Treatment and outcome observed", 3, 2, 3 / 24],
      ],
    );
  });

  test("drops days without an outcome at its last step only, as the modelling table does", async () => {
    const days = await replaced(await twoUsers(), {
      future_7day_interactions: "CASE WHEN user_id = 1 THEN future_7day_interactions END",
    });
    const rows = await eligibilityFunnel(days);
    assert.deepEqual(column(rows, "rows"), [24, 14, 10, 3, 2]);
    assert.deepEqual(column(rows, "users"), [2, 2, 2, 2, 1]);
    assert.equal(await (await estimandPanel(days)).count(), 2);
  });
});

describe("estimandPanel", () => {
  test("leaves out days too near the end, even with an outcome", async () => {
    const days = await replaced(await twoUsers(), {
      future_7day_interactions: "coalesce(future_7day_interactions, 0)",
    });
    assert.equal(await (await estimandPanel(days)).count(), 3);
  });

  test("has the eligible days, with what came before and after", async () => {
    const rows = await (await estimandPanel(await twoUsers())).rows();
    assert.equal(Object.keys(rows[0]!).length, 30);
    assert.deepEqual(
      rows.map((row) => [row.user_id, row.panel_day_index, row.day_of_week]),
      [
        [1, 3, "Wednesday"],
        [1, 4, "Thursday"],
        [2, 4, "Thursday"],
      ],
    );
    const common = {
      active_day: 1,
      primary_treatment_name: "treatment_high_watch_exposure",
      primary_outcome_name: "future_7day_interactions",
    };
    assertRow(rows[0], {
      ...common,
      treatment: 1,
      outcome: 9,
      outcome_log1p: Math.log(10),
      lag_1_interactions: 1,
      lag_1_high_watch_share: 0,
      prior_3day_active_day: 3,
      prior_3day_interactions: 4,
      prior_3day_high_watch_share: 1.5,
      prior_3day_total_play_duration_sec: 18,
    });
    assertRow(rows[1], {
      ...common,
      treatment: 0,
      outcome: 9,
      future_7day_active_days: 6,
      prior_3day_interactions: 5,
      prior_3day_high_watch_share: 1,
    });
    assertRow(rows[2], {
      ...common,
      treatment: 1,
      outcome: 2,
      lag_1_active_day: 0,
      prior_3day_active_day: 1,
      prior_3day_interactions: 1,
    });
    for (const row of rows) {
      assert.equal(row.treatment, row.treatment_high_watch_exposure);
      assert.equal(row.outcome, row.future_7day_interactions);
    }
  });

  test("with missing values is refused, by column; outside eligible days they do not matter", async () => {
    const missingOn = async (place: number) =>
      replaced(await twoUsers(), {
        lag_1_interactions: `CASE WHEN panel_day_index <> ${place} THEN lag_1_interactions END`,
        prior_3day_avg_watch_ratio: `CASE WHEN panel_day_index <> ${place} THEN prior_3day_avg_watch_ratio END`,
      });
    assert.equal(await (await estimandPanel(await missingOn(2))).count(), 3);
    const rejected = missingOn(3).then(estimandPanel);
    await assert.rejects(
      rejected,
      /missing values in lag_1_interactions, prior_3day_avg_watch_ratio\.$/,
    );
  });

  test("varies by treatment; one row has no standard deviation", async () => {
    const rows = await outcomeVariation(await estimandPanel(await twoUsers()));
    assert.deepEqual(column(rows, "group"), ["all", "control", "treated"]);
    // 9, 9 and 2; the second day is the untreated one.
    assertRow(rows[0], {
      rows: 3,
      mean: 20 / 3,
      std: 7 / Math.sqrt(3),
      min: 2,
      median: 9,
      max: 9,
    });
    assertRow(rows[1], { rows: 1, mean: 9, std: null, min: 9, median: 9, max: 9 });
    assertRow(rows[2], { rows: 2, mean: 5.5, std: 7 / Math.SQRT2, min: 2, median: 5.5, max: 9 });
  });
});

const ODD = `it's "odd"`;

test("missingRates has one row a column, in their order", async () => {
  const { engine } = await twoUsers();
  const table = await engine.tableFrom("holes", {
    full: Float64Array.of(1, 2, 3, 4),
    [ODD]: Float64Array.of(1, Number.NaN, Number.NaN, 4),
    text: ["a", null, "c", "d"],
  });
  assert.deepEqual(await missingRates(table), [
    { column: "full", missing_rate: 0 },
    { column: `it's "odd"`, missing_rate: 0.5 },
    { column: "text", missing_rate: 0.25 },
  ]);
});

test("estimandSummary states each part of the question once", () => {
  const rows = estimandSummary();
  const parts = column(rows, "component");
  assert.equal(new Set(parts).size, parts.length);
  const part = (name: string) => rows.find((row) => row.component === name)?.definition;
  assert.match(String(part("population")), /active .* 3 days of history and 7 days of follow-up/);
  assert.match(String(part("treatment")), /^treatment_high_watch_exposure: /);
  assert.equal(part("primary outcome"), "future_7day_interactions");
});
