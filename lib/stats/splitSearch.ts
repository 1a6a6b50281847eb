/** The best split of one node, found in the histograms of its rows. */

/** Rows of a node: how many, and the sums of their gradients and hessians. */
export interface NodeSums {
  readonly count: number;
  readonly gradient: number;
  readonly hessian: number;
}

export interface Split {
  /** What the split adds to {@link score}, summed over both sides. Above 0. */
  readonly gain: number;
  readonly column: number;
  /** Rows whose bin is at most this one go left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly left: NodeSums;
  readonly right: NodeSums;
}

export interface SplitRules {
  /** Rows that each side must have. */
  readonly minLeaf: number;
  readonly l2: number;
}

/** Hessian that each side must have, as in scikit-learn. */
const MIN_HESSIAN = 1e-3;
/** A gain below this share of the scores is rounding. */
const ROUNDING = 1e-12;

/** Twice what a node's Newton step takes off the loss: G^2 / (H + l2). */
export function score({ gradient, hessian }: NodeSums, l2: number): number {
  return (gradient * gradient) / (hessian + l2);
}

/**
 * Sums in a bin, four 32-bit words each, lowest first: the gradient as a 64-bit integer in units of `gradientUnit`; then
 * the count times 2^40 plus the hessian in units of `hessianUnit`, which stays below 2^40.
 */
export interface Histograms {
  readonly words: Int32Array;
  /** Place of the first word of each column's first bin, for a histogram that starts at word 0. */
  readonly starts: Int32Array;
  /** Bins of each column; the one for missing values comes after them. */
  readonly bins: Int32Array;
  gradientUnit: number;
  hessianUnit: number;
}

const WORD = 2 ** 32;

/** The node's sums, from the bins of one column. @param from  word at which the node's histogram starts */
export function columnSums(
  { words, starts, bins, gradientUnit, hessianUnit }: Histograms,
  from: number,
  column: number,
): NodeSums {
  let count = 0;
  let gradient = 0;
  let hessian = 0;
  const start = from + starts[column]!;
  for (let at = start; at <= start + 4 * bins[column]!; at += 4) {
    const high = words[at + 3]!;
    count += high >>> 8;
    gradient += (words[at + 1]! * WORD + (words[at]! >>> 0)) * gradientUnit;
    hessian += ((high & 255) * WORD + (words[at + 2]! >>> 0)) * hessianUnit;
  }
  return { count, gradient, hessian };
}

/** The candidate of one search. Changed in place: the search looks at some thousand bins a node. */
interface Best {
  score: number;
  column: number;
  bin: number;
  missingLeft: boolean;
  count: number;
  gradient: number;
  hessian: number;
}

/**
 * The split of the largest gain G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2) - G^2 / (H + l2) among these columns, or undefined.
 * Missing values are tried on both sides. Where the node has none in the column, they go to the side with more rows. Among
 * equal gains the first column's first bin is taken.
 * @param from  word at which the node's histogram starts
 */
export function bestSplit(
  histograms: Histograms,
  from: number,
  node: NodeSums,
  columns: Int32Array,
  rules: SplitRules,
): Split | undefined {
  const best: Best = {
    score: 0,
    column: -1,
    bin: 0,
    missingLeft: false,
    count: 0,
    gradient: 0,
    hessian: 0,
  };
  for (let c = 0; c < columns.length; c++) {
    const column = columns[c]!;
    const start = from + histograms.starts[column]!;
    const bins = histograms.bins[column]!;
    const missing = histograms.words[start + 4 * bins + 3]! >>> 8;
    if (missing === 0) {
      search(histograms, start, bins - 1, -1, node, rules, column, best);
    } else {
      search(histograms, start, bins, -1, node, rules, column, best);
      search(histograms, start, bins - 1, start + 4 * bins, node, rules, column, best);
    }
  }
  const gain = best.score - score(node, rules.l2);
  if (!(gain > ROUNDING * best.score)) return undefined;
  const { column, bin, count, gradient, hessian } = best;
  const start = from + histograms.starts[column]!;
  const hasMissing = histograms.words[start + 4 * histograms.bins[column]! + 3]! >>> 8 > 0;
  const right = {
    count: node.count - count,
    gradient: node.gradient - gradient,
    hessian: node.hessian - hessian,
  };
  return {
    gain,
    column,
    bin,
    missingLeft: hasMissing ? best.missingLeft : count > right.count,
    left: { count, gradient, hessian },
    right,
  };
}

/** Tries the upper edges of the bins before `end`. @param missing  word of the missing values that go left, or -1 */
function search(
  { words, gradientUnit, hessianUnit }: Histograms,
  start: number,
  end: number,
  missing: number,
  node: NodeSums,
  { minLeaf, l2 }: SplitRules,
  column: number,
  best: Best,
): void {
  const rows = node.count;
  const allGradient = node.gradient;
  const allHessian = node.hessian;
  let highest = best.score;
  let count = 0;
  let gradient = 0;
  let hessian = 0;
  if (missing >= 0) {
    const high = words[missing + 3]!;
    count = high >>> 8;
    gradient = (words[missing + 1]! * WORD + (words[missing]! >>> 0)) * gradientUnit;
    hessian = ((high & 255) * WORD + (words[missing + 2]! >>> 0)) * hessianUnit;
  }
  for (let bin = 0, at = start; bin < end; bin++, at += 4) {
    const high = words[at + 3]!;
    const own = high >>> 8;
    if (own === 0) continue;
    count += own;
    gradient += (words[at + 1]! * WORD + (words[at]! >>> 0)) * gradientUnit;
    hessian += ((high & 255) * WORD + (words[at + 2]! >>> 0)) * hessianUnit;
    if (count < minLeaf || hessian < MIN_HESSIAN) continue;
    const otherHessian = allHessian - hessian;
    if (rows - count < minLeaf || otherHessian < MIN_HESSIAN) break;
    const other = allGradient - gradient;
    const h = hessian + l2;
    const otherH = otherHessian + l2;
    // Both sides' scores over one denominator: a division takes as long as all the rest.
    const sum = (gradient * gradient * otherH + other * other * h) / (h * otherH);
    if (sum > highest) {
      highest = sum;
      best.score = sum;
      best.column = column;
      best.bin = bin;
      best.missingLeft = missing >= 0;
      best.count = count;
      best.gradient = gradient;
      best.hessian = hessian;
    }
  }
}
