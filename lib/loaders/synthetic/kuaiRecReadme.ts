/** README.txt inside the synthetic archive. */
import type { KuaiRecScale, KuaiRecSize } from "./kuaiRecSize";

export function kuaiRecReadme(options: {
  readonly seed: number;
  readonly version: string;
  readonly scale: KuaiRecScale;
  readonly size: KuaiRecSize;
}): string {
  const { seed, version, scale, size } = options;
  return `Synthetic data, made by a simulator: no user, video or interaction in this archive is real.
seed: ${seed}
scale: ${typeof scale === "string" ? scale : JSON.stringify(scale)}
version: recommender-causal-lab ${version}
small_matrix.csv: ${size.smallUsers} users, ${size.smallVideos} videos, ${size.days} days
big_matrix.csv: ${size.bigUsers} users, ${size.videos} videos

The archive has the layout of KuaiRec 2.0 (Gao et al. 2022, doi:10.1145/3511808.3557220), so that programs written for that run on it: KuaiRec.zip holds the folder "KuaiRec 2.0/data/", three more files lie beside it. Its marginal distributions follow published summary tables. It is not KuaiRec, was not made by its authors, and must not be reported as such.

Behind it stands a simulated process in which yesterday's behaviour drives today's recommendations and these change tomorrow's behaviour. Its equations, and the true effects of interventions, lie beside the archive in the folder that ends in .truth.

Quirks kept from the real files: some rows of small_matrix.csv have no time, date and timestamp (here the last rows of a user, about 3.6 % of all) and its dates are written like 20200705.0; the text time is eight hours ahead of the Unix timestamp; watch_ratio is play_duration / video_duration, in the hundreds at times; lists are written as [27, 9]; collect counts of item_daily_features.csv are empty on the first days; some anonymous features are empty. Columns of user_features_raw.csv follow the real ones in kind, not all in name.
`;
}
