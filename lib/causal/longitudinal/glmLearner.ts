/** Generalized linear models as learners of nuisances, fitted again and again to the same features. */
import { featureColumns } from "../../stats/features";
import { type Family, glm } from "../../stats/glm";
import type { Learner } from "../../stats/learner";

export interface GlmLearnerOptions {
  /** Default `binomial`: logistic regression, of outcomes anywhere in [0, 1]. */
  readonly family?: Family;
  /** Penalty of the squared coefficients of columns divided by their standard deviations. Default 0. */
  readonly ridge?: number;
}

const NAMES: Readonly<Record<Family, string>> = {
  gaussian: "linear regression",
  binomial: "logistic regression",
  poisson: "Poisson regression",
};

/**
 * A learner that predicts the mean of `glm` with an intercept. Columns that earlier ones determine are left out. The columns of
 * a block of features are taken apart once, however often it is fitted.
 */
export function glmLearner({ family = "binomial", ridge = 0 }: GlmLearnerOptions = {}): Learner {
  return {
    name: ridge > 0 ? `${NAMES[family]} (ridge ${ridge})` : NAMES[family],
    fit: (x, y, { weights } = {}) => {
      const fitted = glm(
        { outcome: y, columns: featureColumns(x), weights },
        { family, ridge, covariance: "classical", collinear: "drop" },
      );
      return {
        predict: (given) => fitted.predict(featureColumns(given), { rows: given.rows }),
        // That of the variance of fractions is of no concern to those who predict.
        warnings: fitted.warnings.filter((warning) => !/classical errors/.test(warning)),
      };
    },
  };
}
