/** Slates for studies that promote several items: all of 12 items, as in the course. */
import { type Slates, slatesFromRows } from "../../../lib/causal/spillover";
import { random } from "../../../lib/stats";

/**
 * Slates of 12 items of 5 clusters, the first clusters more often; users differ in the stars that they give. Nothing is
 * missing.
 */
export function twelveItemSlates(seed: number, count: number): Slates {
  const draws = random(seed).fork("twelve items");
  const generosity = Array.from({ length: count }, () => draws.integer(4) / 2);
  const rows = Array.from({ length: 12 * count }, (_, i) => ({
    slateId: `user_${Math.floor(i / 12)}`,
    cluster: "ABCDE"[Math.floor(5 * draws.uniform() ** 2)]!,
    relevance: 2.5 + generosity[Math.floor(i / 12)]! + draws.integer(3) / 2,
    ratingCount: Math.floor(draws.exponential(300)),
    likedRate: draws.beta(5, 4),
  }));
  return slatesFromRows({
    slateId: rows.map((row) => row.slateId),
    cluster: rows.map((row) => row.cluster),
    relevance: rows.map((row) => row.relevance),
    ratingCount: rows.map((row) => row.ratingCount),
    likedRate: rows.map((row) => row.likedRate),
  });
}
