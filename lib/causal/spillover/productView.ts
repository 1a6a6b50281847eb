/** The experiment in the words of a product review: gains and losses per 1,000 promoted slates, where it is worst, what to do. */
import type { Row } from "../../loaders/rows";
import { finite } from "../panelColumns";
import type { ComponentEffect, EFFECTS } from "./components";
import type { Experiment } from "./experiment";
import { type SlateOutcomes, slateOutcomes } from "./slateOutcomes";

/** Estimated effects on observed clicks per 1,000 promoted slates. */
export interface ProductNumbers {
  readonly focal: number;
  readonly sameCluster: number;
  readonly other: number;
  readonly total: number;
  /** 95 % interval of the total; null where there is none. */
  readonly totalRange: readonly [number, number] | null;
  /** (same-cluster + other) / |focal|: -1 means that the others lose what the focal item wins. Null without a focal effect. */
  readonly offsetRatio: number | null;
}

export function productNumbers(effects: readonly ComponentEffect[]): ProductNumbers {
  const estimateOf = (effect: keyof typeof EFFECTS) =>
    effects.find((one) => one.outcome === "observed" && one.effect === effect)!.estimate;
  const of = (effect: keyof typeof EFFECTS) => 1000 * estimateOf(effect).value!;
  const { lower, upper } = estimateOf("Total slate effect");
  const focal = of("Direct focal effect");
  const sameCluster = of("Indirect same-cluster effect");
  const other = of("Indirect other-item effect");
  return {
    focal,
    sameCluster,
    other,
    total: of("Total slate effect"),
    totalRange: lower === null || upper === null ? null : [1000 * lower, 1000 * upper],
    offsetRatio: finite((sameCluster + other) / Math.abs(focal)),
  };
}

/** One row a metric: metric, value, interpretation. */
export function productSummary(numbers: ProductNumbers): Row[] {
  const winsOrLoses = (value: number) => (value < 0 ? "lost" : "won");
  return [
    {
      metric: "focal_gain_per_1000",
      value: numbers.focal,
      interpretation: `Clicks ${winsOrLoses(numbers.focal)} by the promoted items in 1,000 promoted slates.`,
    },
    {
      metric: "same_cluster_per_1000",
      value: numbers.sameCluster,
      interpretation: `Clicks ${winsOrLoses(numbers.sameCluster)} by items of the same cluster.`,
    },
    {
      metric: "other_competitor_per_1000",
      value: numbers.other,
      interpretation: `Clicks ${winsOrLoses(numbers.other)} by all other items of those slates.`,
    },
    {
      metric: "total_per_1000",
      value: numbers.total,
      interpretation: `Clicks ${winsOrLoses(numbers.total)} in all.`,
    },
    {
      metric: "offset_ratio",
      value: numbers.offsetRatio,
      interpretation: "Competitors' change for each click that the promoted item changes by.",
    },
  ];
}

/** Buckets of the focal item's seed position: right-closed cuts at 4, 6, 9, 12; then everything later. */
export function positionBucket(position: number): string {
  if (position <= 4) return "positions_1_4";
  if (position <= 6) return "positions_5_6";
  if (position <= 9) return "positions_7_9";
  return position <= 12 ? "positions_10_12" : "positions_13_on";
}

/** Promoted slates by bucket of the focal position: slates, mean known lift of each part, mean observed clicks. */
export function positionRisk(experiment: Experiment): Row[] {
  const { slates, focal } = experiment;
  const outcomes = slateOutcomes(experiment);
  const groups = promotedGroups(experiment, (j) => positionBucket(slates.position[focal[j]!]!));
  const first = (own: readonly number[]) => slates.position[focal[own[0]!]!]!;
  return [...groups]
    .sort(([, a], [, b]) => first(a) - first(b))
    .map(([position_bucket, own]) => ({ position_bucket, ...liftMeans(outcomes, own) }));
}

