/** Which files of the write-up a chapter refers to, and whether they are there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeupFolder } from "../loaders/places";
import type { Row } from "../loaders/rows";

/** Names of files by kind: figures without their ending, the others with it. */
export interface Artifacts {
  readonly figures?: readonly string[];
  readonly tables?: readonly string[];
  readonly texts?: readonly string[];
}

/** One row a file: artifact_type, file_name, path (from the course's folder on), exists. */
export function artifactIndex(course: string, artifacts: Artifacts): Row[] {
  const folder = writeupFolder(course);
  const row = (artifactType: string, part: string, fileName: string): Row => ({
    artifact_type: artifactType,
    file_name: fileName,
    path: `writeup/${part}${fileName}`,
    exists: existsSync(join(folder, part, fileName)),
  });
  return [
    ...(artifacts.figures ?? []).map((name) => row("figure", "figures/", `${name}.png`)),
    ...(artifacts.tables ?? []).map((name) => row("table", "tables/", name)),
    ...(artifacts.texts ?? []).map((name) => row("text", "", name)),
  ];
}
