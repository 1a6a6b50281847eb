/** Which chapters there are, and which of them a name means. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RequestError } from "./notebookArguments";

export interface ChapterFile {
  /** Folder below `notebooks/`. */
  readonly course: string;
  /** `01` */
  readonly number: string;
  /** File name without `.ipynb`: `01_movielens_interference_setup_eda`. */
  readonly title: string;
  /** Absolute path of the notebook. */
  readonly path: string;
}

/** All chapters, `NN_title.ipynb` in the folders of `notebooks`, by course and number. */
export function chapters(notebooks: string): ChapterFile[] {
  if (!existsSync(notebooks)) return [];
  const folders = readdirSync(notebooks, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith("."),
  );
  return folders
    .map(({ name }) => name)
    .sort()
    .flatMap((course) =>
      readdirSync(join(notebooks, course))
        .filter((file) => /^\d+_.+\.ipynb$/.test(file))
        .sort()
        .map((file) => ({
          course,
          number: file.slice(0, file.indexOf("_")),
          title: file.slice(0, -".ipynb".length),
          path: join(notebooks, course, file),
        })),
    );
}

/**
 * The chapters that the names mean, each once, in the order of the courses: `course`, `course/01`,
 * `course/01_title` or the notebook's path. No names mean all.
 * @throws RequestError naming what there is, when a name means nothing
 */
export function chosenChapters(
  all: readonly ChapterFile[],
  names: readonly string[],
): ChapterFile[] {
  if (all.length === 0) throw new RequestError("There are no notebooks here.");
  if (names.length === 0) return [...all];
  const chosen = new Set<ChapterFile>();
  for (const name of names) {
    const meant = all.filter((chapter) => means(name, chapter));
    if (meant.length === 0) {
      const known = all.map(({ course, title }) => `  ${course}/${title}`).join("\n");
      throw new RequestError(`There is no notebook "${name}". There are:\n${known}`);
    }
    for (const chapter of meant) chosen.add(chapter);
  }
  return all.filter((chapter) => chosen.has(chapter));
}

function means(name: string, { course, number, title }: ChapterFile): boolean {
  const plain = name
    .replace(/\/+$/, "")
    .replace(/\.ipynb$/, "")
    .replace(/^(\.\/)?notebooks\//, "");
  return [course, `${course}/${number}`, `${course}/${title}`].includes(plain);
}
