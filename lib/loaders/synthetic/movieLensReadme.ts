/** README.txt inside the synthetic archive. */
import type { MovieLensSize } from "./movieLensSize";

export function archiveReadme(options: {
  readonly seed: number;
  readonly version: string;
  readonly size: MovieLensSize;
  readonly folder: string;
  readonly lineEnding: "\r\n" | "\n";
}): string {
  const { seed, version, size, folder, lineEnding } = options;
  const text = `SYNTHETIC DATA, made by a simulator: no rating, user or movie in this archive is real. Seed ${seed}; ${size.users} users, ${size.movies} movies, ${size.ratings} ratings; made by recommender-causal-lab ${version}.

Summary
=======

The folder ${folder} has the layout of the MovieLens data sets (Harper and Konstan 2015, doi:10.1145/2827872), so that programs written for those run on it. Its marginal distributions follow published summary tables of ML-32M. It is not a MovieLens data set, was not made by GroupLens, and must not be reported as one.

Files
=====

All files are comma-separated, with one header row, encoded as UTF-8. Fields with a comma or a double quote are quoted, and quotes inside are doubled.

ratings.csv    userId,movieId,rating,timestamp    by userId, then movieId; stars from 0.5 to 5.0 in halves (whole stars before 2003-02-18); Unix seconds, UTC
tags.csv       userId,movieId,tag,timestamp       by userId, movieId, then tag
movies.csv     movieId,title,genres               by movieId; genres joined by |, or (no genres listed)
links.csv      movieId,imdbId,tmdbId              numbers without meaning, some tmdbId missing
checksums.txt  MD5 of the four files

Users were simulated with latent tastes and movies with latent qualities. They lie beside the archive, in the folder that ends in .truth, with the rules of the simulation.
`;
  return text.split("\n").join(lineEnding);
}
