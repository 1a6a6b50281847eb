import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type ArchiveEntry, openArchive } from "../../lib/loaders/archive";
import { CsvError, type CsvSchema } from "../../lib/loaders/csvSchema";
import { openEngine } from "../../lib/loaders/engine";
import {
  type IngestOptions,
  type IngestReport,
  ingestCsv,
  ingestedRows,
} from "../../lib/loaders/ingest";
import { temporaryFolder, zipOf } from "./zipFixture";

const place = temporaryFolder();
after(place.remove);

const RATINGS: CsvSchema = {
  userId: { type: "INTEGER" },
  movieId: { type: "INTEGER" },
  rating: { type: "FLOAT", accept: "rating BETWEEN 0.5 AND 5" },
  timestamp: { type: "BIGINT" },
};

const MOVIES: CsvSchema = {
  movieId: { type: "INTEGER" },
  title: { type: "VARCHAR", optional: true },
  genres: { type: "VARCHAR", optional: true },
};

let count = 0;

async function ingested(
  csv: string | Buffer,
  schema: CsvSchema = RATINGS,
  options: IngestOptions = {},
): Promise<{ report: IngestReport; rows: Record<string, unknown>[]; folder: string }> {
  const name = `a${count++}`;
  const archive = await openArchive(
    place.write(`${name}.zip`, zipOf([{ name: "ml/file.csv", content: csv }])),
  );
  const folder = join(place.folder, name, "file");
  try {
    const report = await ingestCsv(archive, "ml/file.csv", schema, folder, options);
    const engine = await openEngine();
    const rows = await engine.rows(ingestedRows(folder));
    engine.close();
    return { report, rows, folder };
  } finally {
    await archive.close();
  }
}

async function refused(csv: string | Buffer, ...parts: string[]): Promise<void> {
  const before = count;
  await assert.rejects(ingested(csv), (error: Error) => {
    assert.ok(error instanceof CsvError, `expected a CsvError, got ${error.stack}`);
    for (const part of [`a${before}.zip, entry ml/file.csv`, ...parts]) {
      assert.ok(error.message.includes(part), `"${part}" is missing in: ${error.message}`);
    }
    return true;
  });
  assert.deepEqual(readdirSync(join(place.folder, `a${before}`)), [], "nothing is left behind");
}

function ratings(n: number, newline = "\n"): string {
  const lines = Array.from(
    { length: n },
    (_, i) => `${i + 1},${i % 7},${(i % 10) / 2 + 0.5},${1e9 + i}`,
  );
  return ["userId,movieId,rating,timestamp", ...lines, ""].join(newline);
}

describe("rows arrive as they stand in the file", () => {
  test("with LF, with CRLF, with a byte order mark, without a line end at the end", async () => {
    const expected = [
      { userId: 1, movieId: 0, rating: 0.5, timestamp: 1e9 },
      { userId: 2, movieId: 1, rating: 1, timestamp: 1e9 + 1 },
    ];
    for (const csv of [
      ratings(2),
      ratings(2, "\r\n"),
      `\uFEFF${ratings(2, "\r\n")}`,
      ratings(2).trimEnd(),
    ]) {
      assert.deepEqual((await ingested(csv)).rows, expected);
    }
  });

  test("with commas, quotes, line ends and other alphabets inside quoted fields", async () => {
    const csv =
      'movieId,title,genres\n1,"Godfather, The (1972)",Crime\n2,"Say ""Hi"" (1999)",\n3,"two\nlines, (2000)",A|B\n4,Amélie – 東京,C\n';
    const { rows } = await ingested(csv, MOVIES);
    assert.deepEqual(rows, [
      { movieId: 1, title: "Godfather, The (1972)", genres: "Crime" },
      { movieId: 2, title: 'Say "Hi" (1999)', genres: null },
      { movieId: 3, title: "two\nlines, (2000)", genres: "A|B" },
      { movieId: 4, title: "Amélie – 東京", genres: "C" },
    ]);
  });

  test("in order and complete, whatever the size of the blocks", async () => {
    const title = (i: number) => (i % 5 === 0 ? `"a, ""b""\nc${i}"` : `plain ${i}`);
    const lines = Array.from({ length: 3000 }, (_, i) => `${i},${title(i)},G`);
    const csv = `movieId,title,genres\n${lines.join("\n")}\n`;
    const whole = (await ingested(csv, MOVIES)).rows;
    assert.equal(whole.length, 3000);
    assert.deepEqual(
      whole.map((row) => row.movieId),
      lines.map((_, i) => i),
    );
    for (const blockBytes of [1, 500, 7001]) {
      assert.deepEqual((await ingested(csv, MOVIES, { blockBytes })).rows, whole);
    }
  });

  test("a quote inside a field that begins without one is a character, wherever blocks are cut", async () => {
    const lines = Array.from({ length: 30 }, (_, i) =>
      i === 3 ? '3,5" disk,A' : i % 4 === 0 ? `${i},"two\nlines, ""${i}""",A` : `${i},plain,A`,
    );
    const csv = `movieId,title,genres\n${lines.join("\n")}\n`;
    for (const blockBytes of [1, 60, 1e6]) {
      const { rows } = await ingested(csv, MOVIES, { blockBytes });
      assert.equal(rows.length, 30);
      assert.equal(rows[3]?.title, '5" disk');
      assert.equal(rows[28]?.title, 'two\nlines, "28"');
    }
  });

  test("a header without rows gives a table without rows", async () => {
    const { rows, report } = await ingested("userId,movieId,rating,timestamp\n");
    assert.deepEqual(rows, []);
    assert.equal(report.rows, 0);
  });
});

