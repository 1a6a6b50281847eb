/** The long-term course's days as a panel of users followed over time, for estimators of treatment histories. */
import { quoteName, type Relation } from "../loaders/engine";
import { HISTORY_COVARIATES, PRIMARY } from "./estimandPanel";

/** Fits `Longitudinal` of `lib/causal/longitudinal`: tables of user and day, user by user. */
export interface LongitudinalPanel {
  readonly units: number;
  readonly periods: number;
  readonly baseline: Readonly<Record<string, Float64Array>>;
  /** What was known before the day's treatment: the history, the day of the calendar, and whether the user was active. */
  readonly varying: Readonly<Record<string, Float64Array>>;
  readonly treatment: Float64Array;
  /** The primary outcome of each day. */
  readonly outcome: Float64Array;
  /** Days without activity cannot be treated. */
  readonly treatableWhen: "active_day";
  /** user_id of each unit. */
  readonly users: Float64Array;
}

/**
 * All users over the days that have a complete follow-up. A missing treatment (a day without activity) is 0.
 * @param days  of `estimandDays`
 * @throws Error when users differ in their number of days
 */
export async function longitudinalPanel(days: Relation): Promise<LongitudinalPanel> {
  const varying = [...HISTORY_COVARIATES, "calendar_day_index", "active_day"];
  const names = [...varying, PRIMARY.treatment, PRIMARY.outcome, "user_id"];
  const table = await days.engine.arrow(
    `SELECT ${names.map((name) => `coalesce(${name}, 0)::DOUBLE AS ${quoteName(name)}`).join(", ")}
     FROM ${quoteName(days.name)} WHERE days_until_panel_end >= ${PRIMARY.followUp} ORDER BY user_id, event_date`,
  );
  const column = (name: string) => table.getChild(name)!.toArray() as Float64Array;
  const ids = column("user_id");
  const units = new Set(ids).size;
  const periods = table.numRows / units;
  if (!ids.every((id, i) => id === ids[i - (i % periods)])) {
    throw new Error("Users differ in their number of days; a panel has all days of all users.");
  }
  return {
    units,
    periods,
    baseline: {},
    varying: Object.fromEntries(varying.map((name) => [name, column(name)])),
    treatment: column(PRIMARY.treatment),
    outcome: column(PRIMARY.outcome),
    treatableWhen: "active_day",
    users: Float64Array.from({ length: units }, (_, u) => ids[u * periods]!),
  };
}
