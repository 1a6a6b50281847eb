/** What treating by a rule gains over treating nobody, from doubly robust scores of rows the rule was not made from. */
import type { Estimate } from "./estimate";
import { scoreMean } from "./scoreMean";

/** A treatment rule, applied to rows. */
export interface Policy {
  readonly name: string;
  /** 1 for each row that is treated, else 0. */
  readonly treats: Uint8Array;
}

export interface PolicyInput {
  /** Doubly robust scores of the effect. */
  readonly scores: ArrayLike<number>;
  readonly cluster?: ArrayLike<number>;
  /** True effect of each row, where a simulation knows it. */
  readonly oracle?: ArrayLike<number>;
}

export interface PolicyValue extends Estimate {
  readonly policy: string;
  /** Share of the rows that are treated. */
  readonly treatedShare: number;
  /** The true gain per row; null without an oracle. */
  readonly trueValue: number | null;
}

export interface PolicyOptions {
  /** Confidence level. Default 0.95. */
  readonly level?: number;
}

const METHOD = "mean of policy x doubly robust score of the effect";

/**
 * For each policy the gain per row over treating nobody: the mean over all rows, treated or not, of treats * score. Times 1,000
 * it is the gain per thousand rows. The interval is honest where a row's score and its treatment by the policy come from
 * models that have not seen its fold, as those of `conditionalEffect` do. Treating nobody gains exactly 0.
 * Sources: Dudik, Langford and Li 2011, arXiv:1103.4601; Athey and Wager 2021, doi:10.3982/ECTA15732.
 * @throws Error for a policy that does not say 0 or 1 for every row, or columns that differ in length
 */
export function policyValues(
  input: PolicyInput,
  policies: readonly Policy[],
  options: PolicyOptions = {},
): PolicyValue[] {
  return policies.map((policy) => {
    const treats = checked(policy, input);
    return {
      ...scoreMean(
        treats.map((treat, i) => (treat === 1 ? input.scores[i]! : 0)),
        {
          estimand: `gain per row of ${policy.name} over treating nobody`,
          method: METHOD,
          cluster: input.cluster,
          level: options.level,
        },
      ),
      policy: policy.name,
      treatedShare: mean(treats),
      trueValue: trueMean(treats, input.oracle),
    };
  });
}

export interface PolicyDifference extends Estimate {
  readonly policy: string;
  readonly reference: string;
  /** The true difference per row; null without an oracle. */
  readonly trueValue: number | null;
}

/** Gain per row of each policy over the reference policy, paired: the mean of (treats - reference treats) * score. */
export function policyDifferences(
  input: PolicyInput,
  policies: readonly Policy[],
  reference: Policy,
  options: PolicyOptions = {},
): PolicyDifference[] {
  const base = checked(reference, input);
  return policies.map((policy) => {
    const change = checked(policy, input).map((treat, i) => treat - base[i]!);
    return {
      ...scoreMean(
        change.map((sign, i) => (sign === 0 ? 0 : sign * input.scores[i]!)),
        {
          estimand: `gain per row of ${policy.name} over ${reference.name}`,
          method: METHOD,
          cluster: input.cluster,
          level: options.level,
        },
      ),
      policy: policy.name,
      reference: reference.name,
      trueValue: trueMean(change, input.oracle),
    };
  });
}

export function treatNone(rows: number): Policy {
  return { name: "treat none", treats: new Uint8Array(rows) };
}

export function treatAll(rows: number): Policy {
  return { name: "treat all", treats: new Uint8Array(rows).fill(1) };
}

/** Treats rows whose predicted effect is above the threshold. */
export function treatAbove(predicted: ArrayLike<number>, threshold = 0): Policy {
  return {
    name: `treat above ${threshold}`,
    treats: Uint8Array.from(predicted, (effect) => (effect > threshold ? 1 : 0)),
  };
}

/**
 * Treats about this share of each fold: the rows with the highest predictions in it, round(share * m) of its m rows; of equal
 * predictions at the end none. All predictions of a fold come from the same models, which have not seen it. A threshold from
 * other folds would let a row's own outcome decide on it, because the models of those folds have learned from it.
 * @param share  in [0, 1]
 * @param fold  of each row
 */
export function treatTopShare(
  predicted: ArrayLike<number>,
  fold: ArrayLike<number>,
  share: number,
): Policy {
  if (!(share >= 0 && share <= 1)) throw new Error(`A share lies in [0, 1], unlike ${share}.`);
  const rows = Array.from({ length: predicted.length }, (_, i) => i);
  const treats = new Uint8Array(rows.length);
  for (const k of new Set(Array.from(fold))) {
    const own = rows.filter((i) => fold[i] === k);
    const descending = own.map((i) => predicted[i]!).sort((a, b) => b - a);
    const threshold = descending[Math.round(share * own.length)] ?? -Infinity;
    for (const i of own) if (predicted[i]! > threshold) treats[i] = 1;
  }
  return { name: `treat the top ${Number((100 * share).toFixed(2))}%`, treats };
}

/** As numbers with a sign. */
function checked({ name, treats }: Policy, { scores, oracle }: PolicyInput): Float64Array {
  if (treats.length !== scores.length || (oracle && oracle.length !== scores.length)) {
    throw new Error(
      `${name} is about ${treats.length} rows; there are ${scores.length} scores and ${oracle?.length ?? "no"} true effects.`,
    );
  }
  const wrong = treats.findIndex((treat) => treat !== 0 && treat !== 1);
  if (wrong >= 0) throw new Error(`${name}, row ${wrong + 1}: 0 or 1, not ${treats[wrong]}.`);
  return Float64Array.from(treats);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function trueMean(change: Float64Array, oracle: ArrayLike<number> | undefined): number | null {
  return oracle ? mean(change.map((sign, i) => (sign === 0 ? 0 : sign * oracle[i]!))) : null;
}
