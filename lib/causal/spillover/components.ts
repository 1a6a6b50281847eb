/** Additive accounting: the slate's effect as the sum of what its focal item, its rivals and the rest win or lose. */
import type { Row } from "../../loaders/rows";
import { finite } from "../panelColumns";
import { OUTCOME_TYPES, type OutcomeType, outcomeOf } from "./contrastEstimates";
import type { Experiment } from "./experiment";
import { type ItemSet, itemSet } from "./itemSets";
import { type SlateContrast, slateContrast } from "./slateContrast";
import { slateOutcomes } from "./slateOutcomes";
import { slateSums } from "./slates";

/** Three disjoint sets that make up a slate, in both arms. */
export const COMPONENTS = {
  direct_focal: "focal",
  same_cluster_competitor: "same_cluster",
  other_competitor: "other_cluster",
} as const satisfies Record<string, ItemSet>;

export type Component = keyof typeof COMPONENTS;

const NAMES = Object.keys(COMPONENTS) as Component[];

/** One row a component and arm: how many rows, where they stood, what is known of their lift. */
export function componentSummary(experiment: Experiment): Row[] {
  const { slates, treated, exposure, lift } = experiment;
  return NAMES.flatMap((component) => {
    const member = itemSet(experiment, COMPONENTS[component]);
    return [0, 1].map((arm) => {
      const rows = Array.from(member.keys()).filter(
        (i) => member[i] === 1 && treated[slates.slateOf[i]!] === arm,
      );
      const mean = (of: (i: number) => number) =>
        finite(rows.reduce((sum, i) => sum + of(i), 0) / rows.length);
      return {
        accounting_component: component,
        promotion_applied: arm,
        rows: rows.length,
        slates: new Set(rows.map((i) => slates.slateOf[i]!)).size,
        mean_seed_position: mean((i) => slates.position[i]!),
        mean_final_position: mean((i) => exposure.finalPosition[i]!),
        mean_relevance: mean((i) => slates.items.relevance[i]!),
        mean_known_lift: mean((i) => lift[i]!),
      };
    });
  });
}

const MEASURES = {
  simulated_clicks: (experiment: Experiment) => experiment.clicks,
  expected_clicks: (experiment: Experiment) => experiment.observed,
  expected_clicks_no_promotion: (experiment: Experiment) => experiment.withoutPromotion,
  known_lift: (experiment: Experiment) => experiment.lift,
  item_count: (experiment: Experiment) => experiment.clicks.map(() => 1),
} as const;

/**
 * One row a slate, one column a component and measure (`direct_focal_known_lift`, ...); an absent component counts 0.
 * `component_*_total` add up the components.
 */
export function componentSlateTable(experiment: Experiment): Row[] {
  const { slates, treated, focal } = experiment;
  const sums = NAMES.flatMap((component) => {
    const member = itemSet(experiment, COMPONENTS[component]);
    return Object.entries(MEASURES).map(([measure, of]) => {
      const own = Float64Array.from(of(experiment)).map((value, i) => value * member[i]!);
      return { column: `${component}_${measure}`, measure, values: slateSums(slates, own) };
    });
  });
  const totals = (measure: keyof typeof MEASURES) => {
    const parts = sums.filter((one) => one.measure === measure);
    return (j: number) => parts.reduce((sum, { values }) => sum + values[j]!, 0);
  };
  const [clicks, expected, lift] = [
    totals("simulated_clicks"),
    totals("expected_clicks"),
    totals("known_lift"),
  ];
  return slates.slateId.map((slate_id, j) => ({
    slate_id,
    userId: finite(slates.users.userId[j]!),
    promotion_applied: treated[j]!,
    focal_movieId: finite(slates.items.movieId[focal[j]!]!),
    focal_spillover_cluster: slates.clusters[slates.items.cluster[focal[j]!]!]!,
    focal_seed_position: slates.position[focal[j]!]!,
    ...Object.fromEntries(sums.map(({ column, values }) => [column, values[j]!])),
    component_simulated_total: clicks(j),
    component_expected_total: expected(j),
    component_known_lift_total: lift(j),
  }));
}

/** Largest difference, over slates, between the sums of components and the slate's own totals. 0 up to rounding. */
export function componentChecks(experiment: Experiment): Row[] {
  const totals = slateOutcomes(experiment);
  const table = componentSlateTable(experiment);
  const largest = (column: string, of: Float64Array) =>
    table.reduce((worst, row, j) => Math.max(worst, Math.abs(Number(row[column]) - of[j]!)), 0);
  return [
    {
      check: "simulated_clicks",
      max_abs_difference: largest("component_simulated_total", totals.clicks),
    },
    {
      check: "expected_clicks",
      max_abs_difference: largest("component_expected_total", totals.expected),
    },
    { check: "known_lift", max_abs_difference: largest("component_known_lift_total", totals.lift) },
  ];
}

