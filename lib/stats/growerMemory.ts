/** Where in a WebAssembly memory a tree grower keeps what it works on. */
import type { Features } from "./features";
import { ENTRY_BYTES, SEARCH } from "./histogramKernel";

/** Addresses in bytes. The bins of the columns, one column after the other, start at 0. */
export interface GrowerMemory {
  readonly gradients: number;
  readonly hessians: number;
  readonly scales: number;
  readonly search: number;
  readonly summands: number;
  readonly gathered: number;
  readonly rows: number;
  readonly others: number;
  readonly marks: number;
  readonly histograms: number;
  readonly histogramBytes: number;
  /** Of each column's first bin, from the start of a histogram on. */
  readonly starts: Float64Array;
  /** A histogram of one column that nobody reads. */
  readonly unread: number;
  readonly end: number;
}

export function growerMemory(
  x: Features,
  edges: readonly Float64Array[],
  { maxLeaves, minLeaf }: { readonly maxLeaves: number; readonly minLeaf: number },
): GrowerMemory {
  const starts = new Float64Array(edges.length);
  let histogramBytes = 0;
  edges.forEach((own, j) => {
    starts[j] = histogramBytes;
    histogramBytes += (own.length + 2) * ENTRY_BYTES;
  });
  // Only leaves that can be split have a histogram, and their number is bounded by rows too.
  const histogramsAtOnce = Math.min(maxLeaves, Math.ceil(x.rows / (2 * minLeaf))) + 2;
  let end = 0;
  const place = (bytes: number) => {
    const at = end;
    end += Math.ceil(bytes / 16) * 16;
    return at;
  };
  place(x.rows * x.names.length);
  return {
    gradients: place(x.rows * 8),
    hessians: place(x.rows * 8),
    scales: place(16),
    search: place(SEARCH.bytes + ENTRY_BYTES),
    summands: place(x.rows * ENTRY_BYTES),
    gathered: place(x.rows * ENTRY_BYTES),
    rows: place(x.rows * 4),
    others: place(x.rows * 4 + 4),
    marks: place(256),
    unread: place(257 * ENTRY_BYTES),
    histograms: place(histogramsAtOnce * histogramBytes),
    histogramBytes,
    starts,
    end,
  };
}
