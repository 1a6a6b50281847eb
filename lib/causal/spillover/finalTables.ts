/** The course's results as the last chapter prints them: one unit, one direction, limits and advice beside the numbers. */
import type { Row } from "../../loaders/rows";

/** Names of the write-up's final tables. */
export const FINAL_TABLES = [
  "final_main_effects",
  "final_direct_indirect_total_decomposition",
  "final_spillover_definition_sensitivity",
  "final_advanced_model_metrics",
  "final_advanced_aipw_estimates",
  "final_advanced_policy_targeting",
  "final_advanced_takeaways",
  "final_limitations",
  "final_recommendations",
] as const;

function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const found = value === undefined ? "missing" : String(value);
  throw new Error(`Column ${column} is ${found} where a number is needed.`);
}

/** The number times 1,000; null for null. */
function perThousand(row: Row, column: string): number | null {
  return row[column] === null ? null : 1000 * number(row, column);
}

/** What one row of each contrast is. */
const UNITS: Readonly<Record<string, string>> = {
  "Direct focal effect": "per 1,000 promoted items",
  "Same-cluster competitor effect": "per 1,000 items of the focal cluster",
  "Displaced item effect": "per 1,000 displaced items",
  "All non-focal item effect": "per 1,000 other items",
  "Total slate effect": "per 1,000 promoted slates",
};

/**
 * The five observed effects with their clustered intervals per 1,000 units; `note` says which units. An interval that is
 * missing, because an arm has too few slates, stays null.
 * @param observed  contrast, estimate, ci_low, ci_high
 */
export function finalMainEffects(observed: readonly Row[]): Row[] {
  return observed.map((row) => {
    const effect = String(row.contrast);
    return {
      effect,
      estimate: number(row, "estimate"),
      per_1000: 1000 * number(row, "estimate"),
      ci_low_per_1000: perThousand(row, "ci_low"),
      ci_high_per_1000: perThousand(row, "ci_high"),
      note: UNITS[effect] ?? "per 1,000 units",
    };
  });
}

/** The observed parts of the account, per 1,000 promoted slates. */
export function finalDecomposition(effects: readonly Row[]): Row[] {
  return effects.filter((row) => row.outcome_type === "observed");
}

/** The spillover definitions per 1,000 rows, with their direction. */
export function finalDefinitions(definitions: readonly Row[]): Row[] {
  return definitions.map((row) => {
    const estimate = number(row, "estimate");
    return {
      ...row,
      per_1000_rows: 1000 * estimate,
      direction: estimate < 0 ? "negative" : estimate > 0 ? "positive" : "none",
    };
  });
}

/** What the results cannot say, and what would mend it. */
export function limitations(): Row[] {
  return [
    {
      limitation: "Ratings are not impressions",
      consequence:
        "Slates are built from what users rated and liked; real slates hold more that nobody wants.",
      remedy: "Logged impressions with positions.",
    },
    {
      limitation: "Assignment and outcomes are simulated",
      consequence: "Effects are those of a click model. Their signs rest on its penalties.",
      remedy: "A randomized experiment, and the sensitivity analysis of chapter 06 until then.",
    },
    {
      limitation: "Genres are coarse clusters",
      consequence:
        "The split of spillover into rivals and others is wrong where items compete along something else.",
      remedy:
        "Direct and total effects, which do not depend on it; several structures side by side.",
    },
    {
      limitation: "One promotion design",
      consequence:
        "One item of a slate moves to position 1. Effects that grow with intensity stay unseen.",
      remedy: "Two-stage designs with several saturations (chapter 04).",
    },
    {
      limitation: "Models are judged by a simulated oracle",
      consequence: "With real clicks nobody sees the true effect of a slate.",
      remedy: "Choice by doubly robust loss and policy values on held-out slates (chapter 05).",
    },
  ];
}

/** What the comparison of experiments says of the test that tosses a coin for each item. */
export interface ItemTestVerdict {
  readonly worlds: number;
  readonly designs: number;
  /** Worlds in which its mean estimate has the opposite sign of the global effect. */
  readonly wrongSigns: number;
}

