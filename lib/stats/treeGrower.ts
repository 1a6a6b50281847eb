/** Grows one tree on gradients and hessians: always the leaf with the largest gain is split next. */
import type { Derivatives, LossSummary } from "./boostingLoss";
import { binFeatures } from "./featureBins";
import type { Features } from "./features";
import { type GrowerMemory, growerMemory } from "./growerMemory";
import { COUNT_BIT, ENTRY_BYTES, histogramKernel } from "./histogramKernel";
import { addTreeValuesOfBins, emptyTree, type RegressionTree, trimmedTree } from "./regressionTree";
import { type NodeSums, type Split, type SplitRules, splitSearch, type Units } from "./splitSearch";
import { inWasmMemory, type WasmMemory } from "./wasmModule";

export interface TreeRules extends SplitRules {
  readonly maxLeaves: number;
  readonly maxDepth: number;
  /** What each leaf's Newton step is multiplied by. */
  readonly learningRate: number;
}

type Largest = LossSummary["largest"];

export interface TreeGrower {
  /** Derivatives of the loss by the prediction, one value for each row of x, to be written before growing. */
  readonly derivatives: Derivatives;
  /**
   * A tree on these rows and columns (ascending, at least one each); its values are added to the predictions of the rows.
   * `largest` bounds the derivatives' sizes.
   * A leaf's value is -learningRate * G / (H + l2), G and H the sums of its rows' derivatives.
   */
  grow(
    rows: Int32Array,
    columns: Int32Array,
    largest: Largest,
    predictions: Float64Array,
  ): RegressionTree;
  /** Adds a grown tree's values to the predictions of other rows. */
  addValues(tree: RegressionTree, rows: Int32Array, predictions: Float64Array): void;
}

/** Sums of gradients stay below 2^60 units. */
const GRADIENT_BITS = 60;
/** Rows are counted in 24 bits. */
export const MOST_ROWS = 2 ** 24 - 1;

/**
 * Cuts all rows of x into bins, and hands over a grower that works on them until `work` is done.
 *
 * Gradients and hessians are rounded to whole multiples of a power of 2 (for n rows the gradient to 60 - log2(n) bits
 * below the largest one, the hessian to 39 - log2(n)), so that sums are exact: the order of rows and columns never shows, and
 * a histogram taken from its parent's is what adding up would have given.
 * @throws RangeError for more than 16,777,215 rows or 4 GiB
 */
export function withTreeGrower<T>(
  x: Features,
  edges: readonly Float64Array[],
  rules: TreeRules,
  work: (grower: TreeGrower) => T,
): T {
  if (x.rows > MOST_ROWS) {
    throw new RangeError(`${x.rows} rows: trees are grown on at most ${MOST_ROWS}.`);
  }
  const places = growerMemory(x, edges, rules);
  return inWasmMemory(places.end, (memory) => work(treeGrower(x, edges, rules, places, memory)));
}

/** A leaf that may still be split. */
interface Leaf {
  readonly node: number;
  readonly depth: number;
  /** Its rows are those from place `from` up to `to`. */
  readonly from: number;
  readonly to: number;
  readonly sums: NodeSums;
  /** Number of its histogram; -1 without. */
  histogram: number;
  split: Split | undefined;
}

