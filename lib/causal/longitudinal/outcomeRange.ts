/** Outcomes between known bounds, moved to [0, 1] for logistic models, and back. */
import { type Longitudinal, unitsWithOutcome } from "./longitudinalData";

export type OutcomeRange = "observed" | readonly [number, number];

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** (y - low) / (high - low), one value a unit; 0 for units without an outcome. */
  readonly scaled: Float64Array;
}

/**
 * @param range  bounds of the outcome, or "observed" for its least and greatest value
 * @throws Error for bounds that an outcome exceeds, naming the unit, or an outcome that is the same everywhere
 */
export function scaleOutcome(data: Longitudinal, range: OutcomeRange): Scale {
  const units = unitsWithOutcome(data);
  let [low, high] = [Infinity, -Infinity];
  for (const u of units) {
    low = Math.min(low, data.outcome[u]);
    high = Math.max(high, data.outcome[u]);
  }
  if (range !== "observed") {
    const [least, greatest] = range;
    if (!(least < greatest && Number.isFinite(greatest - least))) {
      throw new Error(
        `The outcome's range is [low, high] with low < high, not [${range.join(", ")}].`,
      );
    }
    const wrong = units.find((u) => !(data.outcome[u] >= least && data.outcome[u] <= greatest));
    if (wrong !== undefined) {
      throw new Error(
        `Unit ${wrong + 1}: the outcome ${data.outcome[wrong]} lies outside the range [${range.join(", ")}].`,
      );
    }
    [low, high] = range;
  }
  if (low === high) {
    throw new Error(`Every outcome is ${low}: there is nothing to estimate.`);
  }
  const scaled = new Float64Array(data.units);
  for (const u of units) scaled[u] = (data.outcome[u] - low) / (high - low);
  return { low, high, scaled };
}
