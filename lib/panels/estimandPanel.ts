/** From user-days to the rows of one question: candidate treatments and outcomes, who is eligible, the modelling table. */

import { allColumnsBut, dayLiteral, mean, wholeDaysBetween } from "../loaders/dialect";
import { quoteName, quoteText, type Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";
import { addTreatments, TREATMENT_RULES, type TreatedPanel } from "./userDayTreatments";

/** The course's four candidate treatments; two of them are columns of chapter 01. */
export const CANDIDATE_TREATMENTS = [
  "treatment_high_intensity",
  "treatment_high_watch_exposure",
  "treatment_overcompletion_exposure",
  "treatment_high_watch_time",
] as const;

/** Its eight candidate outcomes. */
export const CANDIDATE_OUTCOMES = [
  "next_day_active",
  "future_3day_active_days",
  "future_7day_active_days",
  "future_3day_interactions",
  "future_7day_interactions",
  "future_7day_avg_daily_interactions",
  "future_7day_play_hours",
  "log1p_future_7day_interactions",
] as const;

/** What was known before the day: the course's covariates, in the order of its tables. */
export const HISTORY_COVARIATES = [
  "lag_1_active_day",
  "lag_1_interactions",
  "lag_1_total_play_duration_sec",
  "lag_1_avg_watch_ratio",
  "lag_1_high_watch_share",
  "prior_3day_active_day",
  "prior_3day_interactions",
  "prior_3day_total_play_duration_sec",
  "prior_3day_avg_watch_ratio",
  "prior_3day_high_watch_share",
] as const;

export const PRIMARY = {
  treatment: "treatment_high_watch_exposure",
  outcome: "future_7day_interactions",
  secondary: [
    "future_7day_active_days",
    "future_7day_avg_daily_interactions",
    "future_7day_play_hours",
    "log1p_future_7day_interactions",
  ],
  /** Days of history and of follow-up that a day needs. */
  history: 3,
  followUp: 7,
} as const;

/**
 * The relation `estimand_days`: all user-days with the derived columns of the course: place in the panel
 * (panel_day_index from 0, days_until_panel_end, calendar_day_index since the first day, day_of_week), what history and
 * follow-up they have, per-day, per-hour and logarithmic outcomes, and all four candidate treatments.
 */
export async function estimandDays(userDays: Relation): Promise<TreatedPanel> {
  const { engine } = userDays;
  const { first } = await engine.row<{ first: string }>(
    `SELECT strftime(min(event_date), '%Y-%m-%d') AS first FROM ${quoteName(userDays.name)}`,
  );
  const placed = await engine.table(
    "placed_days",
    `SELECT ${allColumnsBut("days", ["treatment_high_intensity", "treatment_high_watch_exposure"])},
       row_number() OVER w - 1 AS panel_day_index,
       count(*) OVER (PARTITION BY user_id) - 1 AS max_panel_day_index,
       dayname(event_date) AS day_of_week,
       ${wholeDaysBetween(dayLiteral(first), "event_date")} AS calendar_day_index
     FROM ${quoteName(userDays.name)} AS days
     WINDOW w AS (PARTITION BY user_id ORDER BY event_date) ORDER BY user_id, event_date`,
  );
  const followed = await engine.table(
    "followed_days",
    `SELECT *, max_panel_day_index - panel_day_index AS days_until_panel_end,
       (max_panel_day_index - panel_day_index >= 1)::BIGINT AS has_1day_followup,
       (max_panel_day_index - panel_day_index >= 3)::BIGINT AS has_3day_followup,
       (max_panel_day_index - panel_day_index >= 7)::BIGINT AS has_7day_followup,
       (panel_day_index >= 3)::BIGINT AS has_3day_history,
       future_3day_interactions / 3 AS future_3day_avg_daily_interactions,
       future_7day_interactions / 7 AS future_7day_avg_daily_interactions,
       future_3day_play_duration_sec / 3600 AS future_3day_play_hours,
       future_7day_play_duration_sec / 3600 AS future_7day_play_hours,
       ln(1 + future_7day_interactions) AS log1p_future_7day_interactions,
       ln(1 + future_7day_play_duration_sec) AS log1p_future_7day_play_duration_sec
     FROM ${placed.name} ORDER BY user_id, event_date`,
  );
  return addTreatments(followed, {
    ...TREATMENT_RULES,
    treatment_overcompletion_exposure: { column: "complete_or_rewatch_share", quantile: 0.5 },
    treatment_high_watch_time: { column: "total_play_duration_sec", quantile: 0.75 },
  });
}

/** Metric and value: rows, users, dates, first and last date, share of active days, mean watches and minutes a day. */
export async function panelSummary(days: Relation): Promise<Row[]> {
  const summary = await days.engine.row(
    `SELECT count(*) AS rows, count(DISTINCT user_id) AS users, count(DISTINCT event_date) AS dates,
       strftime(min(event_date), '%Y-%m-%d') AS first_date, strftime(max(event_date), '%Y-%m-%d') AS last_date,
       ${mean("active_day")} AS active_day_rate, ${mean("interactions")} AS mean_daily_interactions,
       ${mean("total_play_duration_sec")} / 60 AS mean_daily_watch_minutes FROM ${days.name}`,
  );
  return Object.entries(summary).map(([metric, value]) => ({ metric, value }));
}

/** One row a candidate treatment: how common it is, and whether users have both kinds of active days. */
export function treatmentOverview(days: Relation): Promise<Row[]> {
  const one = (treatment: string, place: number) => `
    SELECT ${place} AS place, '${treatment}' AS treatment, avg(t) AS share_all_days,
      avg(t) FILTER (active_day = 1) AS share_active_days, sum(t)::BIGINT AS treated_days,
      count(DISTINCT user_id) FILTER (t = 1) AS treated_users,
      count(*) FILTER (active_day = 1 AND t = 0) AS untreated_active_days,
      (SELECT count(*) FROM (SELECT user_id FROM ${days.name} WHERE active_day = 1 GROUP BY user_id
        HAVING max(${treatment}) = 1 AND min(${treatment}) = 0)) AS users_with_both
    FROM (SELECT *, ${treatment} AS t FROM ${days.name})`;
  return ordered(days, CANDIDATE_TREATMENTS.map(one));
}

/** One row a candidate outcome: missing, moments, quartiles, share at 0 and at the largest value, distinct values. */
export function outcomeOverview(days: Relation): Promise<Row[]> {
  const one = (outcome: string, place: number) => `
    SELECT ${place} AS place, '${outcome}' AS outcome, avg((${outcome} IS NULL)::INTEGER) AS missing_rate,
      avg(${outcome}) AS mean, stddev_samp(${outcome}) AS std, min(${outcome})::DOUBLE AS min,
      quantile_cont(${outcome}, 0.25)::DOUBLE AS p25, quantile_cont(${outcome}, 0.5)::DOUBLE AS median,
      quantile_cont(${outcome}, 0.75)::DOUBLE AS p75, max(${outcome})::DOUBLE AS max,
      avg((${outcome} = 0)::INTEGER) AS share_zero,
      avg((${outcome} = (SELECT max(${outcome}) FROM ${days.name}))::INTEGER) AS share_at_max,
      count(DISTINCT ${outcome}) AS distinct_values FROM ${days.name}`;
  return ordered(days, CANDIDATE_OUTCOMES.map(one));
}

/** Outcomes that count days: how often they stand at their ceiling, as a share of all rows, missing ones included. */
export function retentionCeiling(days: Relation): Promise<Row[]> {
  const one = (outcome: string, place: number) => `
    SELECT ${place} AS place, '${outcome}' AS outcome, count(${outcome}) AS available_rows, avg(${outcome}) AS mean,
      count(*) FILTER (${outcome} = (SELECT max(${outcome}) FROM ${days.name})) / count(*) AS share_at_max
    FROM ${days.name}`;
  return ordered(
    days,
    ["next_day_active", "future_3day_active_days", "future_7day_active_days"].map(one),
  );
}

/**
 * One row an outcome and treatment, on active days with the outcome: means, difference, relative lift, rows. Means are
 * missing for an arm without days, the lift also over an untreated mean of 0.
 */
export function candidateContrasts(days: Relation): Promise<Row[]> {
  const pairs = [...CANDIDATE_OUTCOMES]
    .sort()
    .flatMap((outcome) =>
      [...CANDIDATE_TREATMENTS].sort().map((treatment) => ({ outcome, treatment })),
    );
  const one = ({ outcome, treatment }: (typeof pairs)[number], place: number) => `
    SELECT ${place} AS place, '${outcome}' AS outcome, '${treatment}' AS treatment, control_mean, treated_mean,
      treated_mean - control_mean AS difference, treated_mean / nullif(control_mean, 0) - 1 AS relative_lift,
      control_rows, treated_rows
    FROM (SELECT avg(${outcome}) FILTER (${treatment} = 0) AS control_mean,
        avg(${outcome}) FILTER (${treatment} = 1) AS treated_mean,
        count(*) FILTER (${treatment} = 0) AS control_rows, count(*) FILTER (${treatment} = 1) AS treated_rows
      FROM ${days.name} WHERE active_day = 1 AND ${outcome} IS NOT NULL)`;
  return ordered(days, pairs.map(one));
}

/** The steps from all user-days to the modelling table: step, rows, users, share_of_all_rows. */
export function eligibilityFunnel(days: Relation): Promise<Row[]> {
  const active = "active_day = 1";
  const history = `${active} AND panel_day_index >= ${PRIMARY.history}`;
  const followed = `${history} AND days_until_panel_end >= ${PRIMARY.followUp}`;
  const complete = `${followed} AND ${PRIMARY.treatment} IS NOT NULL AND ${PRIMARY.outcome} IS NOT NULL`;
  const steps: readonly (readonly [string, string])[] = [
    ["All user-days", "true"],
    ["Active day", active],
    [`At least ${PRIMARY.history} days of history`, history],
    [`At least ${PRIMARY.followUp} days of follow-up`, followed],
    ["Treatment and outcome observed", complete],
  ];
  const one = ([step, where]: (typeof steps)[number], place: number) => `
    SELECT ${place} AS place, '${step}' AS step, count(*) AS rows, count(DISTINCT user_id) AS users,
      count(*) / (SELECT count(*) FROM ${days.name}) AS share_of_all_rows FROM ${days.name} WHERE ${where}`;
  return ordered(days, steps.map(one));
}

/**
 * The relation `estimand_panel`: eligible user-days, 30 columns: identification and calendar, the primary treatment and
 * outcomes, the other candidate treatments, the history, and the copies `treatment`, `outcome`, `outcome_log1p` that
 * models use.
 * @throws Error when a value is missing in it
 */
export async function estimandPanel(days: Relation): Promise<Relation> {
  const { treatment, outcome, secondary } = PRIMARY;
  const others = CANDIDATE_TREATMENTS.filter((name) => name !== treatment);
  const columns = [
    "user_id",
    "event_date",
    "day_of_week",
    "calendar_day_index",
    "panel_day_index",
    "active_day",
    treatment,
    outcome,
    ...secondary,
    ...others,
    ...HISTORY_COVARIATES,
  ];
  const panel = await days.engine.table(
    "estimand_panel",
    `SELECT ${columns.join(", ")}, ${treatment}::BIGINT AS treatment, ${outcome}::DOUBLE AS outcome,
       ln(1 + ${outcome}) AS outcome_log1p, '${treatment}' AS primary_treatment_name,
       '${outcome}' AS primary_outcome_name
     FROM ${days.name}
     WHERE active_day = 1 AND panel_day_index >= ${PRIMARY.history} AND days_until_panel_end >= ${PRIMARY.followUp}
       AND ${treatment} IS NOT NULL AND ${outcome} IS NOT NULL ORDER BY user_id, event_date`,
  );
  const missing = (await missingRates(panel)).filter((row) => Number(row.missing_rate) > 0);
  if (missing.length === 0) return panel;
  throw new Error(
    `The modelling table has missing values in ${missing.map((row) => row.column).join(", ")}.`,
  );
}

/** column, missing_rate; one row a column. */
export async function missingRates(panel: Relation): Promise<Row[]> {
  const names = await panel.engine.rows<{ name: string }>(
    `SELECT column_name AS name FROM (DESCRIBE ${quoteName(panel.name)})`,
  );
  const one = ({ name }: { name: string }, place: number) => `
    SELECT ${place} AS place, ${quoteText(name)} AS "column", avg((${quoteName(name)} IS NULL)::INTEGER) AS missing_rate
    FROM ${panel.name}`;
  return ordered(panel, names.map(one));
}

/** Rows, mean, standard deviation, least, median and largest outcome, for all and by treatment. */
export function outcomeVariation(panel: Relation): Promise<Row[]> {
  const one = (where: string, group: string, place: number) => `
    SELECT ${place} AS place, '${group}' AS "group", count(*) AS rows, avg(outcome) AS mean,
      stddev_samp(outcome) AS std, min(outcome) AS min, quantile_cont(outcome, 0.5)::DOUBLE AS median,
      max(outcome) AS max FROM ${panel.name} WHERE ${where}`;
  return ordered(panel, [
    one("true", "all", 0),
    one("treatment = 0", "control", 1),
    one("treatment = 1", "treated", 2),
  ]);
}

async function ordered({ engine }: Relation, queries: readonly string[]): Promise<Row[]> {
  const rows = await engine.rows(`${queries.join(" UNION ALL ")} ORDER BY place`);
  return rows.map(({ place: _, ...row }) => row);
}

/** One row a day: share of all user-days with each candidate treatment. */
export function dailyTreatmentShares(days: Relation): Promise<Row[]> {
  const shares = CANDIDATE_TREATMENTS.map((name) => `avg(${name}) AS ${name}`);
  return days.engine.rows(
    `SELECT event_date, ${shares.join(", ")} FROM ${days.name} GROUP BY event_date ORDER BY event_date`,
  );
}

/** The course's question: component, definition. */
export function estimandSummary(): Row[] {
  const { treatment, outcome, history, followUp } = PRIMARY;
  return [
    { component: "unit", definition: "one user on one calendar day" },
    {
      component: "population",
      definition: `active user-days with at least ${history} days of history and ${followUp} days of follow-up`,
    },
    {
      component: "treatment",
      definition: `${treatment}: share of videos watched to at least 80 % reaches the median of active days`,
    },
    { component: "comparator", definition: "active days below that median" },
    { component: "primary outcome", definition: outcome },
    { component: "horizon", definition: `${followUp} days after the day, the day itself excluded` },
    {
      component: "adjustment",
      definition: "recent history of the user and the calendar, measured before the day",
    },
  ];
}
