/** What a benchmark is: it measures something against a limit or a peer, both in the same run. */

export interface BenchContext {
  /** A MovieLens archive to measure on. */
  readonly archive: string;
  /** A KuaiRec archive to measure on; made when there is none. */
  readonly kuairec: () => Promise<string>;
  /** Python with pandas, or undefined when peers were not asked for. */
  readonly python: string | undefined;
  /** A folder for whatever the benchmark writes; removed at the end. */
  readonly folder: string;
  readonly note: (line: string) => void;
}

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value must be; undefined when it is only reported. */
  readonly limit?: { readonly kind: "at most" | "at least"; readonly value: number };
}

export type Bench = (context: BenchContext) => Promise<BenchResult[]>;

/** Whether the result keeps its limit. */
export function keepsLimit({ value, limit }: BenchResult): boolean {
  if (!limit) return true;
  return limit.kind === "at most" ? value <= limit.value : value >= limit.value;
}

/** Shortest of several runs, in seconds: the others measure what else the machine was doing. */
export async function bestSeconds(runs: number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await work();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}
