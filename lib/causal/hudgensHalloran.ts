/** Direct, indirect, total and overall effects of a two-stage experiment. */
import { normal } from "../stats/distributions";
import { groupMembers } from "./designParts";
import type { Estimate } from "./estimate";
import { finite } from "./panelColumns";

export interface TwoStageData {
  /** Group of each row, 0 ... G - 1. */
  readonly group: ArrayLike<number>;
  /** Saturation of each group, G values: 0 for the lower, alpha0, 1 for the higher, alpha1. */
  readonly arm: ArrayLike<number>;
  /** Treatment of each row, 0 or 1. */
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
}

export interface TwoStageGroup {
  readonly group: number;
  readonly arm: number;
  readonly rows: number;
  readonly treated: number;
  /** Mean outcome of all rows. */
  readonly mean: number;
  /** Of treated and of untreated rows; null without such rows. */
  readonly treatedMean: number | null;
  readonly controlMean: number | null;
}

export interface TwoStageEffects {
  /** mean(1; alpha1) - mean(0; alpha1): of one's own treatment, in groups with the higher saturation. */
  readonly direct: Estimate;
  /** mean(1; alpha0) - mean(0; alpha0): the same with the lower saturation. */
  readonly directAtLower: Estimate;
  /** mean(0; alpha1) - mean(0; alpha0): of the others' treatment on the untreated. */
  readonly indirect: Estimate;
  /** mean(1; alpha1) - mean(0; alpha0): direct plus indirect. */
  readonly total: Estimate;
  /** mean(alpha1) - mean(alpha0): of giving a group the higher saturation. */
  readonly overall: Estimate;
  readonly groups: readonly TwoStageGroup[];
}

/** Means of one group and the parts of its within-group variance. */
interface GroupMoments extends TwoStageGroup {
  /** s_1^2 / K + s_0^2 / (n - K); null with fewer than two treated or two untreated rows. */
  readonly directVariance: number | null;
}

/**
 * Effects under two-stage randomization: C of N groups get saturation alpha1, the others alpha0, and within a group K
 * of its n rows are treated. Every mean is a mean over groups of group means, so groups count equally:
 *
 *     mean_i(z; a)  mean outcome of the rows of group i with treatment z          mean_i(a)  of all its rows
 *     mean(z; a)    mean over the groups with saturation a                        mean(a)    likewise
 *
 * All effects are higher minus lower and treated minus untreated (the paper's signs are the opposite).
 * Unbiased in this design without further assumptions. Variances, under stratified interference (what matters of the
 * others' treatment is how many have it), with s^2 sample variances over the groups of an arm:
 *
 *     Var direct     (1 - C / N) s^2(mean_i(1) - mean_i(0)) / C
 *                    + 1 / (C N) * sum over the arm of (s_i1^2 / K_i + s_i0^2 / (n_i - K_i))
 *     Var indirect   s^2(mean_i(0; alpha1)) / C + s^2(mean_i(0; alpha0)) / (N - C)
 *     Var total      s^2(mean_i(1; alpha1)) / C + s^2(mean_i(0; alpha0)) / (N - C)
 *     Var overall    s^2(mean_i(alpha1)) / C + s^2(mean_i(alpha0)) / (N - C)
 *
 * They are conservative, and unbiased where effects are the same on all rows of a group (direct) or all groups
 * (others). Where a group has fewer than two treated or untreated rows, the direct variance is s^2 / C, which is larger
 * on average, and a warning says so. Intervals are normal.
 * An effect that needs rows some group does not have (untreated ones under saturation 1) is null with a warning.
 * Source: Hudgens and Halloran 2008, doi:10.1198/016214508000000292, sections 4 and 5. The R package `interference`
 * (`estimates_hierarchical`) has the same formulas, but counts a variance of a single row as 0.
 * @throws Error for columns of different length, an empty group, a missing outcome, an arm or treatment other than 0
 *     and 1
 */
