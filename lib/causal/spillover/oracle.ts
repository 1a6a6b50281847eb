/** What the simulator knows of each slate: its clicks if promoted, if not, and the difference. */
import type { Row } from "../../loaders/rows";
import type { ClickModel } from "./clickModel";
import { type Experiment, focalRows } from "./experiment";
import { logisticClicks } from "./logisticClicks";
import { slateSums } from "./slates";

/** Expected clicks of each slate, J values each. */
export interface Oracle {
  readonly promoted: Float64Array;
  readonly control: Float64Array;
  /** promoted - control: the true conditional effect. */
  readonly lift: Float64Array;
}

/** Expected clicks of every slate as if it were promoted, and as if not. @param model  default the published one */
export function oracleOf(
  { slates, focal }: Pick<Experiment, "slates" | "focal">,
  model?: ClickModel,
): Oracle {
  const clicks = model ?? logisticClicks(slates);
  const promoted = slateSums(slates, clicks.probabilities(focalRows(slates, focal)));
  const control = slateSums(slates, clicks.probabilities(new Uint8Array(slates.rows)));
  return { promoted, control, lift: promoted.map((value, j) => value - control[j]!) };
}

/** Mean and median of the true lift, share of slates that win, largest difference to the recorded lift of promoted slates. */
export function oracleCheck(oracle: Oracle, experiment: Experiment): Row[] {
  const { lift } = oracle;
  const recorded = slateSums(experiment.slates, experiment.lift);
  const sorted = Float64Array.from(lift).sort();
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  let worst = 0;
  for (let j = 0; j < lift.length; j++) {
    if (experiment.treated[j] === 1) worst = Math.max(worst, Math.abs(lift[j]! - recorded[j]!));
  }
  const metrics = {
    mean_true_promote_lift: lift.reduce((sum, value) => sum + value, 0) / lift.length,
    median_true_promote_lift: middle,
    share_positive: lift.filter((value) => value > 0).length / lift.length,
    max_abs_difference_to_recorded: worst,
  };
  return Object.entries(metrics).map(([metric, value]) => ({ metric, value }));
}
