/** The families of generalized linear models with their canonical links, as loops over a block of rows. */

export type Family = "gaussian" | "binomial" | "poisson";

/** A block of rows; the arrays are longer than the block and reused for the next. */
export interface RowBlock {
  rows: number;
  readonly outcome: Float64Array;
  readonly weight: Float64Array;
  readonly offset: Float64Array;
  /** Linear predictors, x'b + offset. */
  readonly predictor: Float64Array;
  /** Out: w (y - mu), the score of the linear predictor. */
  readonly score: Float64Array;
  /** Out: w V(mu), its information. */
  readonly information: Float64Array;
}

export interface FamilyRules {
  /** Fills score and information from the predictors; returns minus the sum of log likelihoods, up to a constant. */
  atPredictor(block: RowBlock): number;
  /**
   * The same at a mean between the outcome and what is usual, for coefficients that are all 0: one Newton step from there
   * is the first step of iteratively reweighted least squares. Returns the loss of the model that fits each row exactly.
   */
  atOutcome(block: RowBlock, mean: number): number;
  mean(predictor: number): number;
  /** Means that no finite predictor gives. */
  readonly limits: readonly number[];
  /** What is wrong with an outcome, or undefined. */
  wrong(outcome: number): string | undefined;
}

/** Means that no number can hold are cut there: e^700. */
const LARGEST = 700;

const gaussian: FamilyRules = {
  atPredictor({ rows, outcome, weight, predictor, score, information }) {
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const error = outcome[i]! - predictor[i]!;
      const w = weight[i]!;
      score[i] = w * error;
      information[i] = w;
      loss += w * error * error;
    }
    return loss / 2;
  },
  atOutcome({ rows, outcome, weight, offset, score, information }) {
    for (let i = 0; i < rows; i++) {
      score[i] = weight[i]! * (outcome[i]! - offset[i]!);
      information[i] = weight[i]!;
    }
    return 0;
  },
  mean: (predictor) => predictor,
  limits: [],
  wrong: () => undefined,
};

const binomial: FamilyRules = {
  atPredictor({ rows, outcome, weight, predictor, score, information }) {
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const eta = predictor[i]!;
      const y = outcome[i]!;
      const w = weight[i]!;
      const e = Math.exp(-Math.abs(eta));
      // The probability of the less likely of 0 and 1, which keeps its digits when small.
      const tail = e / (1 + e);
      if (eta >= 0) {
        score[i] = w * (y - 1 + tail);
        loss += w * ((1 - y) * eta + Math.log(1 + e));
      } else {
        score[i] = w * (y - tail);
        loss += w * (Math.log(1 + e) - y * eta);
      }
      information[i] = w * tail * (1 - tail);
    }
    return loss;
  },
  atOutcome({ rows, outcome, weight, offset, score, information }) {
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const y = outcome[i]!;
      const w = weight[i]!;
      const mu = (y + 0.5) / 2;
      const variance = mu * (1 - mu);
      information[i] = w * variance;
      score[i] = w * (variance * (Math.log(mu / (1 - mu)) - offset[i]!) + y - mu);
      if (y > 0 && y < 1) loss -= w * (y * Math.log(y) + (1 - y) * Math.log(1 - y));
    }
    return loss;
  },
  mean: (predictor) => {
    const e = Math.exp(-Math.abs(predictor));
    return predictor >= 0 ? 1 / (1 + e) : e / (1 + e);
  },
  limits: [0, 1],
  wrong: (outcome) => (outcome >= 0 && outcome <= 1 ? undefined : "between 0 and 1"),
};

const poisson: FamilyRules = {
  atPredictor({ rows, outcome, weight, predictor, score, information }) {
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const eta = predictor[i]!;
      const w = weight[i]!;
      const mu = Math.exp(eta < LARGEST ? eta : LARGEST);
      score[i] = w * (outcome[i]! - mu);
      information[i] = w * mu;
      loss += w * (mu - outcome[i]! * eta);
    }
    return loss;
  },
  atOutcome({ rows, outcome, weight, offset, score, information }, mean) {
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const y = outcome[i]!;
      const w = weight[i]!;
      const mu = (y + mean) / 2;
      information[i] = w * mu;
      score[i] = w * (mu * (Math.log(mu) - offset[i]!) + y - mu);
      if (y > 0) loss += w * (y - y * Math.log(y));
    }
    return loss;
  },
  mean: (predictor) => Math.exp(predictor < LARGEST ? predictor : LARGEST),
  limits: [0],
  wrong: (outcome) => (outcome >= 0 ? undefined : "0 or more"),
};

export const FAMILIES: Readonly<Record<Family, FamilyRules>> = { gaussian, binomial, poisson };
