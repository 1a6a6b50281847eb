/** The published click model: a logistic equation with penalties for every item beside a promoted one. */
import type { ClickCoefficients, ClickModel } from "./clickModel";
import {
  clickCoefficients,
  contextScore,
  independentClicks,
  logistic,
  visibilityOf,
} from "./clickModel";
import type { Competition } from "./competition";
import { chosenCompetition } from "./competition";
import { assertPromotion } from "./ranking";
import type { Slates } from "./slates";

export interface LogisticClicksOptions {
  /** Changes to the published coefficients. */
  readonly coefficients?: Partial<ClickCoefficients>;
  /** Which items suffer from each other. Default: items of the same spillover cluster. */
  readonly competition?: Competition;
}

/**
 *     eta = context + visibility v(position) + direct D + sameSlate S + sameCluster C + displaced B
 *     p   = clip(1 / (1 + exp(-eta)), floor, ceiling)
 *
 * with D the row's own promotion and S, C, B the doses of `Exposure`. Clicks are independent. With one promoted item a
 * slate and the published coefficients it is the equation of the published course.
 * @throws Error for a coefficient out of range, or the competition of other slates
 */
export function logisticClicks(slates: Slates, options: LogisticClicksOptions = {}): ClickModel {
  const c = clickCoefficients(options.coefficients);
  const { pairs, starts } = chosenCompetition(slates, options.competition);
  const context = contextScore(slates, c);
  const v = visibilityOf(slates, c);
  const bounded = (eta: number) => Math.min(c.ceiling, Math.max(c.floor, logistic(eta)));
  const baseline = context.map((score, i) =>
    bounded(score + c.visibility * v[slates.position[i]!]!),
  );

  const fillSlate = (p: Float64Array, promoted: Uint8Array, j: number, count: number) => {
    const from = slates.starts[j]!;
    const n = slates.starts[j + 1]! - from;
    let passed = count;
    let top = 1;
    for (let b = 0; b < n; b++) {
      const i = from + b;
      if (promoted[i] === 1) {
        passed--;
        p[i] = bounded(context[i]! + c.visibility * v[top++]! + c.direct);
        continue;
      }
      let rivals = 0;
      for (let a = 0; a < n; a++) {
        if (promoted[from + a] === 1 && pairs[starts[j]! + a * n + b] === 1) rivals++;
      }
      p[i] = bounded(
        context[i]! +
          c.visibility * v[b + 1 + passed]! +
          c.sameSlate * count +
          c.sameCluster * rivals +
          c.displaced * passed,
      );
    }
  };
  const probabilities = (promoted: Uint8Array): Float64Array => {
    assertPromotion(slates, promoted);
    const p = baseline.slice();
    for (let j = 0; j < slates.count; j++) {
      let count = 0;
      for (let i = slates.starts[j]!; i < slates.starts[j + 1]!; i++) count += promoted[i]!;
      if (count > 0) fillSlate(p, promoted, j, count);
    }
    return p;
  };
  return {
    name: "logistic with penalties",
    probabilities,
    draw: (promoted, random) => independentClicks(probabilities(promoted), random),
  };
}
