/** What a marginal structural model says of a history of treatments: its terms. */

export interface ExposureTerm {
  readonly name: string;
  /** @param treatments  A_1 ... A_t, those of all periods up to and with the outcome's */
  readonly of: (treatments: ArrayLike<number>) => number;
}

/** `last`: A_t. `cumulative`: number of treated periods. `share`: their share. `each`: A_1, ..., A_T, a term each. */
export type TermName = "last" | "cumulative" | "share" | "each";

const NAMED: Readonly<Record<Exclude<TermName, "each">, ExposureTerm>> = {
  last: { name: "last_treatment", of: (a) => a[a.length - 1] },
  cumulative: { name: "cumulative_treatment", of: (a) => countOf(a, a.length) },
  share: { name: "share_treated", of: (a) => countOf(a, a.length) / a.length },
};

/** Number of treated periods among the last ones. @param periods  how many, from 1 on; fewer where there are not so many */
export function recentTreatment(periods: number): ExposureTerm {
  if (!(Number.isInteger(periods) && periods >= 1)) {
    throw new Error(`A recent window has a whole number of periods from 1 on, not ${periods}.`);
  }
  return { name: `treated_of_last_${periods}`, of: (a) => countOf(a, periods) };
}

function countOf(treatments: ArrayLike<number>, periods: number): number {
  let count = 0;
  for (let t = Math.max(0, treatments.length - periods); t < treatments.length; t++) {
    count += treatments[t];
  }
  return count;
}

/** @throws Error for no term, an unknown one, or two of one name */
export function exposureTerms(
  asked: readonly (TermName | ExposureTerm)[],
  periods: number,
): ExposureTerm[] {
  const terms = asked.flatMap((term): ExposureTerm[] => {
    if (typeof term !== "string") return [term];
    if (term === "each") {
      return Array.from({ length: periods }, (_, t) => ({
        name: `treatment_${t + 1}`,
        of: (a) => a[t],
      }));
    }
    if (term in NAMED) return [NAMED[term]];
    throw new Error(`There is no term ${term}. There are last, cumulative, share and each.`);
  });
  if (terms.length === 0) throw new Error("A marginal structural model needs at least one term.");
  const names = terms.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) throw new Error(`Two terms are called ${twice}.`);
  return terms;
}
