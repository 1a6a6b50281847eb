/** What chapters 03 to 07 of the long-term course adjust for: the past of a day as columns, and how it goes with the treatment. */
import { quoteName, type Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";
import { type Features, featureColumn, features } from "../stats/features";
import { HISTORY_COVARIATES } from "./estimandPanel";

/** The 12 numeric covariates of the course, in the order of its tables. */
export const ADJUSTMENT_COVARIATES = [
  ...HISTORY_COVARIATES,
  "calendar_day_index",
  "panel_day_index",
] as const;

/** DuckDB's and pandas' names of days, in the order of the week. */
const WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

export interface AdjustmentData {
  /** The covariates and seven indicators `day_of_week_Monday` ... of the day of the week. */
  readonly x: Features;
  /** The 12 covariates by name. */
  readonly covariates: Readonly<Record<string, Float64Array>>;
  /** 0 or 1. */
  readonly treatment: Float64Array;
  readonly outcome: Float64Array;
  /** User of each row. */
  readonly cluster: Float64Array;
  readonly rows: number;
}

/** Columns of the modelling table for estimators, rows in its order. It has no missing values. */
export async function adjustmentData(panel: Relation): Promise<AdjustmentData> {
  const weekdays = WEEK.map((day) => `day_of_week_${day}`);
  const read = await doubles(panel, {
    ...Object.fromEntries(ADJUSTMENT_COVARIATES.map((name) => [name, name])),
    ...Object.fromEntries(WEEK.map((day) => [`day_of_week_${day}`, `day_of_week = '${day}'`])),
    treatment: "treatment",
    outcome: "outcome",
    user_id: "user_id",
  });
  const named = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, read(name)]));
  return {
    x: features(named([...ADJUSTMENT_COVARIATES, ...weekdays])),
    covariates: named(ADJUSTMENT_COVARIATES),
    treatment: read("treatment"),
    outcome: read("outcome"),
    cluster: read("user_id"),
    rows: read("outcome").length,
  };
}

/** Columns of the calendar for a regression: a line over the days, and the days of the week against Friday. */
export function calendarColumns({ x }: AdjustmentData): Record<string, Float64Array> {
  const weekdays = WEEK.filter((day) => day !== "Friday").map((day) => `day_of_week_${day}`);
  const names = ["calendar_day_index", ...weekdays];
  return Object.fromEntries(names.map((name) => [name, featureColumn(x, name)]));
}

/** SQL expressions by name, read as doubles. */
async function doubles(panel: Relation, expressions: Readonly<Record<string, string>>) {
  const selected = Object.entries(expressions).map(
    ([name, sql]) => `(${sql})::DOUBLE AS ${quoteName(name)}`,
  );
  const table = await panel.engine.arrow(
    `SELECT ${selected.join(", ")} FROM ${quoteName(panel.name)}`,
  );
  return (name: string) => table.getChild(name)!.toArray() as Float64Array;
}

/** One row a day: share treated and mean outcome. */
export function dailyTreatmentAndOutcome(panel: Relation): Promise<Row[]> {
  return panel.engine.rows(
    `SELECT event_date, count(*) AS rows, avg(treatment) AS treatment_rate, avg(outcome) AS mean_outcome
     FROM ${quoteName(panel.name)} GROUP BY event_date ORDER BY event_date`,
  );
}

/** Past states whose buckets show that the treatment follows the past. */
export const HISTORY_STATES = [
  "prior_3day_high_watch_share",
  "prior_3day_avg_watch_ratio",
  "prior_3day_interactions",
] as const;

/**
 * Share treated by fifths of a past state: history_variable, bucket (1 lowest), rows, from, to, treatment_rate, mean_outcome.
 * Buckets are ranks cut into equal parts; rows with the same value may stand on both sides of a cut.
 */
export async function treatmentByHistory(
  panel: Relation,
  { buckets = 5 }: { readonly buckets?: number } = {},
): Promise<Row[]> {
  const tables = HISTORY_STATES.map((name) =>
    panel.engine.rows(
      `WITH cut AS (SELECT ${name} AS state, treatment, outcome,
         ntile(${buckets}) OVER (ORDER BY ${name}, user_id, event_date) AS bucket FROM ${quoteName(panel.name)})
       SELECT '${name}' AS history_variable, bucket, count(*) AS rows, min(state) AS "from", max(state) AS "to",
         avg(treatment) AS treatment_rate, avg(outcome) AS mean_outcome FROM cut GROUP BY bucket ORDER BY bucket`,
    ),
  );
  return (await Promise.all(tables)).flat();
}

/** Why the past confounds: pre_treatment_state, why_it_predicts_treatment, why_it_predicts_outcome. */
export function confoundingMap(): Row[] {
  const row = (state: string, treatment: string, outcome: string) => ({
    pre_treatment_state: state,
    why_it_predicts_treatment: treatment,
    why_it_predicts_outcome: outcome,
  });
  return [
    row(
      "lag_1_interactions",
      "Who watched much yesterday is shown more today, and watches it differently.",
      "Volume lasts: busy days follow busy days.",
    ),
    row(
      "prior_3day_interactions",
      "A busy week changes how far single videos are watched.",
      "It measures how active a user is at present.",
    ),
    row(
      "prior_3day_avg_watch_ratio",
      "Who watched to the end is likely to do so again.",
      "Satisfied users come back.",
    ),
    row(
      "calendar_day_index, day_of_week",
      "Supply and leisure differ between days.",
      "So does activity, for everybody at once.",
    ),
  ];
}

/**
 * The relation `weighted_panel`: the modelling table with these columns added, one value a row in its order.
 * @throws Error when a column does not have one value a row
 */
export async function weightedPanel(
  panel: Relation,
  added: Readonly<Record<string, Float64Array>>,
): Promise<Relation> {
  const rows = await panel.count();
  for (const [name, values] of Object.entries(added)) {
    if (values.length !== rows) {
      throw new Error(`Column ${name} has ${values.length} values; the table has ${rows} rows.`);
    }
  }
  const columns = await panel.engine.tableFrom("weight_columns", added);
  return panel.engine.table(
    "weighted_panel",
    `SELECT * FROM ${quoteName(panel.name)} POSITIONAL JOIN ${quoteName(columns.name)}`,
  );
}
