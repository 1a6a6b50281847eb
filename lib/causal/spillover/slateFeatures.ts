/** What is known of a slate before its coin falls, one row a slate: what outcome models and policies may look at. */
import { type Features, features } from "../../stats/features";
import { logPopularity, popularityScore } from "./clickModel";
import type { Experiment } from "./experiment";
import { isHighlyRelevant } from "./experimentTables";
import { type ItemSet, itemSet } from "./itemSets";
import { positionBucket } from "./productView";
import { visibilityOfPositions } from "./ranking";
import { slateSums } from "./slates";

/** The column of the treatment. */
export const TREATMENT = "promotion_applied";

const POPULARITY = ["very_low", "low", "medium", "high", "very_high"];
const BUCKETS = ["positions_5_6", "positions_7_9", "positions_10_12"];

/**
 * Features of each slate, J rows: `promotion_applied` first, then 24 numbers of the slate, the focal item and the user, and
 * 0/1 columns for the focal item's cluster (those that occur), its popularity bucket and its position bucket. A missing
 * number is replaced by its column's median (0 where all are missing), so is the standard deviation of a slate of one item;
 * such a slate's shares of rivals and displaced items are 0. A cluster, bucket or position outside those named is 0 in all
 * of their columns.
 */
export function slateFeatures(experiment: Experiment): Features {
  const columns = {
    [TREATMENT]: Float64Array.from(experiment.treated),
    ...ofSlate(experiment),
    ...ofFocal(experiment),
    ...ofUser(experiment),
    ...indicators(experiment),
  };
  for (const values of Object.values(columns)) fillWithMedian(values);
  return features(columns);
}

/** Names of the columns that are fixed before the treatment: all but `promotion_applied`. */
export function covariates(x: Features): string[] {
  return x.names.filter((name) => name !== TREATMENT);
}

function ofSlate(experiment: Experiment): Record<string, Float64Array> {
  const { slates } = experiment;
  const { items } = slates;
  const sizes = slateSums(slates, new Uint8Array(slates.rows).fill(1));
  const mean = (values: Float64Array) => meanOfKnown(experiment, values);
  const count = (set: ItemSet) => slateSums(slates, itemSet(experiment, set));
  const [rivals, displaced] = [count("same_cluster"), count("displaced")];
  const share = (counts: Float64Array) =>
    counts.map((value, j) => (sizes[j]! > 1 ? value / (sizes[j]! - 1) : 0));
  const relevance = mean(items.relevance);
  return {
    slate_mean_relevance: relevance,
    slate_std_relevance: deviation(experiment, items.relevance, relevance),
    slate_high_relevance_rate: mean(Float64Array.from(items.relevance, isHighlyRelevant)),
    slate_mean_sample_liked_rate: mean(items.likedRate),
    slate_mean_log_popularity_z: mean(popularityScore(slates)),
    slate_mean_baseline_visibility: mean(visibilityOfPositions(slates.position)),
    same_cluster_competitor_count: rivals,
    displaced_candidate_count: displaced,
    same_cluster_displaced_count: count("same_cluster_displaced"),
    same_cluster_share: share(rivals),
    displaced_share: share(displaced),
  };
}

function ofFocal({ slates, focal }: Experiment): Record<string, Float64Array> {
  const { items } = slates;
  const [log, score] = [logPopularity(slates), popularityScore(slates)];
  const at = (values: ArrayLike<number>) => Float64Array.from(focal, (row) => values[row]!);
  return {
    focal_seed_position: at(slates.position),
    focal_observed_relevance: at(items.relevance),
    focal_high_relevance: at(items.relevance).map(isHighlyRelevant),
    log_focal_sample_rating_count: at(log),
    focal_sample_mean_rating: at(items.meanRating),
    focal_sample_liked_rate: at(items.likedRate),
    focal_log_item_popularity_z: at(score),
  };
}

function ofUser({ slates: { users } }: Experiment): Record<string, Float64Array> {
  const log = (values: Float64Array) => values.map((value) => Math.log1p(Math.max(0, value)));
  return {
    log_user_n_ratings: log(users.ratings),
    mean_rating: users.meanRating.slice(),
    liked_rate: users.likedRate.slice(),
    active_years: users.activeYears.slice(),
    unique_primary_genres: users.uniquePrimaryGenres.slice(),
    log_activity_span_days: log(users.activitySpanDays),
  };
}

function indicators({ slates, focal }: Experiment): Record<string, Float64Array> {
  const { items } = slates;
  const cluster = Array.from(focal, (row) => slates.clusters[items.cluster[row]!]!);
  const popularity = Array.from(focal, (row) => items.popularityBucket[row]!);
  const position = Array.from(focal, (row) => positionBucket(slates.position[row]!));
  const isOne = (values: readonly string[], wanted: string) =>
    Float64Array.from(values, (value) => (value === wanted ? 1 : 0));
  const occurring = [...new Set(cluster)].sort();
  return {
    ...Object.fromEntries(occurring.map((name) => [`focal_cluster_${name}`, isOne(cluster, name)])),
    ...Object.fromEntries(
      POPULARITY.map((name) => [`focal_popularity_${name}`, isOne(popularity, name)]),
    ),
    ...Object.fromEntries(BUCKETS.map((name) => [`focal_${name}`, isOne(position, name)])),
  };
}

function meanOfKnown({ slates }: Experiment, values: Float64Array): Float64Array {
  const known = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1));
  const counts = slateSums(slates, known);
  const sums = slateSums(
    slates,
    values.map((value) => (Number.isNaN(value) ? 0 : value)),
  );
  return sums.map((sum, j) => sum / counts[j]!);
}

/** Standard deviation with n - 1 within each slate; NaN for a slate of one item. */
function deviation(
  { slates }: Experiment,
  values: Float64Array,
  means: Float64Array,
): Float64Array {
  const squares = slateSums(
    slates,
    values.map((value, i) => (value - means[slates.slateOf[i]!]!) ** 2),
  );
  const sizes = slateSums(slates, new Uint8Array(slates.rows).fill(1));
  return squares.map((sum, j) => Math.sqrt(sum / (sizes[j]! - 1)));
}

/** In place; a column without any value becomes 0. */
function fillWithMedian(values: Float64Array): void {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  if (known.length === values.length) return;
  const n = known.length;
  const median = n === 0 ? 0 : (known[(n - 1) >> 1]! + known[n >> 1]!) / 2;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) values[i] = median;
}
