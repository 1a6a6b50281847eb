/** The best split of one node, found in the histograms of its rows. */
import { COUNT_BIT, ENTRY_BYTES, type HistogramKernel, SEARCH } from "./histogramKernel";
import type { WasmMemory } from "./wasmModule";

/** Rows of a node: how many, and the sums of their gradients and hessians. */
export interface NodeSums {
  readonly count: number;
  readonly gradient: number;
  readonly hessian: number;
}

export interface Split {
  /** G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2) - G^2 / (H + l2): twice what two Newton steps take more off the loss than one. */
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
  /** Hessian that each side must have, above 0. */
  readonly minHessian: number;
}

/** A gain below this share of the scores is rounding. */
const ROUNDING = 1e-12;

/** Histograms in a kernel's memory, and how they are laid out. */
export interface Histograms {
  readonly kernel: HistogramKernel;
  readonly memory: WasmMemory;
  /** Address of each column's first bin in a histogram at address 0. */
  readonly starts: Float64Array;
  /** Bins of each column; the one for missing values comes after them. */
  readonly bins: Int32Array;
  /** Address of a search's numbers, and after them an entry of zeros. */
  readonly search: number;
}

/** What a whole number in a sum stands for: powers of 2, so that products with them are exact. */
export interface Units {
  readonly gradient: number;
  readonly hessian: number;
}

export interface SplitSearch {
  /** The node's sums, from the bins of one column. @param histogram  address of the node's histogram */
  sums(histogram: number, column: number, units: Units): NodeSums;
  /**
   * The split of the largest gain among these columns (ascending), or undefined without a gain. Missing values are tried on
   * both sides. Where the node has none in the column, they go to the side with more rows. Among equal gains the first
   * column's first bin is taken.
   */
  best(
    histogram: number,
    node: NodeSums,
    columns: Int32Array,
    rules: SplitRules,
    units: Units,
  ): Split | undefined;
}

const WORD = 2 ** 32;

export function splitSearch({ kernel, memory, starts, bins, search }: Histograms): SplitSearch {
  const { buffer } = memory;
  const words = new Int32Array(buffer, 0, buffer.byteLength / 4);
  const numbers = new Float64Array(buffer, search, SEARCH.bytes / 8);
  const zeros = search + SEARCH.bytes;
  const addressAt = (address: number) => words[address / 4]! >>> 0;
  const countAt = (entry: number) => words[entry / 4 + 3]! >>> 8;

  function entryAt(entry: number, units: Units): NodeSums {
    const at = entry / 4;
    const high = words[at + 3]!;
    return {
      count: high >>> 8,
      gradient: (words[at + 1]! * WORD + (words[at]! >>> 0)) * units.gradient,
      hessian: ((high & 255) * WORD + (words[at + 2]! >>> 0)) * units.hessian,
    };
  }

  /** The split that the search has written down. */
  function found(
    histogram: number,
    node: NodeSums,
    columns: Int32Array,
    gain: number,
    units: Units,
  ): Split {
    const bin = addressAt(search + SEARCH.bin);
    let c = columns.length - 1;
    while (histogram + starts[columns[c]!]! > bin) c--;
    const column = columns[c]!;
    const start = histogram + starts[column]!;
    const left = entryAt(search + SEARCH.left, units);
    const right = {
      count: node.count - left.count,
      gradient: node.gradient - left.gradient,
      hessian: node.hessian - left.hessian,
    };
    const isComplete = countAt(start + bins[column]! * ENTRY_BYTES) === 0;
    return {
      gain,
      column,
      bin: (bin - start) / ENTRY_BYTES,
      missingLeft: isComplete
        ? left.count > right.count
        : addressAt(search + SEARCH.missing) !== zeros,
      left,
      right,
    };
  }

  return {
    sums(histogram, column, units) {
      const start = histogram + starts[column]!;
      const entries = new BigInt64Array(buffer, start, 2 * (bins[column]! + 1));
      let [gradient, packed] = [0n, 0n];
      for (let k = 0; k < entries.length; k += 2) {
        gradient += entries[k]!;
        packed += entries[k + 1]!;
      }
      const count = packed >> BigInt(COUNT_BIT);
      return {
        count: Number(count),
        gradient: Number(gradient) * units.gradient,
        hessian: Number(packed - (count << BigInt(COUNT_BIT))) * units.hessian,
      };
    },
    best(histogram, node, columns, { minLeaf, l2, minHessian }, units) {
      words.fill(0, search / 4, (zeros + ENTRY_BYTES) / 4);
      numbers[SEARCH.gradient / 8] = node.gradient / units.gradient;
      numbers[SEARCH.hessian / 8] = node.hessian / units.hessian;
      numbers[SEARCH.l2 / 8] = l2 / units.hessian;
      numbers[SEARCH.leastHessian / 8] = minHessian / units.hessian;
      for (let c = 0; c < columns.length; c++) {
        const column = columns[c]!;
        const start = histogram + starts[column]!;
        const missing = start + bins[column]! * ENTRY_BYTES;
        const last = missing - ENTRY_BYTES;
        const isComplete = countAt(missing) === 0;
        // With missing values on the right, every other value may go left.
        const end = isComplete ? last : missing;
        if (end > start) kernel.search(start, end, zeros, node.count, minLeaf, search);
        if (!isComplete && last > start) {
          kernel.search(start, last, missing, node.count, minLeaf, search);
        }
      }
      const score = numbers[SEARCH.score / 8]! * (units.gradient ** 2 / units.hessian);
      const gain = score - node.gradient ** 2 / (node.hessian + l2);
      if (!(score > 0 && gain > ROUNDING * score)) return undefined;
      return found(histogram, node, columns, gain, units);
    },
  };
}