/** Promoted slates by focal cluster, for clusters with at least `minSlates` (default 40), the worst total first. */
export function clusterRisk(experiment: Experiment, options: { minSlates?: number } = {}): Row[] {
  const { slates, focal } = experiment;
  const { minSlates = 40 } = options;
  const outcomes = slateOutcomes(experiment);
  const cluster = (j: number) => slates.clusters[slates.items.cluster[focal[j]!]!]!;
  return [...promotedGroups(experiment, cluster)]
    .filter(([, own]) => own.length >= minSlates)
    .map(([focal_cluster, own]) => ({ focal_cluster, ...liftMeans(outcomes, own) }))
    .sort((a, b) => (a.mean_total_lift ?? 0) - (b.mean_total_lift ?? 0));
}

function promotedGroups({ treated }: Experiment, key: (slate: number) => string) {
  const groups = new Map<string, number[]>();
  for (let j = 0; j < treated.length; j++) {
    if (treated[j] !== 1) continue;
    const own = groups.get(key(j));
    if (own) own.push(j);
    else groups.set(key(j), [j]);
  }
  return groups;
}

function liftMeans(outcomes: SlateOutcomes, own: readonly number[]) {
  const { direct, sameCluster, other, lift, clicks } = outcomes;
  const mean = (values: Float64Array) =>
    finite(own.reduce((sum, j) => sum + values[j]!, 0) / own.length);
  return {
    promoted_slates: own.length,
    mean_direct_lift: mean(direct),
    mean_same_cluster_lift: mean(sameCluster),
    mean_other_lift: mean(other),
    mean_total_lift: mean(lift),
    mean_observed_clicks: mean(clicks),
  };
}

/**
 * One row an area: area, recommendation, evidence. What it says follows from the signs and sizes of the effects; a total whose
 * interval holds 0 decides nothing.
 */
export function recommendations(numbers: ProductNumbers): Row[] {
  const { focal, sameCluster, other, total, totalRange } = numbers;
  const [least, most] = totalRange ?? [-Infinity, Infinity];
  const loss = -(sameCluster + other);
  const perThousand = (value: number) => `${Math.round(value)} clicks per 1,000 promoted slates`;
  const size = (value: number) => Math.round(Math.abs(value));
  return [
    {
      area: "Item-level reporting",
      recommendation:
        Math.sign(focal) === Math.sign(total)
          ? "The promoted item's lift has the sign of the slate's; report it with the slate total beside it."
          : "Do not report the promoted item's lift alone: its sign is not that of what the slate wins or loses.",
      evidence: `Focal ${perThousand(focal)}, total ${perThousand(total)}.`,
    },
    {
      area: "Slate-level metric",
      recommendation: `Decide on the slate total. By it, ${
        most < 0
          ? "this promotion should not go out"
          : least > 0
            ? "this promotion pays"
            : "it is open whether this promotion pays: its interval holds 0"
      }.`,
      evidence: `Total ${perThousand(total)}${
        totalRange ? `, 95 % interval ${Math.round(least)} to ${Math.round(most)}` : ", no interval"
      }.`,
    },
    {
      area: "Spillover monitoring",
      recommendation: `Track competitors in every promotion: ${spilloverVerdict(focal, loss)}.`,
      evidence: `Competitors ${loss < 0 ? "win" : "lose"} ${size(loss)}, the focal item ${focal < 0 ? "loses" : "wins"} ${size(focal)}.`,
    },
    {
      area: "Policy design",
      recommendation:
        least <= 0
          ? "Restrict promotion to slates where it displaces little: near the top, with few items of the same cluster, and only once an experiment shows a gain there."
          : "Begin with slates where promotion displaces little: near the top, with few items of the same cluster.",
      evidence: `Same cluster ${perThousand(sameCluster)}, others ${perThousand(other)}.`,
    },
  ];
}

function spilloverVerdict(focal: number, loss: number): string {
  if (loss <= 0) return "they lose nothing so far";
  if (focal < 0) return "they lose, and so does the promoted item";
  return loss > focal
    ? "they lose more than the promoted item wins"
    : "what they lose does not outweigh the promoted item's gain so far";
}
