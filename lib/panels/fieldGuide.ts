/** What the columns of the long-term course are for. */
import type { Row } from "../loaders/rows";
import { CANDIDATE_OUTCOMES, CANDIDATE_TREATMENTS, HISTORY_COVARIATES } from "./estimandPanel";

/** One row a role that columns play: role, columns, description. */
export function fieldGuide(): Row[] {
  const row = (role: string, columns: readonly string[], description: string) => ({
    role,
    columns: columns.join(", "),
    description,
  });
  return [
    row("unit", ["user_id", "event_date"], "One user on one day; every user has every day."),
    row(
      "time",
      ["panel_day_index", "calendar_day_index", "day_of_week", "days_until_panel_end"],
      "Where the day stands. They decide who has history and follow-up.",
    ),
    row("eligibility", ["active_day"], "1 on days with a watch. Only such days can be treated."),
    row("treatment", CANDIDATE_TREATMENTS, "Decided on the day itself, from its watches."),
    row(
      "history",
      HISTORY_COVARIATES,
      "Known before the day: yesterday, and sums over three days.",
    ),
    row("outcome", CANDIDATE_OUTCOMES, "After the day. Missing where the panel ends too early."),
  ];
}
