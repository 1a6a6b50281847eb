/** What a user did on the days after: outcomes, kept apart from treatment and history. */
import { valueAfter } from "../loaders/dialect";
import { quoteName, type Relation } from "../loaders/engine";
import { assertColumns } from "./columnTypes";
import { assertGrid, DAYS_OF_USER } from "./userDayGrid";
import { assertDays, daysUpTo } from "./userDayHistory";

export interface FutureOptions {
  /** Horizons in days. Default 1, 3, 7. The horizon 1 is called `next_day_...`, the others `future_3day_...`. */
  readonly horizons?: readonly number[];
  /** Columns to look ahead on, and how they are called on the next day and over several days. */
  readonly outcomes?: Readonly<Record<string, OutcomeNames>>;
}

export interface OutcomeNames {
  readonly nextDay: string;
  readonly future: string;
}

/** Activity, watches and watch time. */
export const OUTCOME_COLUMNS: Readonly<Record<string, OutcomeNames>> = {
  active_day: { nextDay: "active", future: "active_days" },
  interactions: { nextDay: "interactions", future: "interactions" },
  total_play_duration_sec: { nextDay: "play_duration_sec", future: "play_duration_sec" },
};

/**
 * The relation `user_day_future`: the panel with `lead_k_x`, the value of x k days later, for k from 1 to the longest
 * horizon, and for each horizon h the sum of x over the days 1 to h after (`next_day_x` for h = 1). A sum is missing, not
 * smaller, where the panel ends before its last day.
 * @throws Error when the panel is no grid; RangeError for a horizon that is no number of days
 */
export async function addFuture(panel: Relation, options: FutureOptions = {}): Promise<Relation> {
  const { horizons = [1, 3, 7], outcomes = OUTCOME_COLUMNS } = options;
  horizons.forEach(assertDays);
  await assertColumns(panel, Object.keys(outcomes));
  await assertGrid(panel);
  const lead = (column: string, days: number) => quoteName(`lead_${days}_${column}`);
  const leads = Object.keys(outcomes).flatMap((column) =>
    daysUpTo(Math.max(...horizons)).map(
      (days) => `${valueAfter(quoteName(column), days, "days")}::DOUBLE AS ${lead(column, days)}`,
    ),
  );
  const sums = horizons.flatMap((horizon) =>
    Object.entries(outcomes).map(([column, names]) => {
      // A sum of leads is missing as soon as one of them is.
      const sum = daysUpTo(horizon).map((days) => lead(column, days));
      return `${sum.join(" + ")} AS ${quoteName(outcomeName(horizon, names))}`;
    }),
  );
  return panel.engine.table(
    "user_day_future",
    `WITH ahead AS (SELECT *, ${leads.join(",\n")} FROM ${panel.name} WINDOW days AS ${DAYS_OF_USER})
     SELECT *, ${sums.join(",\n")} FROM ahead ORDER BY user_id, event_date`,
  );
}

function outcomeName(horizon: number, { nextDay, future }: OutcomeNames): string {
  return horizon === 1 ? `next_day_${nextDay}` : `future_${horizon}day_${future}`;
}
