/** Slates and experiments from tables: columns of a relation as typed arrays. */
import type { Table } from "apache-arrow";
import type { Relation } from "../../loaders/engine";
import { quoteName } from "../../loaders/engine";
import { type Experiment, experimentOf } from "./experiment";
import { type Slates, slatesFromRows } from "./slates";

const TEXT = ["slate_id", "spillover_cluster", "title", "popularity_bucket"] as const;

const NUMBERS = [
  "movieId",
  "slate_position_seed",
  "observed_relevance",
  "sample_rating_count",
  "sample_mean_rating",
  "sample_liked_rate",
  "userId",
  "n_ratings",
  "mean_rating",
  "liked_rate",
  "active_years",
  "unique_primary_genres",
  "activity_span_days",
] as const;

/**
 * Reads slates from a relation such as `slate_context`, rows in its order. Missing numbers become NaN, missing texts empty.
 * @throws Error for a missing column, and as `slatesFromRows`
 */
export async function readSlates(relation: Relation): Promise<Slates> {
  return slatesOf(await columnsOf(relation, []));
}

const OUTCOMES = [
  "is_focal_item",
  "promotion_applied",
  "promotion_probability",
  "p_no_promotion",
  "p_observed",
  "simulated_click",
] as const;

/**
 * Reads an experiment from a relation such as `exposure_mapping`. Exposures are worked out anew, with items of the same
 * cluster as competitors.
 * @throws Error when a slate has no focal item or more than one, rows of a slate differ in `promotion_applied`, a value
 *   of the experiment is missing, or there are no rows
 */
export async function readExperiment(relation: Relation): Promise<Experiment> {
  const table = await columnsOf(relation, OUTCOMES);
  const slates = slatesOf(table);
  if (slates.count === 0) throw new Error(`${relation.name} has no rows.`);
  for (const name of OUTCOMES) {
    const missing = numbers(table, name).findIndex(Number.isNaN);
    if (missing >= 0) {
      throw new Error(`${relation.name}: ${name} is missing in row ${missing + 1}.`);
    }
  }
  const isFocal = numbers(table, "is_focal_item");
  const focal = new Int32Array(slates.count).fill(-1);
  for (let i = 0; i < slates.rows; i++) {
    if (isFocal[i] !== 1) continue;
    const j = slates.slateOf[i]!;
    if (focal[j] !== -1) throw new Error(`Slate ${slates.slateId[j]} has two focal items.`);
    focal[j] = i;
  }
  const lost = focal.indexOf(-1);
  if (lost >= 0) throw new Error(`Slate ${slates.slateId[lost]} has no focal item.`);
  const applied = numbers(table, "promotion_applied");
  const odd = applied.findIndex((arm, i) => arm !== applied[slates.starts[slates.slateOf[i]!]!]);
  if (odd >= 0) {
    const slate = slates.slateId[slates.slateOf[odd]!];
    throw new Error(`Slate ${slate}: promotion_applied differs between its rows.`);
  }
  const assignment = {
    focal,
    treated: Uint8Array.from({ length: slates.count }, (_, j) => applied[slates.starts[j]!]!),
    probability: numbers(table, "promotion_probability")[0]!,
  };
  return experimentOf(slates, assignment, {
    withoutPromotion: numbers(table, "p_no_promotion"),
    observed: numbers(table, "p_observed"),
    clicks: Uint8Array.from(numbers(table, "simulated_click")),
  });
}

function columnsOf(relation: Relation, more: readonly string[]): Promise<Table> {
  const columns = [
    ...TEXT.map((name) => `coalesce(${quoteName(name)}, '') AS ${quoteName(name)}`),
    ...[...NUMBERS, ...more].map(
      (name) => `coalesce(${quoteName(name)}::DOUBLE, 'nan'::DOUBLE) AS ${quoteName(name)}`,
    ),
  ];
  return relation.engine.arrow(`SELECT ${columns.join(", ")} FROM ${quoteName(relation.name)}`);
}

function slatesOf(table: Table): Slates {
  return slatesFromRows({
    slateId: texts(table, "slate_id"),
    cluster: texts(table, "spillover_cluster"),
    title: texts(table, "title"),
    popularityBucket: texts(table, "popularity_bucket"),
    movieId: numbers(table, "movieId"),
    position: numbers(table, "slate_position_seed"),
    relevance: numbers(table, "observed_relevance"),
    ratingCount: numbers(table, "sample_rating_count"),
    meanRating: numbers(table, "sample_mean_rating"),
    likedRate: numbers(table, "sample_liked_rate"),
    userId: numbers(table, "userId"),
    userRatings: numbers(table, "n_ratings"),
    userMeanRating: numbers(table, "mean_rating"),
    userLikedRate: numbers(table, "liked_rate"),
    userActiveYears: numbers(table, "active_years"),
    userUniquePrimaryGenres: numbers(table, "unique_primary_genres"),
    userActivitySpanDays: numbers(table, "activity_span_days"),
  });
}

function numbers(table: Table, name: string): Float64Array {
  return table.getChild(name)!.toArray() as Float64Array;
}

function texts(table: Table, name: string): string[] {
  return Array.from(table.getChild(name)! as Iterable<string>);
}
