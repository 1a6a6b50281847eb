/** The simplest weighting there is: within strata of one covariate, treated and untreated rows count alike. */
import { wholeQuotient } from "../loaders/dialect";
import { quoteName, type Relation } from "../loaders/engine";

export interface StratumOptions {
  readonly treatment: string;
  /** Covariate that is cut into strata of about equal size. */
  readonly covariate: string;
  /** Number of strata. Default 5. */
  readonly strata?: number;
  /** SQL condition on the rows that are weighted; the others get no weight. Default `active_day = 1`. */
  readonly where?: string;
}

export interface StratumWeights extends Relation {
  /** Rows without a weight, because their stratum has only treated or only untreated rows. */
  readonly withoutComparison: number;
}

/**
 * The relation `user_day_weights`: the panel with the column `<treatment>_weight`,
 *
 *     w = share of the row's treatment among all rows / share of the row's treatment among the rows of its stratum,
 *
 * the stabilized inverse probability of treatment when the stratum is all that treatment depends on. A row is in stratum
 * k of K when its rank in the covariate is in the k-th part of the ranks; equal values stay together. A stratum without
 * both kinds of rows has no weights: nobody there can be compared, and `withoutComparison` counts them.
 * Source: Rosenbaum and Rubin 1984, doi:10.1080/01621459.1984.10478078 (five strata); Hernan and Robins 2020, *Causal
 * Inference: What If*, section 12.3 (stabilized weights).
 * @throws RangeError for a number of strata that is none
 */
export async function stratumWeights(
  panel: Relation,
  options: StratumOptions,
): Promise<StratumWeights> {
  const { treatment, covariate, strata = 5, where = "active_day = 1" } = options;
  if (!Number.isInteger(strata) || strata < 1) {
    throw new RangeError(`The number of strata is a whole number from 1 on, not ${strata}.`);
  }
  const [a, x] = [quoteName(treatment), quoteName(covariate)];
  const weights = await panel.engine.table(
    "user_day_weights",
    `WITH ranked AS (
       SELECT user_id, event_date, ${a} AS a, rank() OVER (ORDER BY ${x}) AS place, count(*) OVER () AS n
       FROM ${quoteName(panel.name)} WHERE (${where}) AND ${a} IS NOT NULL AND ${x} IS NOT NULL),
     strata AS (SELECT *, ${wholeQuotient(`${strata} * (place - 1)`, "n")} AS stratum FROM ranked),
     sizes AS (
       SELECT *, count(*) OVER (PARTITION BY a) AS alike, count(*) OVER (PARTITION BY stratum) AS near,
         count(*) OVER (PARTITION BY stratum, a) AS near_and_alike
       FROM strata),
     weights AS (
       SELECT user_id, event_date,
         CASE WHEN near_and_alike < near THEN (alike / n) / (near_and_alike / near) END AS weight
       FROM sizes)
     SELECT days.*, weight AS ${quoteName(`${treatment}_weight`)}, weights.user_id IS NOT NULL AS is_compared
     FROM ${quoteName(panel.name)} AS days LEFT JOIN weights USING (user_id, event_date)
     ORDER BY days.user_id, days.event_date`,
  );
  const { lost } = await panel.engine.row<{ lost: number }>(
    `SELECT count(*) AS lost FROM ${weights.name}
     WHERE is_compared AND ${quoteName(`${treatment}_weight`)} IS NULL`,
  );
  return { ...weights, withoutComparison: lost };
}
