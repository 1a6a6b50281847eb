/** Where a table or figure came from: said in words beside it, and listed in one file per chapter. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { DataSource } from "../loaders/dataSource";
import { writeFileAtomic } from "./writeFile";

/** One written file and what it was made from. */
export interface ProvenanceEntry {
  /** Path below the write-up folder, with forward slashes. */
  readonly file: string;
  /** SHA-256 of the file itself: tells whether it is still the one that was written. */
  readonly sha256: string;
  /** Version of this library. */
  readonly library: string;
  readonly synthetic: boolean;
  readonly sources: readonly DataSource[];
}

export interface Provenance {
  readonly course: string;
  readonly chapter: string;
  /** Ordered by file. */
  readonly files: readonly ProvenanceEntry[];
}

/** True when any of the sources is synthetic: a mixture is not real data. */
export function isSynthetic(sources: readonly DataSource[]): boolean {
  return sources.some((source) => source.synthetic);
}

/** The words that mark numbers of a simulator wherever they are shown. */
export const SYNTHETIC = "synthetic data";

/** `synthetic data, ml-synthetic, ml-synthetic.zip, sha256 0f1e2d3c4b5a, seed 7`: one line for a person. */
export function sourceText(sources: readonly DataSource[]): string {
  return sources
    .map((source) =>
      [
        ...(source.synthetic ? [SYNTHETIC] : []),
        source.dataset,
        source.archive,
        `sha256 ${source.sha256.slice(0, 12)}`,
        ...(source.seed === undefined ? [] : [`seed ${source.seed}`]),
      ].join(", "),
    )
    .join("; ");
}

/** The same in full, for the inside of a PNG or JSON file. */
export function sourceRecord(sources: readonly DataSource[], library: string): object {
  return { synthetic: isSynthetic(sources), library, sources };
}

export interface NotedFile {
  readonly course: string;
  readonly chapter: string;
  readonly library: string;
  readonly sources: readonly DataSource[];
  /** Path below the write-up folder, with forward slashes. */
  readonly file: string;
  readonly content: string | Uint8Array;
}

/**
 * Notes a written file in the chapter's provenance file, in place of an older entry for it.
 * Reads, changes and writes in one go, so cells of one kernel cannot lose each other's entries.
 * @param path  the provenance file; begun anew when it is missing or is none
 */
export function noteProvenance(path: string, noted: NotedFile): void {
  const { course, chapter, library, sources, file, content } = noted;
  const entry: ProvenanceEntry = {
    file,
    sha256: createHash("sha256").update(content).digest("hex"),
    library,
    synthetic: isSynthetic(sources),
    sources,
  };
  const others = readProvenance(path)?.files.filter((known) => known.file !== file) ?? [];
  const files = [...others, entry].sort((a, b) => (a.file < b.file ? -1 : 1));
  const provenance: Provenance = { course, chapter, files };
  writeFileAtomic(path, `${JSON.stringify(provenance, null, 2)}\n`);
}

/** The provenance file, or undefined when it is missing or holds something else. */
export function readProvenance(path: string): Provenance | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const read = JSON.parse(readFileSync(path, "utf8")) as Provenance;
    return Array.isArray(read.files) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Name of a chapter's provenance file: `01_provenance.json`. */
export function provenanceName(chapter: string): string {
  return `${basename(chapter)}_provenance.json`;
}
