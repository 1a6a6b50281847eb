/** Chapters 02 to 06 of the spillover course through the kernel, one after the other, after chapter 01 has run. */
import { join } from "node:path";
import { runNotebooks } from "../../lib/cli/notebooks";
import type { ChapterTally } from "../../lib/cli/runReport";
import type { Bench } from "./bench";

const COURSE = "interference_spillover_effects";
const MEASURED = ["02", "03", "04", "05", "06"];
/** Seconds that an analyst waits for the whole course, chapter 01 apart. */
const LIMIT = 120;

export const bench: Bench = async ({ archive, folder, note }) => {
  const place = {
    movielens: archive,
    out: join(folder, "spillover-chapters"),
    env: { ...process.env, LAB_CACHE: join(folder, "cache-spillover-chapters") },
  };
  await run(["01"], place);
  note("chapter 01 has run; it is not counted");
  const tallies = await run(MEASURED, place);
  const total = tallies.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    {
      name: `chapters ${MEASURED[0]} to ${MEASURED[MEASURED.length - 1]} together`,
      value: total,
      unit: "s",
      limit: { kind: "at most", value: LIMIT },
    },
    ...tallies.map(({ chapter, seconds }) => ({
      name: `chapter ${chapter.title}`,
      value: seconds,
      unit: "s",
    })),
  ];
};

interface Place {
  readonly movielens: string;
  readonly out: string;
  readonly env: NodeJS.ProcessEnv;
}

/** @throws Error with what the run said when a chapter does not run to its end */
async function run(chapters: readonly string[], place: Place): Promise<readonly ChapterTally[]> {
  const said: string[] = [];
  const screen = { write: (text: string) => void said.push(text), live: false };
  const names = chapters.map((chapter) => `${COURSE}/${chapter}`);
  const { outcome, tallies } = await runNotebooks({ ...place, names, screen });
  if (outcome === "done" && tallies.length === chapters.length) return tallies;
  throw new Error(`Chapters ${chapters.join(", ")}: ${outcome}.\n${said.join("")}`);
}
