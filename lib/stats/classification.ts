/** How good predicted probabilities of a yes-or-no outcome are. */

interface Predictions {
  /** 0 or 1, n values. */
  readonly outcome: ArrayLike<number>;
  /** Predicted probability of 1, n values. */
  readonly predicted: ArrayLike<number>;
}

/**
 * Area under the ROC curve: the probability that a row with outcome 1 has a higher prediction than one with outcome 0, ties
 * counted half. Null where one of the two outcomes does not occur. Same number as scikit-learn's `roc_auc_score`.
 */
export function rocAuc({ outcome, predicted }: Predictions): number | null {
  const order = ascending(predicted);
  let [ones, rankSum] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    let onesHere = 0;
    while (to < order.length && predicted[order[to]!] === predicted[order[from]!]) {
      onesHere += outcome[order[to]!]!;
      to++;
    }
    rankSum += (onesHere * (from + 1 + to)) / 2;
    ones += onesHere;
    from = to;
  }
  const zeros = order.length - ones;
  if (ones === 0 || zeros === 0) return null;
  return (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros);
}

/**
 * Average precision: sum over thresholds of (recall - recall before) * precision, highest predictions first, equal ones
 * together. Null without an outcome 1. Same number as scikit-learn's `average_precision_score`.
 */
export function averagePrecision({ outcome, predicted }: Predictions): number | null {
  const order = ascending(predicted).reverse();
  const ones = order.reduce((sum, i) => sum + outcome[i]!, 0);
  if (ones === 0) return null;
  let [found, precisionSum] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    let onesHere = 0;
    while (to < order.length && predicted[order[to]!] === predicted[order[from]!]) {
      onesHere += outcome[order[to]!]!;
      to++;
    }
    found += onesHere;
    precisionSum += (onesHere / ones) * (found / to);
    from = to;
  }
  return precisionSum;
}

/** Brier score: mean of (outcome - prediction)^2. */
export function brierScore({ outcome, predicted }: Predictions): number {
  let sum = 0;
  for (let i = 0; i < outcome.length; i++) sum += (outcome[i]! - predicted[i]!) ** 2;
  return sum / outcome.length;
}

/** Mean of -ln of the probability given to what happened; predictions are held at 1e-15 from 0 and 1. */
export function logLoss({ outcome, predicted }: Predictions): number {
  let sum = 0;
  for (let i = 0; i < outcome.length; i++) {
    const p = Math.min(1 - 1e-15, Math.max(1e-15, predicted[i]!));
    sum -= outcome[i] === 1 ? Math.log(p) : Math.log1p(-p);
  }
  return sum / outcome.length;
}

function ascending(predicted: ArrayLike<number>): number[] {
  return Array.from({ length: predicted.length }, (_, i) => i).sort(
    (a, b) => predicted[a]! - predicted[b]!,
  );
}
