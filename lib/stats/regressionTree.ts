/** A grown tree: nodes in arrays, read from raw values or from bins. */
import type { Features } from "./features";

/** Node 0 is the root. */
export interface RegressionTree {
  /** Column that a node is split on; -1 for a leaf. */
  readonly column: Int32Array;
  /** Rows with a value of at most this go left. Infinity: every row that has one. */
  readonly threshold: Float64Array;
  /** The same in bins. */
  readonly bin: Uint8Array;
  /** 1 where missing values go left. */
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What a leaf adds to the prediction. */
  readonly value: Float64Array;
  /** How much a split takes off the loss, twice; 0 for a leaf. */
  readonly gain: Float64Array;
}

/** Room for so many nodes, all of them leaves of value 0. */
export function emptyTree(nodes: number): RegressionTree {
  return {
    column: new Int32Array(nodes).fill(-1),
    threshold: new Float64Array(nodes),
    bin: new Uint8Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    value: new Float64Array(nodes),
    gain: new Float64Array(nodes),
  };
}

/** The first nodes of a tree. */
export function trimmedTree(tree: RegressionTree, nodes: number): RegressionTree {
  if (nodes === tree.column.length) return tree;
  return {
    column: tree.column.slice(0, nodes),
    threshold: tree.threshold.slice(0, nodes),
    bin: tree.bin.slice(0, nodes),
    missingLeft: tree.missingLeft.slice(0, nodes),
    left: tree.left.slice(0, nodes),
    right: tree.right.slice(0, nodes),
    value: tree.value.slice(0, nodes),
    gain: tree.gain.slice(0, nodes),
  };
}

/** Adds the tree's value of each row to `predictions`. */
export function addTreeValues(tree: RegressionTree, x: Features, predictions: Float64Array): void {
  const { column, threshold, missingLeft, left, right, value } = tree;
  const width = x.names.length;
  const values = x.values;
  for (let i = 0, start = 0; i < x.rows; i++, start += width) {
    let node = 0;
    for (let j = column[0]!; j >= 0; j = column[node]!) {
      const own = values[start + j]!;
      const goesLeft = Number.isNaN(own) ? missingLeft[node] === 1 : own <= threshold[node]!;
      node = goesLeft ? left[node]! : right[node]!;
    }
    predictions[i]! += value[node]!;
  }
}

/**
 * The same for some rows in bins.
 * @param bins  column by column, `rowsInAll` each
 * @param missing  for each column the bin of the missing values
 */
export function addTreeValuesOfBins(
  tree: RegressionTree,
  { bins, missing, rowsInAll }: { bins: Uint8Array; missing: Uint8Array; rowsInAll: number },
  rows: Int32Array,
  predictions: Float64Array,
): void {
  const { column, bin, missingLeft, left, right, value } = tree;
  for (let k = 0; k < rows.length; k++) {
    const i = rows[k]!;
    let node = 0;
    for (let j = column[0]!; j >= 0; j = column[node]!) {
      const own = bins[j * rowsInAll + i]!;
      const goesLeft = own === missing[j] ? missingLeft[node] === 1 : own <= bin[node]!;
      node = goesLeft ? left[node]! : right[node]!;
    }
    predictions[i]! += value[node]!;
  }
}
