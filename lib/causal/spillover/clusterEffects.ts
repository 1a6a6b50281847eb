/** Direct and same-cluster effects by the focal item's cluster: many small contrasts, so with a correction for many. */
import type { Row } from "../../loaders/rows";
import type { Experiment } from "./experiment";
import { type ItemSet, itemSet } from "./itemSets";
import { type SlateContrast, slateContrast } from "./slateContrast";

export interface ClusterEffect {
  readonly effect: ItemSet;
  readonly cluster: string;
  readonly estimate: SlateContrast;
}

export interface ClusterEffectsOptions {
  /** Fewest rows in each arm. Default 30. */
  readonly minRows?: number;
  readonly effects?: readonly ItemSet[];
}

/**
 * The contrast of observed clicks among the slates of each focal cluster, smallest estimate first within an effect.
 * Clusters with fewer than `minRows` rows in an arm are left out.
 */
export function clusterEffects(
  experiment: Experiment,
  options: ClusterEffectsOptions = {},
): ClusterEffect[] {
  const { minRows = 30, effects = ["focal", "same_cluster"] } = options;
  const { slates, treated, clicks } = experiment;
  return effects.flatMap((effect) => {
    const rows = itemSet(experiment, effect);
    const found: ClusterEffect[] = [];
    for (const [c, cluster] of slates.clusters.entries()) {
      const own = rows.map((is, i) => (is === 1 && focalCluster(experiment, i) === c ? 1 : 0));
      const sizes = [0, 0];
      for (let i = 0; i < own.length; i++) {
        if (own[i] === 1) sizes[treated[slates.slateOf[i]!]!]! += 1;
      }
      if (Math.min(...sizes) < minRows) continue;
      const estimand = `${effect} effect on clicks, focal items in ${cluster}`;
      const estimate = slateContrast(
        { slates, treated, outcome: clicks, rows: own },
        { estimand, z: 1.96 },
      );
      found.push({ effect, cluster, estimate });
    }
    return found.sort((a, b) => a.estimate.value! - b.estimate.value!);
  });
}

function focalCluster({ slates, focal }: Experiment, row: number): number {
  return slates.items.cluster[focal[slates.slateOf[row]!]!]!;
}

/** One row an effect and cluster. `adjust` turns all p-values into adjusted ones, in their order. */
export function clusterEffectRows(
  effects: readonly ClusterEffect[],
  adjust: (p: readonly number[]) => ArrayLike<number>,
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