/** Effects on the slate, direct, indirect and total. */
export const EFFECTS = {
  "Direct focal effect": "focal",
  "Indirect same-cluster effect": "same_cluster",
  "Indirect other-item effect": "other_cluster",
  "Total slate effect": "all",
} as const satisfies Record<string, ItemSet>;

export interface ComponentEffect {
  readonly outcome: OutcomeType;
  readonly effect: keyof typeof EFFECTS;
  readonly estimate: SlateContrast;
}

/**
 * Difference in means over slates of the clicks on each component, promoted minus other slates: the three parts add up to
 * the total. `standardError` is robust (HC1: every slate its own cluster), `naiveStandardError` the classical one.
 */
export function componentEffects(experiment: Experiment): ComponentEffect[] {
  const { slates, treated } = experiment;
  const effects = (Object.keys(EFFECTS) as (keyof typeof EFFECTS)[]).map((effect) => ({
    effect,
    rows: itemSet(experiment, EFFECTS[effect]),
  }));
  return OUTCOME_TYPES.flatMap((outcome) =>
    effects.map(({ effect, rows }) => ({
      outcome,
      effect,
      estimate: slateContrast(
        { slates, treated, outcome: outcomeOf(experiment, outcome), rows },
        { estimand: `${effect}, ${outcome}, per slate`, weighting: "total", z: 1.96 },
      ),
    })),
  );
}

/** One row an outcome and effect, per slate and per 1,000 promoted slates; the interval has the classical standard error. */
export function componentEffectRows(effects: readonly ComponentEffect[]): Row[] {
  return effects.map(({ outcome, effect, estimate }) => {
    const value = estimate.value!;
    const se = estimate.naiveStandardError;
    const low = se === null ? null : value - 1.96 * se;
    const high = se === null ? null : value + 1.96 * se;
    const perThousand = (clicks: number | null) => (clicks === null ? null : 1000 * clicks);
    return {
      outcome_type: outcome,
      effect,
      estimate_per_slate: value,
      se,
      robust_se: estimate.standardError,
      ci_low: low,
      ci_high: high,
      per_1000_promoted_slates: 1000 * value,
      ci_low_per_1000: perThousand(low),
      ci_high_per_1000: perThousand(high),
      treated_mean: estimate.treatedMean,
      control_mean: estimate.controlMean,
    };
  });
}

/** One row an effect: observed and known value per slate, for a figure. */
export function observedAndKnown(effects: readonly ComponentEffect[]): Row[] {
  const of = (wanted: OutcomeType) => effects.filter(({ outcome }) => outcome === wanted);
  const known = of("known");
  return of("observed").map(({ effect, estimate }, i) => ({
    effect,
    observed: estimate.value,
    known: known[i]!.estimate.value,
  }));
}

/** One row an outcome: direct + indirect against total. The difference is 0 up to rounding. */
export function additivityChecks(effects: readonly ComponentEffect[]): Row[] {
  return OUTCOME_TYPES.map((type) => {
    const of = (effect: keyof typeof EFFECTS) =>
      effects.find((one) => one.outcome === type && one.effect === effect)!.estimate.value!;
    const direct = of("Direct focal effect");
    const indirect = of("Indirect same-cluster effect") + of("Indirect other-item effect");
    const total = of("Total slate effect");
    return {
      outcome_type: type,
      direct,
      indirect,
      direct_plus_indirect: direct + indirect,
      total,
      difference: direct + indirect - total,
    };
  });
}

/** Mean known lift of each part of a promoted slate, and its size relative to the direct effect. */
export function slateDecomposition(experiment: Experiment): Row[] {
  const { direct, sameCluster, other, lift } = slateOutcomes(experiment);
  const promoted = experiment.treated.reduce((sum, t) => sum + t, 0);
  const mean = (values: Float64Array) =>
    values.reduce((sum, value, j) => sum + value * experiment.treated[j]!, 0) / promoted;
  const parts = {
    direct_focal: mean(direct),
    same_cluster_spillover: mean(sameCluster),
    other_spillover: mean(other),
    net_total: mean(lift),
  };
  return Object.entries(parts).map(([component, value]) => ({
    component,
    mean_known_lift_per_promoted_slate: finite(value),
    share_of_direct: finite(value / Math.abs(parts.direct_focal)),
  }));
}
