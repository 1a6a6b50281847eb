/** The decision under other assumptions: every part of the simulation varied, and the decision taken again. */
import type { Row } from "../../loaders/rows";
import { random } from "../../stats/random";
import { sampleWithoutReplacement } from "../../stats/randomTables";
import {
  type ClickCoefficients,
  type ClickModel,
  clickCoefficients,
  PUBLISHED_COEFFICIENTS,
} from "./clickModel";
import { type Competition, competitionOf } from "./competition";
import { drawAssignment } from "./experiment";
import { logisticClicks } from "./logisticClicks";
import { largestSlate } from "./ranking";
import { eligibleRows } from "./slateExposures";
import { shortenedSlates } from "./slateSubsets";
import { type Slates, slateSums } from "./slates";

/** One set of assumptions. What is left out is as published. */
export interface Scenario {
  readonly coefficients?: Partial<ClickCoefficients>;
  /** Factor on the three penalties sameSlate, sameCluster and displaced. Default 1. */
  readonly penalties?: number;
  /** Items promoted in each slate. Default 1. */
  readonly items?: number;
  /** Slates are cut after so many items. Default: their size. */
  readonly length?: number;
  /** Who competes. Default: the same cluster. Cannot be combined with `length`, whose slates have other pairs. */
  readonly competition?: Competition;
  /** Another click model in place of the logistic one. Of the settings above it takes `items` alone. */
  readonly model?: ClickModel;
}

export interface ScenarioValue {
  /** Expected clicks that a promoted slate wins, mean over slates. */
  readonly netClicks: number;
  /** Share of slates that win. */
  readonly shareThatGain: number;
  /** Promote if the slates win on average. */
  readonly promote: boolean;
}

/**
 * Draws of the promoted items; the same for all scenarios with slates of the same length, so that they differ by their
 * assumptions alone.
 */
export interface DecisionOptions {
  readonly seed: number;
  /** First seed position that may be promoted. Default 5. */
  readonly minPosition?: number;
}

/**
 * What promotion is worth under a scenario. Shorter slates are slates of their own: means of popularity and of shares of
 * likes are taken over the items that are left.
 * @throws Error for settings that exclude each other, or slates with too few items to promote
 */
export function scenarioValue(
  slates: Slates,
  scenario: Scenario,
  options: DecisionOptions,
): ScenarioValue {
  const { length, competition, items = 1, penalties = 1 } = scenario;
  assertCompatible(scenario);
  const used = length === undefined ? slates : shortenedSlates(slates, length);
  const model =
    scenario.model ??
    logisticClicks(used, { competition, coefficients: scaled(scenario.coefficients, penalties) });
  const promoted = promotedItems(used, items, options);
  const without = model.probabilities(new Uint8Array(used.rows));
  const lift = slateSums(
    used,
    model.probabilities(promoted).map((p, i) => p - without[i]!),
  );
  const netClicks = lift.reduce((sum, value) => sum + value, 0) / lift.length;
  const winners = lift.filter((value) => value > 0).length;
  return { netClicks, shareThatGain: winners / lift.length, promote: netClicks > 0 };
}

function assertCompatible(scenario: Scenario): void {
  const { length, competition, model, coefficients, penalties, items = 1 } = scenario;
  if (length !== undefined && (competition || model)) {
    throw new Error("A scenario with shorter slates takes neither a competition nor a model.");
  }
  if (model && (competition || coefficients || penalties !== undefined)) {
    throw new Error(
      `A scenario with a model of its own (${model.name}) takes no coefficients, penalties or competition: build them into the model.`,
    );
  }
  if (!(Number.isInteger(items) && items >= 1)) {
    throw new Error(`Items promoted in a slate are a whole number of 1 or more, not ${items}.`);
  }
}

function scaled(coefficients: Partial<ClickCoefficients> | undefined, factor: number) {
  const c = clickCoefficients(coefficients);
  return {
    ...c,
    sameSlate: c.sameSlate * factor,
    sameCluster: c.sameCluster * factor,
    displaced: c.displaced * factor,
  };
}

/** The focal item of each slate, and for more than one item further ones drawn among the promotable. */
function promotedItems(slates: Slates, items: number, options: DecisionOptions): Uint8Array {
  const { seed, minPosition = 5 } = options;
  const { focal } = drawAssignment(slates, { seed, minPosition });
  const able = eligibleRows(slates, minPosition);
  const promoted = new Uint8Array(slates.rows);
  const draws = random(seed).fork("further items");
  for (let j = 0; j < slates.count; j++) {
    promoted[focal[j]!] = 1;
    const rows: number[] = [];
    for (let i = slates.starts[j]!; i < slates.starts[j + 1]!; i++) {
      if (able[i] === 1 && i !== focal[j]) rows.push(i);
    }
    if (rows.length < items - 1) {
      throw new Error(
        `Slate ${slates.slateId[j]} has ${rows.length + 1} promotable items, not ${items}.`,
      );
    }
    for (const k of sampleWithoutReplacement(rows.length, items - 1, draws)) promoted[rows[k]!] = 1;
  }
  return promoted;
}

/** A part of the simulation and the two ends of the range over which it is varied. */
export interface Variation {
  readonly parameter: string;
  /** How the published setting reads. */
  readonly baseline: string;
  readonly low: { readonly setting: string; readonly scenario: Scenario };
  readonly high: { readonly setting: string; readonly scenario: Scenario };
}

/** Half and one and a half times, or wider where the field is unsure; penalties from none to double. */
const COEFFICIENT_RANGES: Partial<Record<keyof ClickCoefficients, readonly [number, number]>> = {
  intercept: [-3.75, -1.75],
  relevance: [0.39, 1.17],
  visibility: [0.575, 2.3],
  decay: [0.5, 2],
  userLikedRate: [0, 0.7],
  itemLikedRate: [0, 0.5],
  popularity: [0, 0.2],
  direct: [0, 1],
  sameSlate: [-0.16, 0],
  sameCluster: [-0.48, 0],
  displaced: [-0.2, 0],
};