describe("a file that is not as it should be", () => {
  test("an empty file", () => refused("", "is empty"));

  test("no CSV at all", () => refused(Buffer.alloc(200_000, 1), "not a CSV file"));

  test("rows that end now with LF and now with CRLF", () =>
    refused("userId,movieId,rating,timestamp\n1,2,3,4\r\n1,2,3,4\n", "after row 0", "CRLF"));

  test("columns that are missing, unknown or in another order", async () => {
    await refused(
      "userId,movieId,stars,timestamp\n1,2,3,4\n",
      "missing: rating",
      "not known: stars",
    );
    await refused("movieId,userId,rating,timestamp\n1,2,3,4\n", "their order differs");
    await refused("userId,movieId,rating,timestamp,x\n1,2,3,4,5\n", "not known: x");
  });

  const broken: [string, string, string][] = [
    ["too few fields", "7,8,9", "row 4"],
    ["too many fields", "7,8,4.0,9,10", "row 4"],
    ["a word where a number belongs", "7,eight,4.0,9", "row 4"],
    ["an empty field", "7,8,,9", "row 4"],
    ["a rating out of range", "7,8,7.5,9", "row 4"],
    ["a number beyond 32 bits", "7,99999999999,4.0,9", "row 4"],
  ];
  for (const [what, line, where] of broken) {
    test(`${what} stops and names the row`, async () => {
      const lines = ratings(6).split("\n");
      lines.splice(4, 0, line);
      await refused(lines.join("\n"), where, "onBadRow");
    });

    test(`${what} is left out and counted when asked`, async () => {
      const lines = ratings(6).split("\n");
      lines.splice(4, 0, line);
      const { report, rows } = await ingested(lines.join("\n"), RATINGS, { onBadRow: "skip" });
      assert.equal(rows.length, 6);
      assert.equal(report.rows, 6);
      assert.equal(report.badRows, 1);
      assert.equal(report.badRowExamples[0]?.row, 4);
      assert.match(report.badRowExamples[0]?.text ?? "", /7,/);
    });
  }

  test("bad rows of all kinds in several blocks are counted and located", async () => {
    const lines = ratings(4000).split("\n");
    const bad = new Map([
      [10, "1,2"],
      [11, "1,2,9.5,3"],
      [12, "x,2,3,4"],
      [2500, "1,2,3,4,5"],
      [3999, "1,,3,4"],
    ]);
    for (const [row, text] of bad) lines[row] = text;
    const options = { onBadRow: "skip", blockBytes: 9000 } as const;
    const { report, rows } = await ingested(lines.join("\n"), RATINGS, options);
    assert.equal(report.badRows, bad.size);
    assert.deepEqual(
      report.badRowExamples.map((example) => example.row),
      [...bad.keys()],
    );
    assert.equal(rows.length, 4000 - bad.size);
  });
});

