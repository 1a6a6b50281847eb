/** A cascade: the user reads from the top and may stop at any item. Displacement follows from where reading ends. */
import type { Random } from "../../stats/random";
import type { ClickCoefficients, ClickModel } from "./clickModel";
import { clickCoefficients, contextScore, logistic } from "./clickModel";
import { finalPositions } from "./ranking";
import type { Slates } from "./slates";

export interface CascadeOptions {
  /**
   * Changes to the published coefficients. Visibility, the three penalties and the bounds of the probability have no part
   * in this model.
   */
  readonly coefficients?: Partial<ClickCoefficients>;
  /** Probability to read on after an item that was not clicked, in [0, 1]. Default 0.93. */
  readonly continueAfterSkip?: number;
  /** Probability to read on after a click, in [0, 1]. Default 0.75. */
  readonly continueAfterClick?: number;
}

/**
 * The user looks at position 1, then at each next one for as long as they go on:
 *
 *     attraction a_i = 1 / (1 + exp(-(context_i + direct D_i)))
 *     P(look at the first) = 1,  P(look at the next) = P(look) * (a * continueAfterClick + (1 - a) * continueAfterSkip)
 *     P(click) = P(look) * a
 *
 * Source: Craswell, Zoeter, Taylor and Ramsey 2008, doi:10.1145/1341531.1341545 (cascade); Guo, Liu and Wang 2009,
 * doi:10.1145/1498759.1498818 (several clicks).
 * @throws Error when a probability to go on is outside [0, 1]
 */
export function cascadeClicks(slates: Slates, options: CascadeOptions = {}): ClickModel {
  const { continueAfterSkip = 0.93, continueAfterClick = 0.75 } = options;
  for (const [name, value] of Object.entries({ continueAfterSkip, continueAfterClick })) {
    if (!(value >= 0 && value <= 1)) throw new Error(`${name} is a probability, not ${value}.`);
  }
  const c = clickCoefficients(options.coefficients);
  const context = contextScore(slates, c);
  const plain = context.map(logistic);
  const promotedToo = context.map((score) => logistic(score + c.direct));
  const attraction = (promoted: Uint8Array, i: number) =>
    promoted[i] === 1 ? promotedToo[i]! : plain[i]!;

  const probabilities = (promoted: Uint8Array): Float64Array => {
    const order = readingOrder(slates, promoted);
    const p = new Float64Array(slates.rows);
    for (let j = 0; j < slates.count; j++) {
      let look = 1;
      for (let k = slates.starts[j]!; k < slates.starts[j + 1]!; k++) {
        const i = order[k]!;
        const a = attraction(promoted, i);
        p[i] = look * a;
        look *= a * continueAfterClick + (1 - a) * continueAfterSkip;
      }
    }
    return p;
  };
  const draw = (promoted: Uint8Array, random: Random): Uint8Array => {
    const order = readingOrder(slates, promoted);
    const clicks = new Uint8Array(slates.rows);
    for (let j = 0; j < slates.count; j++) {
      for (let k = slates.starts[j]!; k < slates.starts[j + 1]!; k++) {
        const i = order[k]!;
        const isClicked = random.uniform() < attraction(promoted, i);
        if (isClicked) clicks[i] = 1;
        if (random.uniform() >= (isClicked ? continueAfterClick : continueAfterSkip)) break;
      }
    }
    return clicks;
  };
  return { name: "cascade", probabilities, draw };
}

/** Rows in the order in which they are read: slate by slate, by final position. */
function readingOrder(slates: Slates, promoted: Uint8Array): Int32Array {
  const final = finalPositions(slates, promoted);
  const order = new Int32Array(slates.rows);
  for (let i = 0; i < slates.rows; i++) {
    order[slates.starts[slates.slateOf[i]!]! + final[i]! - 1] = i;
  }
  return order;
}
