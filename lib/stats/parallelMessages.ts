/** What the threads of {@link parallelMap} say to each other. */

/** What a worker thread is started with. */
export interface WorkerStart {
  /** Path of the module that holds the function. */
  readonly module: string;
  readonly name: string;
  readonly shared: unknown;
}

/** Consecutive tasks for one worker. */
export interface Batch {
  readonly first: number;
  readonly tasks: readonly unknown[];
}

export type Answer =
  | {
      readonly kind: "done";
      readonly first: number;
      readonly results: readonly unknown[];
      readonly ms: number;
    }
  | {
      readonly kind: "failed";
      /** The task that failed; without it the function could not be had. */
      readonly index?: number;
      readonly message: string;
      readonly stack?: string;
    };
