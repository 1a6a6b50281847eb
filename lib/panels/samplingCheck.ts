/** Is the sample of users like the full file? A test that knows that ratings come in users. */
import type { MovieLens } from "../loaders";
import type { Row } from "../loaders/rows";
import { type ClusterSampleCheck, clusterSampleCheck } from "../stats/clusterSampleCheck";
import type { RatingSample } from "./ratingSample";

export interface SamplingCheck extends ClusterSampleCheck {
  /** One row a rating: full_share, sample_share, share_difference, standard_error, z, p_value. */
  readonly rows: readonly Row[];
}

/** Compares the shares of the ratings in the sample with the full file; see {@link clusterSampleCheck} for the formulas. */
export async function samplingCheck(data: MovieLens, sample: RatingSample): Promise<SamplingCheck> {
  const ratings = await data.engine.rows<{ rating: number }>(
    "SELECT DISTINCT rating FROM ratings ORDER BY rating",
  );
  const perRating = ratings.map(
    // As text, so that the engine reads the very float that it wrote.
    ({ rating }) => `count(*) FILTER (WHERE rating = '${rating}'::FLOAT)::DOUBLE`,
  );
  const users = await data.engine.arrow(
    `SELECT (userId % ${sample.modulus} = 0)::TINYINT AS sampled,
       ${perRating.map((count, k) => `${count} AS c${k}`).join(", ")}
     FROM ratings GROUP BY userId`,
  );
  const categories = ratings.length;
  const counts = new Float64Array(users.numRows * categories);
  for (let k = 0; k < categories; k++) {
    const column = users.getChild(`c${k}`)!.toArray() as Float64Array;
    for (let u = 0; u < column.length; u++) counts[u * categories + k] = column[u]!;
  }
  const sampled = Uint8Array.from(users.getChild("sampled")!.toArray() as Int32Array);
  const check = clusterSampleCheck({ counts, categories, sampled });
  const rows = check.shares.map((share, k) => ({
    rating: ratings[k]!.rating,
    full_share: share.populationShare,
    sample_share: share.sampleShare,
    share_difference: share.difference,
    standard_error: share.standardError,
    z: share.z,
    p_value: share.pValue,
  }));
  return { ...check, rows };
}

/** The check in one sentence of Markdown. */
export function samplingVerdict(check: SamplingCheck): string {
  if (check.sampledClusters === check.clusters) {
    return "The sample is the whole file, so there is no sampling error to test.";
  }
  if (!check.joint)
    return "All users share their ratings out alike, so no sample of them can differ.";
  const { statistic, degreesOfFreedom, pValue } = check.joint;
  const furthest = Math.max(...check.shares.map((share) => Math.abs(share.z ?? 0)));
  const judgement =
    pValue < 0.01
      ? "**The sample differs from the full file by more than chance explains**; look at the rows with |z| above 3"
      : "The differences are no larger than drawing whole users at random explains";
  return (
    `${judgement}: chi-square ${statistic.toFixed(2)} on ${degreesOfFreedom} degrees of freedom, ` +
    `p = ${pValue.toPrecision(3)}; the largest |z| is ${furthest.toFixed(2)}. Because ratings come in users, the shares ` +
    `vary ${check.designEffect?.toFixed(1)} times as much as independent ratings would.`
  );
}
