/** A discrete choice: items compete for a budget of attention, similar ones most. No penalty is set by hand. */
import type { Random } from "../../stats/random";
import type { ClickCoefficients, ClickModel } from "./clickModel";
import { clickCoefficients, contextScore, visibilityOf } from "./clickModel";
import { finalPositions } from "./ranking";
import type { Slates } from "./slates";

export interface ChoiceOptions {
  /** Changes to the published coefficients. The penalties and the bounds of the probability have no part in this model. */
  readonly coefficients?: Partial<ClickCoefficients>;
  /** Occasions on which the user picks something or leaves it: the budget of attention, a whole number of 1 or more. Default 5. */
  readonly budget?: number;
  /**
   * Dissimilarity of items in a cluster, in (0, 1]. At 1 all items compete alike (multinomial logit); the smaller, the
   * more an item takes from its own cluster (nested logit). Default 0.5.
   */
  readonly dissimilarity?: number;
}

/**
 * On each of `budget` occasions the user picks one item or nothing:
 *
 *     u_i      = context_i + visibility v(position) + direct D_i            utility; that of nothing is 0
 *     I_g      = ln sum over i in g of exp(u_i / lambda)                    worth of cluster g
 *     P(i)     = exp(u_i / lambda - I_g) * exp(lambda I_g) / (1 + sum over h of exp(lambda I_h))
 *     P(click) = 1 - (1 - P(i))^budget
 *
 * A promoted item gains what the others and "nothing" lose.
 * Source: McFadden 1974, "Conditional logit analysis of qualitative choice behavior"; Train 2009, *Discrete Choice Methods
 * with Simulation*, chapters 3 and 4.
 * @throws Error for a budget or a dissimilarity out of range
 */
export function choiceClicks(slates: Slates, options: ChoiceOptions = {}): ClickModel {
  const { budget = 5, dissimilarity: lambda = 0.5 } = options;
  if (!(Number.isInteger(budget) && budget >= 1)) {
    throw new Error(`The budget is a whole number of 1 or more, not ${budget}.`);
  }
  if (!(lambda > 0 && lambda <= 1)) {
    throw new Error(`The dissimilarity is in (0, 1], not ${lambda}.`);
  }
  const c = clickCoefficients(options.coefficients);
  const context = contextScore(slates, c);
  const v = visibilityOf(slates, c);
  const { cluster } = slates.items;
  // Of each cluster in the slate at hand: its largest utility, and the sum over its items of exp((u - largest) / lambda),
  // which neither overflows nor is 0.
  const largest = new Float64Array(slates.clusters.length).fill(Number.NEGATIVE_INFINITY);
  const sum = new Float64Array(slates.clusters.length);

  /** Probability of each row to be picked on one occasion. */
  const picks = (promoted: Uint8Array): Float64Array => {
    const final = finalPositions(slates, promoted);
    const p = new Float64Array(slates.rows);
    for (let j = 0; j < slates.count; j++) {
      const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
      for (let i = from; i < to; i++) {
        p[i] = context[i]! + c.visibility * v[final[i]!]! + c.direct * promoted[i]!;
        if (p[i]! > largest[cluster[i]!]!) largest[cluster[i]!] = p[i]!;
      }
      for (let i = from; i < to; i++) {
        const g = cluster[i]!;
        p[i] = Math.exp((p[i]! - largest[g]!) / lambda);
        sum[g]! += p[i]!;
      }
      let all = 1;
      for (let i = from; i < to; i++) {
        const g = cluster[i]!;
        p[i]! *= Math.exp(largest[g]! + (lambda - 1) * Math.log(sum[g]!));
        all += p[i]!;
      }
      for (let i = from; i < to; i++) {
        p[i]! /= all;
        largest[cluster[i]!] = Number.NEGATIVE_INFINITY;
        sum[cluster[i]!] = 0;
      }
    }
    return p;
  };
  const draw = (promoted: Uint8Array, random: Random): Uint8Array => {
    const p = picks(promoted);
    const clicks = new Uint8Array(slates.rows);
    for (let j = 0; j < slates.count; j++) {
      for (let occasion = 0; occasion < budget; occasion++) {
        let left = random.uniform();
        for (let i = slates.starts[j]!; i < slates.starts[j + 1]!; i++) {
          left -= p[i]!;
          if (left < 0) {
            clicks[i] = 1;
            break;
          }
        }
      }
    }
    return clicks;
  };
  return {
    name: lambda === 1 ? "multinomial choice" : "nested choice",
    probabilities: (promoted) => picks(promoted).map((p) => 1 - (1 - p) ** budget),
    draw,
  };
}
