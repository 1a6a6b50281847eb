/** Candidate treatments: days that the recommender made intense, by a threshold over the active days. */
import { quantile } from "../loaders/dialect";
import { quoteName, type Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";
import { assertColumns } from "./columnTypes";
import { double } from "./watchEvents";

/** An active day on which the column reaches the threshold. */
export interface TreatmentRule {
  readonly column: string;
  /** Threshold as a quantile of the column over active days, by linear interpolation. */
  readonly quantile?: number;
  /** Threshold as a number; in place of the quantile. */
  readonly threshold?: number;
}

export interface TreatmentThreshold extends Row {
  readonly candidate_treatment: string;
  readonly rule: string;
  readonly threshold: number;
}

export interface TreatedPanel extends Relation {
  readonly thresholds: readonly TreatmentThreshold[];
}

/** The two candidates of the course: many watches, and a large share of them nearly to the end. */
export const TREATMENT_RULES: Readonly<Record<string, TreatmentRule>> = {
  treatment_high_intensity: { column: "interactions", quantile: 0.75 },
  treatment_high_watch_exposure: { column: "high_watch_share", quantile: 0.5 },
};

/**
 * The relation `user_day`: the panel with one column a rule, 1 on active days on which the rule's column is at least its
 * threshold, else 0.
 * @throws RangeError for a rule without exactly one of quantile and threshold, or without active days
 */
export async function addTreatments(
  panel: Relation,
  rules: Readonly<Record<string, TreatmentRule>> = TREATMENT_RULES,
): Promise<TreatedPanel> {
  await assertColumns(
    panel,
    Object.values(rules).map((rule) => rule.column),
  );
  const thresholds: TreatmentThreshold[] = [];
  for (const [name, rule] of Object.entries(rules)) {
    thresholds.push({
      candidate_treatment: name,
      rule: `active day and ${rule.column} >= ${thresholdText(name, rule)}`,
      threshold: await thresholdOf(panel, name, rule),
    });
  }
  const columns = thresholds.map(({ candidate_treatment: name, threshold }) => {
    const column = quoteName(rules[name]!.column);
    return `(active_day = 1 AND ${column} >= ${double(threshold)})::BIGINT AS ${quoteName(name)}`;
  });
  const relation = await panel.engine.table(
    "user_day",
    `SELECT *, ${columns.join(", ")} FROM ${panel.name} ORDER BY user_id, event_date`,
  );
  return { ...relation, thresholds };
}

async function thresholdOf(panel: Relation, name: string, rule: TreatmentRule): Promise<number> {
  if (rule.threshold !== undefined) return rule.threshold;
  const { threshold } = await panel.engine.row<{ threshold: number | null }>(
    `SELECT ${quantile(`${quoteName(rule.column)}::DOUBLE`, rule.quantile!)} AS threshold
     FROM ${panel.name} WHERE active_day = 1`,
  );
  if (threshold !== null) return threshold;
  throw new RangeError(`${name} has no threshold: ${panel.name} has no active day.`);
}

function thresholdText(name: string, rule: TreatmentRule): string {
  const { quantile: p, threshold } = rule;
  if ((p === undefined) === (threshold === undefined)) {
    throw new RangeError(`${name} needs either a quantile or a threshold.`);
  }
  if (p === undefined) return String(threshold);
  if (!(p > 0 && p < 1)) {
    throw new RangeError(`${name}: a quantile lies strictly between 0 and 1, not at ${p}.`);
  }
  return p === 0.5
    ? "active-day median"
    : `active-day ${ordinal(Number((100 * p).toPrecision(6)))} percentile`;
}

/** 75 becomes `75th`, 2.5 becomes `2.5th`. */
function ordinal(n: number): string {
  const tail = Number.isInteger(n) && Math.floor(n / 10) % 10 !== 1 ? n % 10 : 0;
  return `${n}${{ 1: "st", 2: "nd", 3: "rd" }[tail] ?? "th"}`;
}

/** One row a treatment: share_of_user_days (of all days, active or not), treated_user_days. */
export async function treatmentSummary(panel: TreatedPanel): Promise<Row[]> {
  const summaries = panel.thresholds.map(({ candidate_treatment: name }, position) => {
    const column = quoteName(name);
    return `SELECT ${position} AS position, '${name.replaceAll("'", "''")}' AS treatment,
      avg(${column}) AS share_of_user_days, sum(${column})::BIGINT AS treated_user_days FROM ${panel.name}`;
  });
  const rows = await panel.engine.rows(`${summaries.join(" UNION ALL ")} ORDER BY position`);
  return rows.map(({ position: _, ...row }) => row);
}
