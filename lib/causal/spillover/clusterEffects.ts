/** Direct and same-cluster effects by the focal item's cluster: many small contrasts, so with a correction for many. */
import type { Row } from "../../loaders/rows";
import type { Experiment } from "./experiment";
import { type ItemSet, itemSet } from "./itemSets";
import {
  contrastOfTotals,
  type SlateContrast,
  type SlateTotals,
  slateTotals,
} from "./slateContrast";

export interface ClusterEffect {
  readonly effect: ItemSet;
  readonly cluster: string;
  readonly estimate: SlateContrast;
}

export interface ClusterEffectsOptions {
  /** Fewest rows in each arm, 1 or more. Default 30. */
  readonly minRows?: number;
  /** Default: `focal` and `same_cluster`. */
  readonly effects?: readonly ItemSet[];
}

/**
 * The contrast of observed clicks among the slates of each focal cluster, smallest estimate first within an effect.
 * Clusters with fewer than `minRows` rows in an arm are left out.
 * @throws Error when `minRows` is not 1 or more
 */
export function clusterEffects(
  experiment: Experiment,
  options: ClusterEffectsOptions = {},
): ClusterEffect[] {
  const { minRows = 30, effects = ["focal", "same_cluster"] } = options;
  if (!(minRows >= 1)) throw new Error(`minRows is 1 or more, not ${minRows}.`);
  const { slates, focal, treated, clicks } = experiment;
  const focalCluster = focal.map((row) => slates.items.cluster[row]!);
  return effects.flatMap((effect) => {
    const rows = itemSet(experiment, effect);
    const totals = slateTotals({ slates, outcome: clicks, rows }, "row");
    const found: ClusterEffect[] = [];
    for (const [c, cluster] of slates.clusters.entries()) {
      const own = totalsOf(totals, (j) => focalCluster[j] === c);
      const sizes = [0, 0];
      for (let j = 0; j < slates.count; j++) sizes[treated[j]!]! += own.rows[j]!;
      if (Math.min(...sizes) < minRows) continue;
      const estimand = `${effect} effect on clicks, focal items in ${cluster}`;
      found.push({
        effect,
        cluster,
        estimate: contrastOfTotals(own, treated, { estimand, z: 1.96 }),
      });
    }
    return found.sort((a, b) => a.estimate.value! - b.estimate.value!);
  });
}

/** The totals of some slates; the others have no row. */
function totalsOf(totals: SlateTotals, isOwn: (slate: number) => boolean): SlateTotals {
  const own = (values: Float64Array) => values.map((value, j) => (isOwn(j) ? value : 0));
  const [rows, sums, squares] = [own(totals.rows), own(totals.sums), own(totals.squares)];
  return { rows, sums, squares, dropped: totals.dropped };
}

/**
 * One row an effect and cluster.
 * @param adjust  turns all p-values into adjusted ones, in their order; a missing p-value goes in as 1
 */
export function clusterEffectRows(
  effects: readonly ClusterEffect[],
  adjust: (p: readonly number[]) => ArrayLike<number | null>,
): Row[] {
  const adjusted = adjust(effects.map(({ estimate }) => estimate.pValue ?? 1));
  return effects.map(({ effect, cluster, estimate }, i) => ({
    effect_type: effect === "focal" ? "direct" : effect,
    focal_cluster: cluster,
    estimate: estimate.value,
    cluster_se: estimate.standardError,
    ci_low: estimate.lower,
    ci_high: estimate.upper,
    treated_rows: estimate.treatedRows,
    control_rows: estimate.controlRows,
    n_slates: estimate.clusters,
    p_value: estimate.pValue,
    p_value_adjusted: adjusted[i]!,
  }));
}
