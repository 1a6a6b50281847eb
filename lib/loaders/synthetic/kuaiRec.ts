/** A synthetic archive with the layout and the quirks of KuaiRec 2.0, and its truth beside it. */
import { createReadStream, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { breathe, currentCell } from "../../kernel/cell";
import { random } from "../../stats";
import { libraryVersion } from "../places";
import { removeAbandoned, temporarySibling } from "../temporary";
import { itemDailyCsv } from "./kuaiRecItemDaily";
import { matrixCsv } from "./kuaiRecMatrix";
import { drawPeople } from "./kuaiRecPeople";
import { kuaiRecReadme } from "./kuaiRecReadme";
import { type KuaiRecScale, kuaiRecSize } from "./kuaiRecSize";
import { writeKuaiRecTruth } from "./kuaiRecTruth";
import { socialNetworkCsv, userFeaturesCsv, userFeaturesRawCsv } from "./kuaiRecUserFiles";
import { captionsCsv, itemCategoriesCsv, rawCategoriesCsv } from "./kuaiRecVideoFiles";
import { drawVideos } from "./kuaiRecVideos";
import { writeZip, type ZipEntry } from "./zipArchive";

export interface SyntheticKuaiRecOptions {
  /** Where the outer archive goes; its folder is made when missing. Must end in `.zip`. */
  readonly path: string;
  readonly seed: number;
  /** Default `embedded`. */
  readonly scale?: KuaiRecScale;
  /** KuaiRec.zip lies in the outer archive as it is (true, the default) or deflated once more (false). */
  readonly innerStored?: boolean;
  /** Default: the running cell's signal. When it is aborted nothing is left behind. */
  readonly signal?: AbortSignal;
  /** Told now and then how many of about `total` matrix rows are written, and at the end. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SyntheticKuaiRec {
  /** Absolute path of the archive. */
  readonly path: string;
  /** Folder with the truth: `<archive without .zip>.truth`. */
  readonly truthFolder: string;
  readonly smallUsers: number;
  readonly smallVideos: number;
  readonly smallRows: number;
  readonly bigUsers: number;
  readonly bigRows: number;
  /** SHA-256 of the archive, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The archive inside the archive, and the folder in that. */
export const SYNTHETIC_KUAIREC_INNER = "KuaiRec.zip";
export const SYNTHETIC_KUAIREC_FOLDER = "KuaiRec 2.0/data/";

/**
 * Makes a synthetic KuaiRec archive: an outer zip with KuaiRec.zip, kuairec_caption_category.csv,
 * video_raw_categories_multi.csv, user_features_raw.csv and README.txt; the inner zip holds the folder `KuaiRec 2.0/data/`
 * with both matrices, item_categories.csv, item_daily_features.csv, kuairec_caption_category.csv, social_network.csv and
 * user_features.csv. The truth (users.arrow, userDays.arrow, effects.arrow, effects.json, parameters.json, README.md)
 * goes into a folder beside it. The inner zip is written to a temporary file first; nothing large is held in memory.
 *
 * The same seed, scale and version of the library give the same CSV bytes on every machine, and the same archive bytes
 * wherever Node.js carries the same zlib. Archive and truth appear under their names when both are complete.
 * @throws RangeError for counts that cannot be had; the signal's reason when it is aborted.
 * @example await syntheticKuaiRec({ path: "data/synthetic/kuairec-try.zip", seed: 7, scale: "tiny" })
 */
export async function syntheticKuaiRec(
  options: SyntheticKuaiRecOptions,
): Promise<SyntheticKuaiRec> {
  const { seed, scale = "embedded", innerStored = true, onProgress = () => {} } = options;
  const signal = options.signal ?? currentCell().signal;
  const path = resolve(options.path);
  if (!path.endsWith(".zip")) {
    throw new Error(`${options.path}: the path of a synthetic archive must end in .zip.`);
  }
  const size = kuaiRecSize(scale);
  const truthFolder = `${path.slice(0, -4)}.truth`;
  mkdirSync(dirname(path), { recursive: true });
  await removeAbandoned(dirname(path));
  const unfinished = temporarySibling(path);
  const unfinishedInner = temporarySibling(`${path.slice(0, -4)}.inner.zip`);
  const unfinishedTruth = temporarySibling(truthFolder);
  try {
    const root = random(seed);
    const people = drawPeople(size, root.fork("users"));
    const videos = drawVideos(size, root.fork("videos"));
    await breathe(signal);
    const version = libraryVersion();
    mkdirSync(unfinishedTruth, { recursive: true });
    await writeKuaiRecTruth(unfinishedTruth, { people, size, seed, version }, () =>
      breathe(signal),
    );

    const total = Math.round(0.985 * size.smallUsers * size.smallVideos) + size.bigRows;
    const rows = { small: 0, big: 0 };
    const matrix = (name: "small" | "big") => () =>
      matrixCsv({
        matrix: name,
        size,
        people,
        videos,
        seed,
        signal,
        onRows: (done) => {
          rows[name] = done;
          onProgress(rows.small + rows.big, Math.max(total, rows.small + rows.big));
        },
      });
    const captions = {
      name: "kuairec_caption_category.csv",
      content: () => [captionsCsv(videos, root.fork("captions"))],
    };
    const inner: ZipEntry[] = [
      { name: "", content: () => [] },
      { name: "big_matrix.csv", content: matrix("big") },
      { name: "item_categories.csv", content: () => [itemCategoriesCsv(videos)] },
      {
        name: "item_daily_features.csv",
        content: () => itemDailyCsv(size, videos, root.fork("item days"), signal),
      },
      captions,
      { name: "small_matrix.csv", content: matrix("small") },
      {
        name: "social_network.csv",
        content: () => [socialNetworkCsv(people, root.fork("friends"))],
      },
      {
        name: "user_features.csv",
        content: () => [userFeaturesCsv(people, root.fork("features"))],
      },
    ];
    const folder = SYNTHETIC_KUAIREC_FOLDER;
    await writeZip(
      unfinishedInner,
      inner.map(({ name, content }) => ({ name: `${folder}${name}`, content })),
      signal,
    );
    const readme = kuaiRecReadme({ seed, version, scale, size });
    const sha256 = await writeZip(
      unfinished,
      [
        {
          name: SYNTHETIC_KUAIREC_INNER,
          stored: innerStored,
          content: () => createReadStream(unfinishedInner, { highWaterMark: 1 << 20 }),
        },
        captions,
        {
          name: "video_raw_categories_multi.csv",
          content: () => [rawCategoriesCsv(videos, root.fork("raw categories"))],
        },
        {
          name: "user_features_raw.csv",
          content: () => [
            userFeaturesRawCsv(people, root.fork("features"), root.fork("raw features")),
          ],
        },
        { name: "README.txt", content: () => [Buffer.from(readme)] },
      ],
      signal,
    );
    rmSync(unfinishedInner);
    signal.throwIfAborted();
    // Both are complete. The archive goes first and comes last: whoever sees it finds the truth that belongs to it.
    rmSync(path, { force: true });
    rmSync(truthFolder, { recursive: true, force: true });
    renameSync(unfinishedTruth, truthFolder);
    renameSync(unfinished, path);
    const { smallUsers, smallVideos, bigUsers } = size;
    const counts = { smallRows: rows.small, bigRows: rows.big };
    return { path, truthFolder, smallUsers, smallVideos, bigUsers, ...counts, sha256 };
  } catch (error) {
    rmSync(unfinished, { force: true });
    rmSync(unfinishedInner, { force: true });
    rmSync(unfinishedTruth, { recursive: true, force: true });
    throw error;
  }
}
