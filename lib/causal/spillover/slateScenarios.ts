/** One slate under every possible promotion: what a reader can play with. */
import type { Row } from "../../loaders/rows";
import type { ClickModel } from "./clickModel";
import type { Competition } from "./competition";
import { EXPOSURE_GROUPS, exposureOf } from "./exposure";
import { logisticClicks } from "./logisticClicks";
import { visibility } from "./ranking";
import type { Slates } from "./slates";

export interface ScenarioOptions {
  /** Default: the published logistic model. */
  readonly model?: ClickModel;
  readonly competition?: Competition;
}

/**
 * One row an item and scenario: promoted_position (0 when nobody is promoted, else the seed position of the promoted
 * item), item, cluster, seed_position, final_position, exposure_group, visibility_before, visibility_after, click_before,
 * click_after (probabilities).
 * @throws Error when there is no slate of that id
 */
export function slateScenarios(
  slates: Slates,
  slateId: string,
  options: ScenarioOptions = {},
): Row[] {
  const j = slates.slateId.indexOf(slateId);
  if (j < 0) throw new Error(`There is no slate ${slateId}. The first is ${slates.slateId[0]}.`);
  const model = options.model ?? logisticClicks(slates);
  const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
  const before = model.probabilities(new Uint8Array(slates.rows));
  const scenarios = Array.from({ length: to - from + 1 }, (_, place) => place);
  return scenarios.flatMap((promotedPosition) => {
    const promoted = new Uint8Array(slates.rows);
    if (promotedPosition > 0) promoted[from + promotedPosition - 1] = 1;
    const exposure = exposureOf(slates, promoted, { competition: options.competition });
    const after = model.probabilities(promoted);
    return Array.from({ length: to - from }, (_, place) => {
      const i = from + place;
      return {
        promoted_position: promotedPosition,
        item: slates.items.title[i]!,
        cluster: slates.clusters[slates.items.cluster[i]!]!,
        seed_position: slates.position[i]!,
        final_position: exposure.finalPosition[i]!,
        exposure_group: EXPOSURE_GROUPS[exposure.group[i]!]!,
        visibility_before: visibility(slates.position[i]!),
        visibility_after: visibility(exposure.finalPosition[i]!),
        click_before: before[i]!,
        click_after: after[i]!,
      };
    });
  });
}
