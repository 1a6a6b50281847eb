/** The truth beside a synthetic KuaiRec archive, for estimators to be held against. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Effect, OUTCOMES, simulateEffects } from "./kuaiRecEffects";
import { untimedRows } from "./kuaiRecMatrix";
import {
  ITEM_DAILY,
  KUAIREC,
  KUAIREC_GENERATOR,
  PEOPLE,
  PROCESS,
  SEGMENTS,
  VIDEOS,
  WATCHING,
} from "./kuaiRecParameters";
import { type People, segmentName } from "./kuaiRecPeople";
import type { KuaiRecSize } from "./kuaiRecSize";
import { CONTRASTS, HISTORY, WEAK } from "./kuaiRecStrategies";
import { truthReadme } from "./kuaiRecTruthReadme";
import { agreement, realUserDays, type UserDays } from "./kuaiRecUserDays";

export interface KuaiRecTruth {
  readonly people: People;
  readonly size: KuaiRecSize;
  readonly seed: number;
  readonly version: string;
}

/** The same users are simulated this many times: fewer users, more times. */
export function replicationsFor(size: KuaiRecSize): number {
  return Math.max(15, Math.min(30, 3 * Math.ceil(2_000 / size.smallUsers)));
}

/** Writes users.arrow, userDays.arrow, effects.arrow, effects.json, parameters.json and README.md. @param pause lets other work run; throws to stop */
export async function writeKuaiRecTruth(
  folder: string,
  truth: KuaiRecTruth,
  pause: () => Promise<void>,
): Promise<void> {
  const { people, size, seed, version } = truth;
  const days = await realUserDays(people, size, seed, pause);
  const effects = await simulateEffects({
    persons: people.smallPersons,
    days: size.days,
    seed,
    replications: replicationsFor(size),
    pause,
  });
  const thresholds = agreement(days);
  // Arrow takes a moment to load: only those who write pay for it.
  const arrow = await import("apache-arrow");
  const save = (name: string, columns: object) => {
    const vectors = Object.fromEntries(
      Object.entries(columns).map(([column, values]) => [
        column,
        Array.isArray(values)
          ? arrow.vectorFromArray(values, new arrow.Utf8())
          : arrow.makeVector(values as Float64Array),
      ]),
    );
    writeFileSync(join(folder, name), arrow.tableToIPC(new arrow.Table(vectors), "file"));
  };
  save("users.arrow", userColumns(people, days, size.days));
  save("userDays.arrow", days);
  save("effects.arrow", effectColumns(effects));
  const summary = {
    synthetic: true,
    seed,
    version,
    population: `user-days of small_matrix.csv with activity, at least ${HISTORY} days before them, and all days of the outcome after them`,
    outcomes: OUTCOMES,
    contrasts: CONTRASTS,
    thresholds,
    effects,
  };
  writeFileSync(join(folder, "effects.json"), `${JSON.stringify(summary, null, 1)}\n`);
  writeFileSync(join(folder, "parameters.json"), kuaiRecParametersText(truth));
  writeFileSync(
    join(folder, "README.md"),
    truthReadme({ ...truth, thresholds, effects, weak: WEAK }),
  );
}

function userColumns(people: People, days: UserDays, count: number): Record<string, unknown> {
  const persons = people.smallPersons;
  const numbers = (field: (i: number) => number) =>
    Float64Array.from({ length: persons.length }, (_, i) => field(i));
  const whole = (field: (i: number) => number) => Int32Array.from(numbers(field));
  return {
    user_id: people.small,
    segment: persons.map(({ segment }) => segmentName(segment)),
    appetite: numbers((i) => persons[i].appetite),
    taste: numbers((i) => persons[i].taste),
    loyalty: numbers((i) => persons[i].loyalty),
    from_day: whole((i) => persons[i].from),
    to_day: whole((i) => persons[i].to),
    catalogue: whole((i) => persons[i].catalogue),
    rows_without_time: whole((i) => {
      const last = (i + 1) * count - 1;
      return untimedRows(persons[i], days.videos_left[last] - days.interactions[last]);
    }),
  };
}

function effectColumns(effects: readonly Effect[]): Record<string, unknown> {
  const names = Object.keys(effects[0]) as (keyof Effect)[];
  return Object.fromEntries(
    names.map((name) => [
      name,
      typeof effects[0][name] === "string"
        ? effects.map((effect) => effect[name])
        : Float64Array.from(effects, (effect) => effect[name] as number),
    ]),
  );
}

/** The text of parameters.json: all that determines the archive. */
export function kuaiRecParametersText({
  size,
  seed,
  version,
}: Pick<KuaiRecTruth, "size" | "seed" | "version">): string {
  const parameters = {
    synthetic: true,
    generator: KUAIREC_GENERATOR,
    version,
    seed,
    size,
    full: KUAIREC,
    segments: SEGMENTS,
    process: PROCESS,
    people: PEOPLE,
    watching: WATCHING,
    videos: VIDEOS,
    item_daily: ITEM_DAILY,
  };
  return `${JSON.stringify(parameters, null, 2)}\n`;
}
