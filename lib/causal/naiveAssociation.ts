/** Treated against untreated days as they are: what one sees before any adjustment. */
import type { Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";
import { type ClusteredDifference, clusteredDifference } from "./clusteredDifference";
import { completeRows, panelColumns, taken } from "./panelColumns";

export interface NaiveOptions {
  readonly treatments: readonly string[];
  readonly outcomes: readonly string[];
  /** SQL condition on the rows compared. Default `active_day = 1`. */
  readonly where?: string;
  /** Column of the clusters. Default `user_id`. */
  readonly cluster?: string;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
}

export interface NaiveAssociation {
  readonly treatment: string;
  readonly outcome: string;
  readonly estimate: ClusteredDifference;
}

/** For each treatment and outcome the difference in means over the rows in which both are there. Not a causal effect. */
export async function naiveAssociation(
  panel: Relation,
  options: NaiveOptions,
): Promise<NaiveAssociation[]> {
  const { treatments, outcomes, where = "active_day = 1", cluster = "user_id" } = options;
  const data = await panelColumns(panel, [...treatments, ...outcomes, cluster], where);
  return treatments.flatMap((treatment) =>
    outcomes.map((outcome) => {
      const columns = [treatment, outcome, cluster].map((name) => data.column(name));
      const rows = completeRows(columns, data.rows);
      const [a, y, g] = columns.map((column) => taken(column, rows));
      const estimate = clusteredDifference(
        { treatment: a!, outcome: y!, cluster: g! },
        {
          estimand: `difference in means of ${outcome}, days with ${treatment} minus days without`,
          level: options.level,
          dropped: data.rows - rows.length,
        },
      );
      return { treatment, outcome, estimate };
    }),
  );
}

/**
 * One row a pair: treatment, outcome, control_mean, treated_mean, difference, relative_lift (treated / control - 1; missing
 * where the control mean is 0), control_days, treated_days.
 */
export function associationRows(associations: readonly NaiveAssociation[]): Row[] {
  return associations.map(({ treatment, outcome, estimate }) => {
    const { controlMean, treatedMean } = estimate;
    return {
      treatment,
      outcome,
      control_mean: controlMean,
      treated_mean: treatedMean,
      difference: estimate.value,
      relative_lift: controlMean && treatedMean !== null ? treatedMean / controlMean - 1 : null,
      control_days: estimate.controlRows,
      treated_days: estimate.treatedRows,
    };
  });
}

/**
 * One row a pair: treatment, outcome, difference, standard_error (clustered), lower, upper, independent_standard_error (if
 * days of a user were independent), clusters, warnings.
 */
export function associationErrors(associations: readonly NaiveAssociation[]): Row[] {
  return associations.map(({ treatment, outcome, estimate }) => ({
    treatment,
    outcome,
    difference: estimate.value,
    standard_error: estimate.standardError,
    lower: estimate.lower,
    upper: estimate.upper,
    independent_standard_error: estimate.independentStandardError,
    clusters: estimate.clusters,
    warnings: estimate.warnings.join("; "),
  }));
}
