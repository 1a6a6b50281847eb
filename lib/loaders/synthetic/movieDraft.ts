/** A movie while the catalogue is drawn. */
import type { BaseTitle } from "./movieTitles";

export interface Draft {
  /** Popularity rank, from 1; above FULL.ratedMovies nobody rates it. */
  readonly rank: number;
  /** Ratings at full size; 0 when never rated. */
  readonly popularity: number;
  /** Position in the order of entry, 0 ... 1, and the movieId that belongs to it. */
  readonly position: number;
  readonly movieId: number;
  readonly entry: number;
  readonly entryYear: number;
  /** 0 for a forgotten movie ... 1 for one of the most popular. */
  readonly prominence: number;
  genres: number;
  releaseYear: number;
  title: BaseTitle;
  franchise: number;
  part: number;
  next: Draft | undefined;
}