describe("the cache", () => {
  test("is used the second time: the archive is not read again", async () => {
    const { folder, report } = await ingested(ratings(50));
    const unreadable = {
      name: "never read",
      entries: [],
      folders: [],
      entry: (): ArchiveEntry => assert.fail("the archive was asked"),
      stream: () => assert.fail("the archive was read"),
      text: () => assert.fail("the archive was read"),
      close: async () => {},
    };
    assert.deepEqual(await ingestCsv(unreadable, "ml/file.csv", RATINGS, folder), report);
  });

  test("an interrupted ingest leaves nothing and can be repeated", async () => {
    const archive = await openArchive(
      place.write("big.zip", zipOf([{ name: "r.csv", content: ratings(200_000) }])),
    );
    const folder = join(place.folder, "interrupted", "r");
    const stop = new AbortController();
    const options = { blockBytes: 50_000, signal: stop.signal, onProgress: () => stop.abort() };
    await assert.rejects(ingestCsv(archive, "r.csv", RATINGS, folder, options), {
      name: "AbortError",
    });
    assert.deepEqual(readdirSync(join(place.folder, "interrupted")), []);
    const report = await ingestCsv(archive, "r.csv", RATINGS, folder);
    assert.equal(report.rows, 200_000);
    await archive.close();
  });

  test("two at once end with one complete folder", async () => {
    const archive = await openArchive(
      place.write("two.zip", zipOf([{ name: "r.csv", content: ratings(20_000) }])),
    );
    const folder = join(place.folder, "two", "r");
    const reports = await Promise.all(
      [1, 2].map(() => ingestCsv(archive, "r.csv", RATINGS, folder)),
    );
    assert.deepEqual(
      reports.map((report) => report.rows),
      [20_000, 20_000],
    );
    assert.deepEqual(readdirSync(join(place.folder, "two")), ["r"]);
    await archive.close();
  });

  test("after kill -9 in the middle, the next run is right and removes what was left", async () => {
    const zip = place.write("kill.zip", zipOf([{ name: "r.csv", content: ratings(300_000) }]));
    const parent = join(place.folder, "killed");
    const folder = join(parent, "r");
    mkdirSync(parent);
    const script = place.write(
      "killed.ts",
      `import { openArchive } from ${JSON.stringify(join(process.cwd(), "lib/loaders/archive"))};
       import { ingestCsv } from ${JSON.stringify(join(process.cwd(), "lib/loaders/ingest"))};
       async function main() {
         const archive = await openArchive(${JSON.stringify(zip)});
         let blocks = 0;
         await ingestCsv(archive, "r.csv", ${JSON.stringify(RATINGS)}, ${JSON.stringify(folder)}, {
           blockBytes: 100_000,
           onProgress: () => { if (++blocks === 5) process.kill(process.pid, "SIGKILL"); },
         });
       }
       main();`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: "inherit" });
    const [, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once("exit", (code, killedBy) => resolve([code, killedBy])),
    );
    assert.equal(signal, "SIGKILL");
    assert.ok(!existsSync(folder), "nothing looks finished");
    assert.equal(readdirSync(parent).length, 1, "the killed run left its unfinished folder");

    const archive = await openArchive(zip);
    const report = await ingestCsv(archive, "r.csv", RATINGS, folder);
    await archive.close();
    assert.equal(report.rows, 300_000);
    assert.deepEqual(readdirSync(parent), ["r"]);
    const engine = await openEngine();
    const sums = await engine.row(
      `SELECT count(*) AS n, sum(userId) AS users, count(DISTINCT userId) AS distinct_users FROM (${ingestedRows(folder)})`,
    );
    engine.close();
    assert.deepEqual(sums, { n: 300_000, users: (300_000 * 300_001) / 2, distinct_users: 300_000 });
  });

  test("a temporary folder of a living process is left alone", async () => {
    const parent = join(place.folder, "living");
    mkdirSync(join(parent, `.unfinished-${process.ppid}-0-r`), { recursive: true });
    writeFileSync(join(parent, `.unfinished-${process.ppid}-0-r`, "x"), "");
    const archive = await openArchive(
      place.write("l.zip", zipOf([{ name: "r.csv", content: ratings(5) }])),
    );
    await ingestCsv(archive, "r.csv", RATINGS, join(parent, "r"));
    await archive.close();
    assert.deepEqual(readdirSync(parent).sort(), [`.unfinished-${process.ppid}-0-r`, "r"]);
  });
});