const LABELS: Partial<Record<keyof ClickCoefficients, string>> = {
  intercept: "Intercept (how often anything is clicked)",
  relevance: "Weight of the user's stars",
  visibility: "Weight of visibility",
  decay: "Steepness of the position discount",
  userLikedRate: "Weight of the user's share of likes",
  itemLikedRate: "Weight of the movie's share of likes",
  popularity: "Weight of popularity",
  direct: "Bonus of the promoted item",
  sameSlate: "Penalty in the same slate",
  sameCluster: "Penalty in the same cluster",
  displaced: "Penalty for displaced items",
};

/** The coefficients, the number of promoted items, the length of slates, who competes, and the click model. */
export function variations(slates: Slates): Variation[] {
  const coefficients = (Object.keys(COEFFICIENT_RANGES) as (keyof ClickCoefficients)[]).map(
    (name) => {
      const end = (value: number) => ({
        setting: String(value),
        scenario: { coefficients: { [name]: value } },
      });
      const [low, high] = COEFFICIENT_RANGES[name]!;
      return {
        parameter: LABELS[name]!,
        baseline: String(PUBLISHED_COEFFICIENTS[name]),
        low: end(low),
        high: end(high),
      };
    },
  );
  const size = largestSlate(slates);
  const design: Variation[] = [
    {
      parameter: "All penalties together",
      baseline: "as published",
      low: { setting: "none", scenario: { penalties: 0 } },
      high: { setting: "double", scenario: { penalties: 2 } },
    },
    {
      parameter: "Promoted items in a slate",
      baseline: "1",
      low: { setting: "1", scenario: { items: 1 } },
      high: { setting: "4", scenario: { items: 4 } },
    },
    {
      parameter: "Who competes",
      baseline: "same cluster",
      low: { setting: "all items", scenario: { competition: everyPair(slates, true) } },
      high: { setting: "none", scenario: { competition: everyPair(slates, false) } },
    },
    {
      parameter: "Length of the slate",
      baseline: String(size),
      low: { setting: String(Math.min(6, size)), scenario: { length: Math.min(6, size) } },
      high: { setting: String(size), scenario: {} },
    },
  ];
  return [...coefficients, ...design];
}

function everyPair(slates: Slates, competes: boolean): Competition {
  return competitionOf(slates, competes ? "all items" : "no items", () => competes);
}

export interface SensitivityRow extends Row {
  readonly parameter: string;
  readonly baseline_setting: string;
  readonly low_setting: string;
  readonly high_setting: string;
  /** Net clicks per promoted slate at the low end, as published, at the high end. */
  readonly low: number;
  readonly baseline: number;
  readonly high: number;
  readonly swing: number;
  /** What one would do at each end. */
  readonly decision_low: string;
  readonly decision_high: string;
  readonly decision_changes: boolean;
}

/** One row a variation, the widest swing first. */
export function sensitivityTable(
  slates: Slates,
  varied: readonly Variation[],
  options: DecisionOptions,
): SensitivityRow[] {
  const baseline = scenarioValue(slates, {}, options);
  return varied
    .map(({ parameter, baseline: setting, low, high }) => {
      const [atLow, atHigh] = [low, high].map((end) =>
        scenarioValue(slates, end.scenario, options),
      );
      return {
        parameter,
        baseline_setting: setting,
        low_setting: low.setting,
        high_setting: high.setting,
        low: atLow!.netClicks,
        baseline: baseline.netClicks,
        high: atHigh!.netClicks,
        swing: Math.abs(atHigh!.netClicks - atLow!.netClicks),
        decision_low: decision(atLow!),
        decision_high: decision(atHigh!),
        decision_changes: [atLow!, atHigh!].some(({ promote }) => promote !== baseline.promote),
      };
    })
    .sort((a, b) => b.swing - a.swing);
}

function decision({ promote }: ScenarioValue): string {
  return promote ? "promote" : "do not promote";
}

export interface Alternatives {
  /** Other ideas of who competes. */
  readonly competitions?: readonly Competition[];
  /** Other click models. */
  readonly models?: readonly ClickModel[];
}

/** One row an alternative: who competes, or which click model; net clicks, share of slates that gain, decision. */
export function alternatives(
  slates: Slates,
  { competitions = [], models = [] }: Alternatives,
  options: DecisionOptions,
): Row[] {
  const row = (assumption: string, setting: string, scenario: Scenario) => {
    const value = scenarioValue(slates, scenario, options);
    return {
      assumption,
      setting,
      net_clicks_per_slate: value.netClicks,
      share_of_slates_that_gain: value.shareThatGain,
      decision: decision(value),
    };
  };
  return [
    ...competitions.map((one) => row("who competes", one.name, { competition: one })),
    ...models.map((model) => row("click model", model.name, { model })),
  ];
}

export interface MapOptions extends DecisionOptions {
  /** Bonuses of the promoted item. */
  readonly direct: readonly number[];
  /** Factors on the three penalties. */
  readonly penalties: readonly number[];
}

/** One row a pair of bonus and penalty factor: net clicks per promoted slate, and the share of slates that gain. */
export function promotionMap(slates: Slates, options: MapOptions): Row[] {
  return options.penalties.flatMap((penalties) =>
    options.direct.map((direct) => {
      const value = scenarioValue(slates, { penalties, coefficients: { direct } }, options);
      return {
        penalties,
        direct,
        net_clicks_per_slate: value.netClicks,
        share_of_slates_that_gain: value.shareThatGain,
      };
    }),
  );
}
