/** Who counts as exposed to spillover is a choice; the same contrast under several choices. */
import type { Row } from "../../loaders/rows";
import type { Experiment } from "./experiment";
import { type ItemSet, type ItemSetOptions, itemSet } from "./itemSets";
import { type SlateContrast, slateContrast } from "./slateContrast";

export const SPILLOVER_DEFINITIONS = {
  "All non-focal items": "non_focal",
  "Same-cluster items": "same_cluster",
  "Displaced items": "displaced",
  "Same-cluster and displaced": "same_cluster_displaced",
  "Near-position displaced": "near_displaced",
} as const satisfies Record<string, ItemSet>;

export interface SpilloverDefinition {
  readonly definition: keyof typeof SPILLOVER_DEFINITIONS;
  readonly estimate: SlateContrast;
}

/** Observed clicks of promoted against other slates, on the rows of each definition; every row counts once. */
export function spilloverDefinitions(
  experiment: Experiment,
  options: ItemSetOptions = {},
): SpilloverDefinition[] {
  const { slates, treated, clicks } = experiment;
  const names = Object.keys(SPILLOVER_DEFINITIONS) as (keyof typeof SPILLOVER_DEFINITIONS)[];
  return names.map((definition) => ({
    definition,
    estimate: slateContrast(
      {
        slates,
        treated,
        outcome: clicks,
        rows: itemSet(experiment, SPILLOVER_DEFINITIONS[definition], options),
      },
      { estimand: `${definition}, observed clicks`, z: 1.96 },
    ),
  }));
}

/** One row a definition. */
export function spilloverDefinitionRows(definitions: readonly SpilloverDefinition[]): Row[] {
  return definitions.map(({ definition, estimate }) => ({
    spillover_definition: definition,
    rows: estimate.n,
    slates: estimate.clusters,
    treated_rows: estimate.treatedRows,
    control_rows: estimate.controlRows,
    estimate: estimate.value,
    cluster_se: estimate.standardError,
    ci_low: estimate.lower,
    ci_high: estimate.upper,
    treated_mean: estimate.treatedMean,
    control_mean: estimate.controlMean,
  }));
}
