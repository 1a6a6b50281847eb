/** Files of the long-term course and the chapters that write them. */
import type { CourseFiles } from "./chapterFiles";

const PARQUET = {
  user_days: "01",
  estimand_panel: "02",
  weighted_panel: "03",
  gcomp_counterfactuals: "05",
  aipw_scores: "06",
} as const;

const CSV = {
  estimand_summary: "02",
  candidate_treatments: "02",
  candidate_outcomes: "02",
  eligibility_funnel: "02",
  propensity_model_metrics: "03",
  weight_diagnostics: "03",
  balance_diagnostics: "03",
  weight_readiness_checks: "03",
  msm_results: "04",
  msm_primary_statement: "04",
  msm_bootstrap_interval: "04",
  msm_weight_sensitivity: "04",
  msm_secondary_outcomes: "04",
  gcomp_results: "05",
  gcomp_secondary_outcomes: "05",
  estimator_comparison: "05",
  aipw_results: "06",
  estimator_comparison_with_aipw: "06",
  aipw_segment_effects: "06",
  effect_moderator_importance: "06",
} as const;

export const LONG_TERM_FILES: CourseFiles<keyof typeof PARQUET, keyof typeof CSV> = {
  course: "long_term_causal_effects",
  prefix: "kuairec_long_term_",
  parquet: PARQUET,
  csv: CSV,
  named: { user_days: "kuairec_user_day_panel_sample.parquet" },
};
