/** Weights cut off where they are too large, or too small. */

export interface Truncation {
  /** Weights above it become it. */
  readonly cap?: number;
  /** Weights outside these percentiles become them: `[1, 99]`. Weighted percentiles without interpolation. */
  readonly percentiles?: readonly [number, number];
}

export interface TruncationInput {
  readonly periods: number;
  /** How often each unit and period counts; 0 for those who are not there. */
  readonly present: Float64Array;
  readonly truncate?: Truncation;
  /** Percentiles of all periods together, or of each period. */
  readonly together: boolean;
}

/** @throws Error for both or unknown kinds of truncation, or impossible bounds */
export function truncateWeights(
  weights: Float64Array,
  { periods, present, truncate, together }: TruncationInput,
): { weights: Float64Array; truncated: Uint8Array; bounds: string | null } {
  const truncated = new Uint8Array(weights.length);
  if (!truncate) return { weights, truncated, bounds: null };
  checkTruncation(truncate);
  const cut = weights.slice();
  const { cap, percentiles } = truncate;
  const parts = together || cap !== undefined ? 1 : periods;
  for (let part = 0; part < parts; part++) {
    const cells: number[] = [];
    for (let cell = part; cell < weights.length; cell += parts) {
      if (present[cell] > 0) cells.push(cell);
    }
    const [low, high] =
      cap !== undefined
        ? [0, cap]
        : percentiles!.map((percent) => quantileOf(weights, present, cells, percent / 100));
    for (const cell of cells) {
      cut[cell] = Math.min(Math.max(weights[cell], low), high);
      if (cut[cell] !== weights[cell]) truncated[cell] = 1;
    }
  }
  const count = truncated.reduce((sum, one) => sum + one, 0);
  const how = cap !== undefined ? `at ${cap}` : `at percentiles ${percentiles!.join(" and ")}`;
  return { weights: cut, truncated, bounds: `truncated ${how} (${count} weights)` };
}

function checkTruncation(truncate: Truncation): void {
  const { cap, percentiles } = truncate;
  const unknown = Object.keys(truncate).filter((name) => !["cap", "percentiles"].includes(name));
  if (unknown.length > 0 || (cap === undefined) === (percentiles === undefined)) {
    throw new Error("Weights are truncated by { cap: 10 } or by { percentiles: [1, 99] }.");
  }
  if (cap !== undefined && !(cap > 0 && cap < Infinity)) {
    throw new Error(`The cap of weights is above 0, not ${cap}.`);
  }
  if (
    percentiles &&
    !(percentiles[0] >= 0 && percentiles[0] < percentiles[1] && percentiles[1] <= 100)
  ) {
    throw new Error(`Percentiles are 0 <= low < high <= 100, not [${percentiles.join(", ")}].`);
  }
}

/** The least weight up to which there is a share p of those present. */
function quantileOf(
  weights: Float64Array,
  present: Float64Array,
  cells: readonly number[],
  p: number,
): number {
  const order = Float64Array.from(cells, (cell) => weights[cell]);
  const sorted = Uint32Array.from(cells.keys()).sort((a, b) => order[a] - order[b]);
  const total = cells.reduce((sum, cell) => sum + present[cell], 0);
  let below = 0;
  for (const k of sorted) {
    below += present[cells[k]];
    // A hair, because shares are rounded.
    if (below >= p * total - 1e-9) return order[k];
  }
  return order[sorted[sorted.length - 1]];
}
