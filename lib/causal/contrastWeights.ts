/** What the variance of a contrast between two exposures needs of their probabilities, worked out once. */
import type { ExposureProbabilities } from "./exposureProbabilities";

/** Everything is listed over the kept units, those that can have either exposure, in the order of their groups. */
export interface ContrastWeights {
  readonly units: Int32Array;
  /** Units left out: with probability 0 of one of the exposures. */
  readonly dropped: number;
  /** Group g holds the kept units starts[g] ... starts[g + 1] - 1. */
  readonly starts: Int32Array;
  /** pi_i(d) and pi_i(e). */
  readonly marginals: readonly [Float64Array, Float64Array];
  /** Factor of y_i^2 in the variance estimate of the total under d, under e: (1 - pi) / pi^2 + z_i / pi. */
  readonly own: readonly [Float64Array, Float64Array];
  /** Factor of y_i^2 that is taken off the covariance estimate where unit i has d, has e: z_i / (2 pi). */
  readonly cross: readonly [Float64Array, Float64Array];
  /**
   * Factor of y_i y_j, (pi_ij - pi_i pi_j) / (pi_ij pi_i pi_j), of the pair of kept units i < j of a group whose
   * exposures are (d, d), (e, e), (d, e), (e, d) for kind 0 ... 3; 0 where pi_ij is 0.
   */
  pair(i: number, j: number, kind: number): number;
  /**
   * The same as a list, four kinds a pair, pairs of a group in the order (0,1), (0,2), ..., (1,2), ...; null where
   * there are more than two million pairs.
   */
  readonly pairs: Float64Array | null;
}

const MAX_PAIRS = 2_000_000;
/** More pairs would take minutes. */
const TOO_MANY_PAIRS = 50_000_000;

const remembered = new WeakMap<ExposureProbabilities, Map<string, ContrastWeights>>();

/**
 * The weights of a contrast, computed at the first call and kept as long as the probabilities live. z_i above is the
 * number of units j with pi_ij = 0: the correction of Aronow and Samii 2017, section 5 (Young's inequality).
 * @param d, e  numbers of the two exposures
 * @throws Error for more than 50 million pairs of dependent units
 */
export function contrastWeights(
  probabilities: ExposureProbabilities,
  d: number,
  e: number,
): ContrastWeights {
  const known = remembered.get(probabilities) ?? new Map<string, ContrastWeights>();
  remembered.set(probabilities, known);
  const key = `${d} ${e}`;
  let weights = known.get(key);
  if (!weights) {
    weights = compute(probabilities, d, e);
    known.set(key, weights);
  }
  return weights;
}

function compute(probabilities: ExposureProbabilities, d: number, e: number): ContrastWeights {
  const [allD, allE] = [probabilities.marginal(d), probabilities.marginal(e)];
  const { units, starts } = keptUnits(probabilities, allD, allE);
  const n = units.length;
  const marginals = [allD, allE].map((all) => Float64Array.from(units, (i) => all[i]!));
  const [piD, piE] = [marginals[0]!, marginals[1]!];
  // Pairs with joint probability 0 by unit: (d, d), (e, e), i has d and j has e, i has e and j has d.
  const zeros = Array.from({ length: 4 }, () => new Int32Array(n));

  const factor = (i: number, j: number, kind: number, joint: number) => {
    if (joint === 0) return 0;
    const first = kind === 0 || kind === 2 ? piD[i]! : piE[i]!;
    const second = kind === 0 || kind === 3 ? piD[j]! : piE[j]!;
    return 1 / (first * second) - 1 / joint;
  };
  const jointOf = (i: number, j: number, kind: number) =>
    probabilities.joint(
      units[i]!,
      kind === 0 || kind === 2 ? d : e,
      units[j]!,
      kind === 0 || kind === 3 ? d : e,
    );
  let pairCount = 0;
  for (let g = 0; g + 1 < starts.length; g++) {
    const size = starts[g + 1]! - starts[g]!;
    pairCount += (size * (size - 1)) / 2;
  }
  if (pairCount > TOO_MANY_PAIRS) {
    throw new Error(
      `The variance needs ${pairCount} pairs of units whose exposures may depend on each other. Tell exposureProbabilities which are independent: { independentGroups }.`,
    );
  }
  const pairs = pairCount <= MAX_PAIRS ? new Float64Array(4 * pairCount) : null;
  let at = 0;
  for (let g = 0; g + 1 < starts.length; g++) {
    for (let i = starts[g]!; i < starts[g + 1]!; i++) {
      for (let j = i + 1; j < starts[g + 1]!; j++) {
        for (let kind = 0; kind < 4; kind++) {
          const joint = jointOf(i, j, kind);
          if (joint === 0) {
            zeros[kind]![i]!++;
            // Seen from unit j, (d, e) is (e, d).
            zeros[kind < 2 ? kind : 5 - kind]![j]!++;
          }
          if (pairs) pairs[at + kind] = factor(i, j, kind, joint);
        }
        at += 4;
      }
    }
  }
  const own = [0, 1].map((k) =>
    marginals[k]!.map((pi, i) => (1 - pi) / pi ** 2 + zeros[k]![i]! / pi),
  );
  // A unit never has both exposures: the pair of it with itself has joint probability 0 too.
  const cross = [0, 1].map((k) => marginals[k]!.map((pi, i) => (zeros[2 + k]![i]! + 1) / (2 * pi)));
  return {
    units,
    dropped: probabilities.units - n,
    starts,
    marginals: [piD, piE],
    own: [own[0]!, own[1]!],
    cross: [cross[0]!, cross[1]!],
    pair: (i, j, kind) => factor(i, j, kind, jointOf(i, j, kind)),
    pairs,
  };
}

/** Units that can have both exposures, sorted by group. */
function keptUnits(
  { units: n, group, groups }: ExposureProbabilities,
  piD: Float64Array,
  piE: Float64Array,
): { units: Int32Array; starts: Int32Array } {
  const sizes = new Int32Array(groups);
  for (let i = 0; i < n; i++) if (piD[i]! > 0 && piE[i]! > 0) sizes[group[i]!]!++;
  const starts = new Int32Array(groups + 1);
  for (let g = 0; g < groups; g++) starts[g + 1] = starts[g]! + sizes[g]!;
  const units = new Int32Array(starts[groups]!);
  const next = starts.slice();
  for (let i = 0; i < n; i++) {
    if (piD[i]! > 0 && piE[i]! > 0) units[next[group[i]!]!++] = i;
  }
  return { units, starts: starts.filter((start, g) => g === 0 || start !== starts[g - 1]) };
}
