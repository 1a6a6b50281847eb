/** Where numbers come from: enough to find the same bytes again. Every table and figure carries it. */
export interface DataSource {
  /** Name of the data set, such as `ml-32m` or `ml-synthetic`. */
  readonly dataset: string;
  /** True when the archive was made by the simulator. Shown wherever its numbers are shown. */
  readonly synthetic: boolean;
  /** File name of the archive, without its folder. */
  readonly archive: string;
  /** SHA-256 of the archive, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Seed of the simulator; only for synthetic data. */
  readonly seed?: number;
}