/**
 * @param study  `designStudy`: world, design, estimator, mean_estimate, global_effect
 * @throws Error when the estimator that such a test suggests is not among them
 */
export function itemTestVerdict(study: readonly Row[]): ItemTestVerdict {
  const naive = study.filter(({ estimator }) => estimator === NAIVE_ESTIMATOR);
  if (naive.length === 0) throw new Error(`The study has no estimator "${NAIVE_ESTIMATOR}".`);
  const wrong = naive.filter(
    (row) => number(row, "mean_estimate") * number(row, "global_effect") < 0,
  );
  const worldsOf = (rows: readonly Row[]) => new Set(rows.map(({ world }) => world)).size;
  return {
    worlds: worldsOf(naive),
    designs: new Set(study.map(({ design }) => design)).size,
    wrongSigns: worldsOf(wrong),
  };
}

const NAIVE_ESTIMATOR = "item difference x items";

/** How many replications coverage was counted over, and how many of the promising methods kept their promise. */
export interface CoverageVerdict {
  readonly replications: number;
  readonly promising: number;
  readonly kept: number;
}

/**
 * @param study  `monteCarlo`: promise, keeps_promise, replications
 * @throws Error for a study without a row
 */
export function coverageVerdict(study: readonly Row[]): CoverageVerdict {
  if (study.length === 0) throw new Error("The coverage study has no rows.");
  const promising = study.filter(({ promise }) => promise !== "none");
  return {
    replications: Math.max(...study.map((row) => number(row, "replications"))),
    promising: promising.length,
    kept: promising.filter((row) => row.keeps_promise === true).length,
  };
}

/** The recommendations of chapter 04, one on experiments and one on targeting. */
export function finalRecommendations(
  earlier: readonly Row[],
  policy: BestPolicy,
  itemTest: ItemTestVerdict,
): Row[] {
  const targeting = policy.isBetterThanNone
    ? `Promote by the rule "${policy.policy}", and confirm its value in a randomized test of the rule.`
    : "Promote nobody by prediction: no rule has an interval above 0, the value of promoting none.";
  return [
    ...earlier.map(({ area, recommendation, evidence }) => ({
      area: area ?? null,
      recommendation: recommendation ?? null,
      evidence: evidence ?? null,
    })),
    {
      area: "Experiment design",
      recommendation:
        "Randomize slates, or larger units where promotions reach beyond a slate. Never read a coin per item as an effect on the slate.",
      evidence: `Read as an effect on the slate, a coin per item had the wrong sign in ${itemTest.wrongSigns} of ${itemTest.worlds} simulated worlds.`,
    },
    {
      area: "Advanced targeting",
      recommendation: targeting,
      evidence: `Value on held-out slates ${policy.value.toFixed(1)} clicks per 1,000 eligible slates, interval ${policy.lower.toFixed(1)} to ${policy.upper.toFixed(1)}.`,
    },
  ];
}

/** The best rule by its value on held-out slates, clicks per 1,000 eligible slates. */
export interface BestPolicy {
  readonly policy: string;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Its interval lies above 0, the value of promoting nobody. */
  readonly isBetterThanNone: boolean;
}

/**
 * The best rule of a table of policy values (columns policy, value_per_1000, ci_low_per_1000, ci_high_per_1000), oracle
 * rules and "Promote none" apart. Of rules with the same value the first.
 * @throws Error when no rule is left, or its interval is missing
 */
export function bestPolicy(values: readonly Row[]): BestPolicy {
  const candidates = values.filter(
    ({ policy }) => !/oracle/i.test(String(policy)) && policy !== "Promote none",
  );
  if (candidates.length === 0) throw new Error("There is no rule but the oracle's and none.");
  const best = candidates.reduce((a, b) =>
    number(b, "value_per_1000") > number(a, "value_per_1000") ? b : a,
  );
  const lower = number(best, "ci_low_per_1000");
  return {
    policy: String(best.policy),
    value: number(best, "value_per_1000"),
    lower,
    upper: number(best, "ci_high_per_1000"),
    isBetterThanNone: lower > 0,
  };
}
