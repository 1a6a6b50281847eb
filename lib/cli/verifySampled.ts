/**
 * Published values that depend on random draws, held against our own results over many seeds: what a value may differ by
 * is measured, not assumed.
 */
import { join } from "node:path";
import { type Experiment, promotionExperiment, readSlates, type Slates } from "../causal/spillover";
import { COURSE_SEED } from "../causal/spillover/experiment";
import { publishedTables } from "../causal/spillover/publishedTables";
import { openEngine } from "../loaders/engine";
import { readParquet } from "../loaders/parquet";
import type { Row } from "../loaders/rows";
import { slateContext } from "../panels";
import { INTERFERENCE_PREFIX } from "../panels/interferenceFiles";
import {
  agrees,
  computedRow,
  type Disagreement,
  kindOfCell,
  kindOfCount,
  type PublishedTable,
  printedNumber,
  rowName,
  type TextRow,
} from "./published";

/**
 * A value more than so many standard deviations from our mean disagrees. Counted on synthetic slates of the published size,
 * with 25 of our own experiments in the place of the published one: 9 of 30,717 values lay beyond, in 4 of the 25. So one
 * value or a few that belong together may disagree by chance.
 */
export const LARGEST_Z = 4;

/** Fewest seeds that a spread is taken from. */
export const FEWEST_SEEDS = 10;

/** Tables by name, as text, of the course's own seed and of others. */
export interface SeedTables {
  readonly course: Readonly<Record<string, readonly TextRow[]>>;
  readonly others: readonly Readonly<Record<string, readonly TextRow[]>>[];
}

export interface SeedTablesOptions {
  /** Other seeds, `FEWEST_SEEDS` or more. Default 40. */
  readonly replications?: number;
  /** Default: `publishedTables`, with the seed for the bootstrap as well. */
  readonly tables?: (experiment: Experiment, seed: number) => Record<string, Row[]>;
}

/**
 * Runs the published experiment, and all tables of it, with the course's seed and with others.
 * @throws Error for too few replications
 */
export function seedTables(slates: Slates, options: SeedTablesOptions = {}): SeedTables {
  const { replications = 40 } = options;
  const tables = options.tables ?? ((experiment, seed) => publishedTables(experiment, { seed }));
  if (!(Number.isInteger(replications) && replications >= FEWEST_SEEDS)) {
    throw new Error(
      `A spread needs ${FEWEST_SEEDS} replications or more, as a whole number, not ${replications}.`,
    );
  }
  const of = (seed: number) => {
    const made = tables(promotionExperiment(slates, { seed }), seed);
    return Object.fromEntries(Object.entries(made).map(([name, rows]) => [name, textRows(rows)]));
  };
  return {
    course: of(COURSE_SEED),
    // Far apart: the clicks take seed + 17, the contrasts of the bootstrap seed + 1, seed + 2, ...
    others: Array.from({ length: replications }, (_, r) => of(COURSE_SEED + 1000 * (r + 1))),
  };
}

/** Rows as a table file has them: numbers in full, nothing where a value is missing. */
export function textRows(rows: readonly Row[]): TextRow[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [name, cell === null ? "" : String(cell)]),
    ),
  );
}

/** The slates that chapter 01 left in a folder of processed files. @throws Error when a file is not there */
export async function slatesLeftIn(processed: string): Promise<Slates> {
  const engine = await openEngine();
  try {
    const left = async (name: string) => {
      const path = join(processed, `${INTERFERENCE_PREFIX}${name}.parquet`);
      return (await readParquet(engine, name, path)).relation;
    };
    const [seed, items, users] = [
      await left("slate_seed"),
      await left("items"),
      await left("user_features"),
    ];
    return await readSlates(await slateContext(seed, items, users));
  } finally {
    engine.close();
  }
}

export interface SampledComparison {
  readonly values: number;
  readonly disagreements: readonly Disagreement[];
  /** Largest |z| of the values compared, those apart that only agree because a seed reached them; 0 without any. */
  readonly largest: number;
  /** Values of rows that occur for too few seeds to say anything. They are not among `values`. */
  readonly rare: number;
}