function treeGrower(
  x: Features,
  edges: readonly Float64Array[],
  rules: TreeRules,
  places: GrowerMemory,
  memory: WasmMemory,
): TreeGrower {
  const { maxLeaves, maxDepth, minLeaf, l2, learningRate } = rules;
  const { buffer } = memory;
  const kernel = histogramKernel(memory);
  const bins = new Uint8Array(buffer, 0, x.rows * x.names.length);
  binFeatures(x, edges, bins);
  const order = new Int32Array(buffer, places.rows, x.rows);
  const others = new Int32Array(buffer, places.others, x.rows + 1);
  const marks = new Uint8Array(buffer, places.marks, 256);
  const gradients = new Float64Array(buffer, places.gradients, x.rows);
  const hessians = new Float64Array(buffer, places.hessians, x.rows);
  const scales = new Float64Array(buffer, places.scales, 2);
  const missing = Uint8Array.from(edges, (own) => own.length + 1);
  const binCounts = Int32Array.from(edges, (own) => own.length + 1);
  const search = splitSearch({ kernel, memory, bins: binCounts, ...places });
  let units: Units = { gradient: 1, hessian: 1 };
  const entriesOf = (histogram: number) => places.histograms + histogram * places.histogramBytes;
  const free: number[] = [];
  let made = 0;
  let columns = new Int32Array();

  function takeHistogram(): number {
    return free.pop() ?? made++;
  }

  function release(leaf: Leaf): void {
    if (leaf.histogram >= 0) free.push(leaf.histogram);
    leaf.histogram = -1;
  }

  function fill(leaf: Leaf): void {
    leaf.histogram = takeHistogram();
    const start = entriesOf(leaf.histogram);
    new Float64Array(buffer, start, places.histogramBytes / 8).fill(0);
    const [first, end] = [places.rows + 4 * leaf.from, places.rows + 4 * leaf.to];
    kernel.gather(first, end, places.summands, places.gathered);
    for (let c = 0; c < columns.length; c += 2) {
      const one = columns[c]!;
      const isPair = c + 1 < columns.length;
      const two = isPair ? columns[c + 1]! : one;
      kernel.accumulate(
        first,
        end,
        places.gathered,
        one * x.rows,
        start + places.starts[one]!,
        two * x.rows,
        isPair ? start + places.starts[two]! : places.unread,
      );
    }
  }

  function findSplit(leaf: Leaf): void {
    leaf.split = search.best(entriesOf(leaf.histogram), leaf.sums, columns, rules, units);
    if (!leaf.split) release(leaf);
  }

  /** Rounds the derivatives to whole units. */
  function writeSummands(rows: number, largest: Largest): void {
    scales[0] = scaleFor(largest.gradient, GRADIENT_BITS, rows);
    scales[1] = scaleFor(largest.hessian, COUNT_BIT - 1, rows);
    units = { gradient: 1 / scales[0], hessian: 1 / scales[1] };
    kernel.round(
      places.summands,
      places.summands + x.rows * ENTRY_BYTES,
      places.gradients,
      places.scales,
      places.hessians,
      places.scales + 8,
    );
  }

  function rootLeaf(rows: number): Leaf {
    const none = { count: rows, gradient: 0, hessian: 0 };
    const unknown: Leaf = {
      node: 0,
      depth: 0,
      from: 0,
      to: rows,
      sums: none,
      histogram: -1,
      split: undefined,
    };
    fill(unknown);
    const sums = search.sums(entriesOf(unknown.histogram), columns[0]!, units);
    const root = { ...unknown, sums };
    if (maySplit(root)) findSplit(root);
    return root;
  }

  const maySplit = (leaf: Leaf) => leaf.depth < maxDepth && leaf.sums.count >= 2 * minLeaf;

  /** Gives both children their histograms and best splits; the parent's histogram becomes the larger child's. */
  function open(parent: Leaf, left: Leaf, right: Leaf): void {
    const [small, large] = left.sums.count <= right.sums.count ? [left, right] : [right, left];
    // The smaller child's rows are at most half of the parent's, so where it may be split, so may the larger one.
    if (!maySplit(large)) {
      release(parent);
      return;
    }
    fill(small);
    large.histogram = parent.histogram;
    const start = entriesOf(large.histogram);
    kernel.subtract(start, start + places.histogramBytes, entriesOf(small.histogram));
    if (maySplit(small)) findSplit(small);
    else release(small);
    findSplit(large);
  }

  /** Sorts the leaf's rows into those that go left and right, each in their order. */
  function part(leaf: Leaf, { column, bin, missingLeft, left }: Split): void {
    marks.fill(0);
    marks.fill(4, 0, bin + 1);
    marks[missing[column]!] = missingLeft ? 4 : 0;
    const [first, end] = [places.rows + 4 * leaf.from, places.rows + 4 * leaf.to];
    kernel.part(first, end, column * x.rows, places.marks, places.others);
    const middle = leaf.from + left.count;
    order.set(others.subarray(0, leaf.to - middle), middle);
  }

  return {
    derivatives: { gradient: gradients, hessian: hessians },
    grow(rows, among, largest, predictions) {
      columns = among.slice();
      free.length = 0;
      made = 0;
      order.set(rows);
      writeSummands(rows.length, largest);
      const tree = emptyTree(2 * Math.min(maxLeaves, rows.length) - 1);
      const root = rootLeaf(rows.length);
      const leaves = [root];
      let nodes = 1;
      while (leaves.length < maxLeaves) {
        const next = bestLeaf(leaves);
        if (next < 0) break;
        const leaf = leaves[next]!;
        const split = leaf.split!;
        part(leaf, split);
        const middle = leaf.from + split.left.count;
        const depth = leaf.depth + 1;
        const closed = { histogram: -1, split: undefined };
        const left: Leaf = {
          ...closed,
          node: nodes,
          depth,
          from: leaf.from,
          to: middle,
          sums: split.left,
        };
        const right: Leaf = {
          ...closed,
          node: nodes + 1,
          depth,
          from: middle,
          to: leaf.to,
          sums: split.right,
        };
        nodes += 2;
        writeSplit(tree, leaf.node, split, left.node, edges);
        leaves[next] = left;
        leaves.push(right);
        if (leaves.length < maxLeaves) open(leaf, left, right);
      }
      for (const { node, from, to, sums } of leaves) {
        const value = (-learningRate * sums.gradient) / (sums.hessian + l2);
        tree.value[node] = value;
        for (let k = from; k < to; k++) predictions[order[k]!]! += value;
      }
      return trimmedTree(tree, nodes);
    },
    addValues(tree, rows, predictions) {
      addTreeValuesOfBins(tree, { bins, missing, rowsInAll: x.rows }, rows, predictions);
    },
  };
}

/** Place of the leaf with the largest gain, the first of equal ones; -1 when none can be split. */
function bestLeaf(leaves: readonly Leaf[]): number {
  let best = -1;
  let most = 0;
  leaves.forEach(({ split }, place) => {
    if (split && split.gain > most) {
      best = place;
      most = split.gain;
    }
  });
  return best;
}

/** A power of 2 that takes n numbers up to `most` to a sum below 2^bits. */
function scaleFor(most: number, bits: number, n: number): number {
  if (most === 0) return 1;
  const exponent = bits - Math.ceil(Math.log2(n)) - Math.ceil(Math.log2(most));
  return 2 ** Math.min(Math.max(exponent, -1000), 1000);
}

function writeSplit(
  tree: RegressionTree,
  node: number,
  { column, bin, missingLeft, gain }: Split,
  left: number,
  edges: readonly Float64Array[],
): void {
  tree.column[node] = column;
  tree.bin[node] = bin;
  tree.threshold[node] = edges[column]![bin] ?? Infinity;
  tree.missingLeft[node] = missingLeft ? 1 : 0;
  tree.left[node] = left;
  tree.right[node] = left + 1;
  tree.gain[node] = gain;
}
