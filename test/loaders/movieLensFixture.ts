/** Small MovieLens archives for tests, from rows to an opened data set. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type MovieLens, type MovieLensOptions, movielens } from "../../lib/loaders/movielens";
import { type FixtureEntry, zipOf } from "./zipFixture";

export type Field = string | number;

/** Rows of the four files, fields in the order of their columns. */
export interface MovieLensRows {
  readonly ratings?: readonly (readonly [user: Field, movie: Field, rating: Field, time: Field])[];
  readonly movies?: readonly (readonly [movie: Field, title: string, genres: string])[];
  readonly tags?: readonly (readonly [user: Field, movie: Field, tag: string, time: Field])[];
  readonly links?: readonly (readonly [movie: Field, imdb: Field, tmdb: Field])[];
}

export interface Layout {
  /** Folder inside the archive, with its slash; default `ml-test/`. */
  readonly folder?: string;
  readonly newline?: "\n" | "\r\n";
  readonly readme?: string;
  /** Entries before those of the data set. */
  readonly before?: readonly FixtureEntry[];
}

const HEADERS = {
  ratings: "userId,movieId,rating,timestamp",
  movies: "movieId,title,genres",
  tags: "userId,movieId,tag,timestamp",
  links: "movieId,imdbId,tmdbId",
} as const;

function field(value: Field): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The archive as bytes. */
export function movieLensZip(rows: MovieLensRows, layout: Layout = {}): Buffer {
  const newline = layout.newline ?? "\n";
  const folder = layout.folder ?? "ml-test/";
  const entries = (Object.keys(HEADERS) as (keyof typeof HEADERS)[]).map((name) => {
    const lines = (rows[name] ?? []).map((row: readonly Field[]) => row.map(field).join(","));
    const content = [HEADERS[name], ...lines].map((line) => line + newline).join("");
    return { name: `${folder}${name}.csv`, content };
  });
  const readme = layout.readme ? [{ name: `${folder}README.txt`, content: layout.readme }] : [];
  return zipOf([...(layout.before ?? []), ...entries, ...readme]);
}

/** A folder of this test file that also takes the cache; gone when the tests are done. */
export function movieLensPlace() {
  const folder = mkdtempSync(join(tmpdir(), "movielens-test-"));
  process.env.LAB_CACHE = join(folder, "cache");
  const engines: { close(): void }[] = [];
  after(() => {
    for (const engine of engines) engine.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let count = 0;
  return {
    folder,
    write(name: string, content: Buffer | string): string {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    /** Opens an archive that lies on disk. */
    async open(archive: string, options: MovieLensOptions = {}): Promise<MovieLens> {
      const data = await movielens({ ...options, archive });
      engines.push(data.engine);
      return data;
    },
    /** Writes an archive with these rows and opens it. */
    async of(rows: MovieLensRows, layout: Layout = {}): Promise<MovieLens> {
      return this.open(this.write(`ml-${count++}.zip`, movieLensZip(rows, layout)));
    },
  };
}