/**
 * Compares the sampled values of a published table with the same table over seeds. A number agrees when
 *
 *     |published - mean| <= 4 sd sqrt(1 + 1 / R) + what rounding may hide
 *
 * with mean and sd (R - 1) over the R seeds in which the row occurs: the published number is one more draw. It also agrees
 * where it lies between our smallest and our largest: small counts are skewed, and a 1 that some seeds have among many
 * zeros can be more than 4 sd from their mean. Where R < 10 nothing is compared. A text, and the name of a row, agree when some seed shows them.
 */
export function compareSampled(
  published: PublishedTable,
  seeds: readonly (readonly TextRow[])[],
): SampledComparison {
  const found: Finding[] = published.rows.flatMap((row, position) => {
    const rows = seeds.map((computed) => computedRow(published, position, computed));
    return published.columns.flatMap((column, i) => {
      if (kindOfCell(published, position, column) !== "sampled") return [];
      const values = rows.flatMap((one) => (one ? [one[column]] : []));
      return [{ row: rowName(published, position), column, ...judged(row[i]!, values) }];
    });
  });
  if (kindOfCount(published) === "sampled") {
    const count = String(published.count ?? published.rows.length);
    const counts = seeds.map((rows) => String(rows.length));
    found.push({ row: "all rows", column: "number of rows", ...judged(count, counts) });
  }
  const compared = found.filter(({ verdict }) => verdict !== "rare");
  return {
    values: compared.length,
    rare: found.length - compared.length,
    largest: compared
      .map(({ verdict, z }) =>
        verdict === "differs" || Math.abs(z) <= LARGEST_Z ? Math.abs(z) : 0,
      )
      .reduce((most, z) => Math.max(most, z), 0),
    disagreements: compared.flatMap(({ verdict, row, column, published: value, computed }) =>
      verdict === "differs"
        ? [{ table: published.table, row, column, published: value, computed }]
        : [],
    ),
  };
}

interface Judgement {
  readonly verdict: "agrees" | "differs" | "rare";
  readonly published: string;
  readonly computed: string | undefined;
  readonly z: number;
}

interface Finding extends Judgement {
  readonly row: string;
  readonly column: string;
}

/**
 * One published value against ours.
 * @param values  of the seeds in which the row occurs; empty text where ours is missing, undefined without such a column
 */
export function judged(published: string, values: readonly (string | undefined)[]): Judgement {
  const printed = printedNumber(published);
  const said = values.filter((value): value is string => value !== undefined && value !== "");
  if (!printed) {
    const isThere = said.some((value) => agrees(published, value));
    return { verdict: isThere ? "agrees" : "differs", published, z: 0, computed: seen(said) };
  }
  if (said.length < FEWEST_SEEDS) {
    const isNeverThere = said.length === 0 && values.length >= FEWEST_SEEDS;
    return { verdict: isNeverThere ? "differs" : "rare", published, z: 0, computed: undefined };
  }
  const numbers = said.map(Number);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (numbers.length - 1));
  const spread = sd * Math.sqrt(1 + 1 / numbers.length);
  const beyond = Math.max(0, Math.abs(printed.value - mean) - printed.rounding);
  const z = beyond === 0 ? 0 : (Math.sign(printed.value - mean) * beyond) / spread;
  const isReached = Math.min(...numbers) <= printed.value && printed.value <= Math.max(...numbers);
  return {
    verdict: Math.abs(z) <= LARGEST_Z || isReached ? "agrees" : "differs",
    published,
    z,
    computed: `${shown(mean)} on average over ${numbers.length} seeds, standard deviation ${shown(sd)}, z = ${z.toFixed(1)}`,
  };
}

function seen(values: readonly string[]): string | undefined {
  const some = [...new Set(values)].slice(0, 3).join(", ");
  return values.length === 0 ? undefined : `${some}, ... over ${values.length} seeds`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
