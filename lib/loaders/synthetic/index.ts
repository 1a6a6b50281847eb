export { embeddedKuaiRec, embeddedMovieLens } from "./embedded";
export type { SyntheticKuaiRec, SyntheticKuaiRecOptions } from "./kuaiRec";
export {
  SYNTHETIC_KUAIREC_FOLDER,
  SYNTHETIC_KUAIREC_INNER,
  syntheticKuaiRec,
} from "./kuaiRec";
export type { KuaiRecScale, KuaiRecSize } from "./kuaiRecSize";
export { kuaiRecSize } from "./kuaiRecSize";
export type { SyntheticMovieLens, SyntheticMovieLensOptions } from "./movieLens";
export { SYNTHETIC_MOVIELENS_FOLDER, syntheticMovieLens } from "./movieLens";
export type { MovieLensScale, MovieLensSize } from "./movieLensSize";
export { movieLensSize } from "./movieLensSize";
