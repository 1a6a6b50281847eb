export { embeddedMovieLens } from "./embedded";
export type { SyntheticMovieLens, SyntheticMovieLensOptions } from "./movieLens";
export { SYNTHETIC_MOVIELENS_FOLDER, syntheticMovieLens } from "./movieLens";
export type { MovieLensScale, MovieLensSize } from "./movieLensSize";
export { movieLensSize } from "./movieLensSize";