export function hudgensHalloran(
  data: TwoStageData,
  { level = 0.95 }: { readonly level?: number } = {},
): TwoStageEffects {
  const groups = groupMoments(data);
  const inArm = (arm: number) => groups.filter((one) => one.arm === arm);
  const [lower, higher] = [inArm(0), inArm(1)];
  const difference = (estimand: string, first: GroupMeans, second: GroupMeans): Estimate => {
    const missing = [...lacking(first), ...lacking(second)];
    const value = mean(first.values) - mean(second.values);
    const variance =
      sampleVariance(first.values) / first.values.length +
      sampleVariance(second.values) / second.values.length;
    return estimate(estimand, missing.length > 0 ? null : value, variance, missing);
  };
  const estimate = (
    estimand: string,
    value: number | null,
    variance: number,
    warnings: readonly string[],
  ): Estimate => {
    const standardError = value === null ? null : finite(Math.sqrt(variance));
    const reach = normal().quantile((1 + level) / 2, 0, 1) * (standardError ?? 0);
    const few =
      groups.length < FEW_GROUPS ? [`only ${groups.length} groups: the interval is rough`] : [];
    const single =
      value !== null && standardError === null ? ["one group in an arm: no standard error"] : [];
    return {
      estimand,
      value,
      standardError,
      lower: value === null || standardError === null ? null : value - reach,
      upper: value === null || standardError === null ? null : value + reach,
      level,
      method:
        "means of group means; variance under stratified interference (Hudgens and Halloran 2008), normal interval",
      n: data.outcome.length,
      dropped: 0,
      clusters: groups.length,
      warnings: [...new Set([...warnings, ...single, ...few])],
    };
  };
  const direct = (arm: readonly GroupMoments[], name: string): Estimate => {
    const [treated, control] = [
      meansOf(arm, "treatedMean", name),
      meansOf(arm, "controlMean", name),
    ];
    const missing = [...lacking(treated), ...lacking(control)];
    const effects = arm.map((one) => (one.treatedMean ?? 0) - (one.controlMean ?? 0));
    const between = sampleVariance(effects) / arm.length;
    const within = arm.map((one) => one.directVariance);
    const share = arm.length / groups.length;
    const isWhole = within.every((part) => part !== null);
    const variance = isWhole
      ? (1 - share) * between + (mean(within as number[]) * share) / arm.length
      : between;
    const coarse =
      isWhole || missing.length > 0
        ? []
        : [
            "some groups have one treated or one untreated row: the variance is that between groups, too large on average",
          ];
    return estimate(
      `direct effect at ${name}`,
      missing.length > 0 ? null : mean(effects),
      variance,
      [...missing, ...coarse],
    );
  };
  const means = (arm: number, which: "mean" | "treatedMean" | "controlMean") =>
    meansOf(arm === 1 ? higher : lower, which, ARMS[arm]!);
  return {
    direct: direct(higher, ARMS[1]),
    directAtLower: direct(lower, ARMS[0]),
    indirect: difference(
      "indirect effect on the untreated",
      means(1, "controlMean"),
      means(0, "controlMean"),
    ),
    total: difference("total effect", means(1, "treatedMean"), means(0, "controlMean")),
    overall: difference("overall effect", means(1, "mean"), means(0, "mean")),
    groups: groups.map(({ directVariance: _, ...group }) => group),
  };
}

const ARMS = ["the lower saturation", "the higher saturation"] as const;
/** Normal intervals over so few groups are rough. */
const FEW_GROUPS = 40;

interface GroupMeans {
  readonly values: readonly number[];
  readonly missing: number;
  readonly what: string;
}

function meansOf(
  arm: readonly GroupMoments[],
  which: "mean" | "treatedMean" | "controlMean",
  name: string,
): GroupMeans {
  const values = arm.map((one) => one[which]).filter((value) => value !== null);
  const rows =
    which === "treatedMean" ? "treated row" : which === "controlMean" ? "untreated row" : "row";
  return {
    values: values as number[],
    missing: arm.length - values.length,
    what:
      arm.length === 0
        ? `no group has ${name}`
        : `without ${/^[aeiou]/.test(rows) ? "an" : "a"} ${rows} at ${name}`,
  };
}

function lacking({ values, missing, what }: GroupMeans): string[] {
  if (missing > 0) return [`${missing} group${missing > 1 ? "s" : ""} ${what}`];
  return values.length === 0 ? [what] : [];
}

function groupMoments({ group, arm, treatment, outcome }: TwoStageData): GroupMoments[] {
  const rows = outcome.length;
  if (group.length !== rows || treatment.length !== rows) {
    throw new Error(
      `Columns differ in length: ${group.length} groups, ${treatment.length} treatments, ${rows} outcomes.`,
    );
  }
  const members = groupMembers(group);
  if (arm.length !== members.length) {
    throw new Error(`arm has ${arm.length} values for ${members.length} groups; give one a group.`);
  }
  return members.map((units, g) => {
    if (arm[g] !== 0 && arm[g] !== 1)
      throw new Error(`Group ${g}: the arm is 0 or 1, not ${arm[g]}.`);
    const byTreatment: number[][] = [[], []];
    for (const i of units) {
      const own = byTreatment[treatment[i]!];
      if (!own) throw new Error(`Row ${i}: the treatment is 0 or 1, not ${treatment[i]}.`);
      if (!Number.isFinite(outcome[i]!)) throw new Error(`Row ${i}: the outcome is ${outcome[i]}.`);
      own.push(outcome[i]!);
    }
    const [control, treated] = [byTreatment[0]!, byTreatment[1]!];
    return {
      group: g,
      arm: arm[g]!,
      rows: units.length,
      treated: treated.length,
      mean: mean([...control, ...treated]),
      treatedMean: finite(mean(treated)),
      controlMean: finite(mean(control)),
      directVariance: finite(
        sampleVariance(treated) / treated.length + sampleVariance(control) / control.length,
      ),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With n - 1; NaN for fewer than two values. */
function sampleVariance(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}
