/** Stabilized weights from a logistic propensity that is fitted anew to each draw of a bootstrap. */
import { type Features, featureColumns } from "../stats/features";
import { glm } from "../stats/glm";
import { treatmentWeights } from "./treatmentWeights";
import type { DrawnWeights } from "./weightedBootstrap";

export interface RefittedOptions {
  /** Penalty of the logistic regression, as in `logisticLearner`. Default 1. */
  readonly ridge?: number;
  /** Weights above it become it. Default 10. */
  readonly cap?: number;
}

/**
 * Weights of a draw: a logistic regression of the treatment on x, rows counted as often as they were drawn, its fitted
 * probabilities, and stabilized weights with the draw's own share treated.
 */
export function refittedWeights(
  { x, treatment }: { readonly x: Features; readonly treatment: ArrayLike<number> },
  options: RefittedOptions = {},
): DrawnWeights {
  const { ridge = 1, cap = 10 } = options;
  const columns = featureColumns(x);
  return (counts) => {
    const { fitted } = glm(
      { outcome: treatment, columns, weights: counts },
      { family: "binomial", ridge, covariance: "classical", collinear: "drop" },
    );
    let [rows, treated] = [0, 0];
    for (let i = 0; i < counts.length; i++) {
      rows += counts[i]!;
      treated += counts[i]! * treatment[i]!;
    }
    return treatmentWeights(treatment, fitted, { share: treated / rows, cap }).weights;
  };
}
