import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { tableFromIPC } from "apache-arrow";
import { parse } from "csv-parse/sync";
import { type Archive, openArchive, openNestedArchive } from "../../../lib/loaders/archive";
import { type SyntheticKuaiRec, syntheticKuaiRec } from "../../../lib/loaders/synthetic/kuaiRec";

const folder = mkdtempSync(join(tmpdir(), "synthetic-kuairec-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const DATA = "KuaiRec 2.0/data/";
const MATRIX =
  "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio".split(",");
/** Large enough for marginals, small enough for a test. */
const SMALL = { smallUsers: 30, bigUsers: 30, bigRows: 6_000, users: 300, videos: 3_700 };

type Row = Record<string, string>;
let made: SyntheticKuaiRec;
let outer: Archive;
let inner: Archive;
let rows: Row[];

before(async () => {
  made = await syntheticKuaiRec({ path: join(folder, "small.zip"), seed: 5, scale: SMALL });
  outer = await openArchive(made.path);
  inner = await openNestedArchive(outer, "KuaiRec.zip");
  rows = await table("small_matrix.csv");
});

async function table(name: string, last?: number): Promise<Row[]> {
  const text = await inner.text(DATA + name, { maxBytes: 2 ** 27 });
  return parse(text, { columns: true, to_line: last });
}

function quantile(values: Iterable<number>, p: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = p * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function near(value: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(value - expected) <= tolerance, `${what}: ${value}, not about ${expected}`);
}

/** What the panel makes of the rows with a date: interactions and high-watch videos by user and date. */
function userDays(): Map<string, { count: number; high: number }> {
  const days = new Map<string, { count: number; high: number }>();
  for (const { user_id, date, watch_ratio } of rows) {
    if (date === "") continue;
    const key = `${user_id} ${Number(date)}`;
    const day = days.get(key) ?? { count: 0, high: 0 };
    day.count++;
    day.high += Number(Number(watch_ratio) >= 0.8);
    days.set(key, day);
  }
  return days;
}

test("two levels of zip, with the entries and columns of the real archive", async () => {
  assert.deepEqual(
    outer.entries.map(({ name }) => name),
    [
      "KuaiRec.zip",
      "kuairec_caption_category.csv",
      "video_raw_categories_multi.csv",
      "user_features_raw.csv",
      "README.txt",
    ],
  );
  const [zip] = outer.entries;
  assert.equal(zip.bytes, zip.compressedBytes, "the inner zip is stored");
  assert.deepEqual(
    inner.entries.map(({ name }) => name),
    [
      "big_matrix.csv",
      "item_categories.csv",
      "item_daily_features.csv",
      "kuairec_caption_category.csv",
      "small_matrix.csv",
      "social_network.csv",
      "user_features.csv",
    ].map((name) => DATA + name),
  );
  // The folder has an entry of its own, which the archive reader leaves out: its local header lies at the very beginning.
  const stretch = readFileSync(made.path).subarray(0, 200).toString("latin1");
  assert.ok(stretch.includes(DATA));
  assert.deepEqual(Object.keys(rows[0]), MATRIX);
  const readme = (await outer.text("README.txt")).split("\n");
  assert.match(readme[0], /^Synthetic data/);
  assert.equal(readme[1], "seed: 5");
  assert.match(readme[2], /^scale: .*"smallUsers":30/);
  assert.match(readme[3], /^version: .+ \d+\.\d+\.\d+$/);
});

test("small_matrix.csv: by user and time, every video at most once, nearly all of them", () => {
  assert.equal(rows.length, made.smallRows);
  const seen = new Map<string, Set<string>>();
  let previous: Row | undefined;
  for (const row of rows) {
    const videos = seen.get(row.user_id) ?? new Set();
    assert.ok(!videos.has(row.video_id), `${row.user_id} sees ${row.video_id} twice`);
    seen.set(row.user_id, videos.add(row.video_id));
    if (previous?.user_id === row.user_id) {
      if (row.time === "") {
        if (previous.time === "") assert.ok(Number(previous.video_id) < Number(row.video_id));
      } else assert.ok(previous.time !== "" && previous.time <= row.time);
    } else assert.ok(previous === undefined || Number(previous.user_id) < Number(row.user_id));
    previous = row;
  }
  assert.equal(seen.size, 30);
  const sizes = [...seen.values()].map(({ size }) => size);
  assert.ok(quantile(sizes, 0.5) > 3_290 && Math.max(...sizes) <= 3_327);
  const videos = new Set(rows.map(({ video_id }) => video_id));
  assert.equal(videos.size, 3_327);
});

test("times: missing together, dates like 20200705.0, text eight hours ahead of the timestamp", () => {
  let missing = 0;
  for (const { time, date, timestamp } of rows) {
    assert.equal(time === "", date === "");
    assert.equal(time === "", timestamp === "");
    if (time === "") {
      missing++;
      continue;
    }
    assert.match(time, /^2020-0[789]-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    assert.equal(date, `${time.slice(0, 10).replaceAll("-", "")}.0`);
    assert.match(timestamp, /^\d{10}\.\d{1,3}$/);
    const utc = Date.parse(`${time.replace(" ", "T")}Z`);
    near(utc - 1000 * Number(timestamp), 8 * 3_600_000, 0.01, "text time minus timestamp");
  }
  near(missing / rows.length, 0.0365, 0.012, "share without time");
  const dates = new Set(rows.map(({ date }) => date).filter((date) => date !== ""));
  assert.equal(dates.size, 63);
  assert.ok(dates.has("20200705.0") && dates.has("20200905.0"));
});

test("watch ratios are play by video duration to every digit, up to the hundreds", () => {
  let highest = 0;
  for (const { play_duration, video_duration, watch_ratio } of rows) {
    const ratio = Number(play_duration) / Number(video_duration);
    assert.equal(Number(watch_ratio), ratio);
    assert.match(watch_ratio, /^\d+\.\d+$/);
    highest = Math.max(highest, ratio);
  }
  assert.ok(highest > 60 && highest < 500, `${highest}`);
});

test("marginals follow the published tables", () => {
  const column = (name: string) => rows.map((row) => Number(row[name]));
  const play = column("play_duration").map((value) => value / 1000);
  const length = column("video_duration").map((value) => value / 1000);
  const ratio = column("watch_ratio");
  // Published quantiles of the first 300,000 real rows.
  const published: [string, number[], [number, number][]][] = [
    [
      "play",
      play,
      [
        [0.01, 0.564],
        [0.05, 1.938],
        [0.25, 5.709],
        [0.5, 7.6695],
        [0.75, 9.69],
        [0.95, 15.738],
        [0.99, 32.5791],
      ],
    ],
    [
      "length",
      length,
      [
        [0.05, 5.9],
        [0.25, 7.522],
        [0.5, 9.593],
        [0.75, 11.934],
        [0.95, 44.85],
        [0.99, 139.877],
      ],
    ],
    [
      "ratio",
      ratio,
      [
        [0.01, 0.0227],
        [0.05, 0.1017],
        [0.25, 0.4717],
        [0.5, 0.772],
        [0.75, 1.122],
        [0.95, 1.9767],
        [0.99, 3.7086],
      ],
    ],
  ];
  for (const [name, values, points] of published) {
    for (const [p, expected] of points) {
      near(quantile(values, p), expected, 0.25 * expected, `${name} at ${p}`);
    }
  }
  const days = [...userDays().values()];
  const counts = days.map(({ count }) => count);
  near(days.length / (30 * 63), 0.966, 0.03, "active days");
  near(mean(counts), 52.2, 4, "interactions of an active day");
  near(quantile(counts, 0.75), 70, 6, "75th percentile of interactions");
  near(
    quantile(
      days.map(({ count, high }) => high / count),
      0.5,
    ),
    0.477,
    0.03,
    "median share of high-watch videos",
  );
});

test("the archive holds the days of the truth, and thresholds recover its treatments", () => {
  const observed = userDays();
  const truth = tableFromIPC(readFileSync(join(made.truthFolder, "userDays.arrow")));
  const column = (name: string) => truth.getChild(name)?.toArray() as Int32Array;
  const [user, date, active] = [column("user_id"), column("date"), column("active")];
  const [count, high, intense] = [
    column("interactions"),
    column("high_watch_count"),
    column("intense"),
  ];
  assert.equal(truth.numRows, 30 * 63);
  let days = 0;
  for (let i = 0; i < truth.numRows; i++) {
    const day = observed.get(`${user[i]} ${date[i]}`);
    assert.equal(day?.count ?? 0, count[i]);
    assert.equal(day?.high ?? 0, high[i]);
    assert.equal(active[i] === 1, day !== undefined);
    days += Number(day !== undefined);
  }
  assert.equal(days, observed.size);
  const threshold = quantile(
    [...observed.values()].map((day) => day.count),
    0.75,
  );
  let agreed = 0;
  for (let i = 0; i < truth.numRows; i++) {
    if (active[i] === 1) agreed += Number(count[i] >= threshold === (intense[i] === 1));
  }
  assert.ok(agreed / days > 0.94, `${agreed / days}`);
  const stated = JSON.parse(
    readFileSync(join(made.truthFolder, "effects.json"), "utf8"),
  ).thresholds;
  assert.equal(stated.interactions_threshold, threshold);
  near(stated.intense_agreement, agreed / days, 1e-12, "agreement as stated");
});

test("user metadata: 31 columns, ranges that quote, empty features, every user of the matrices", async () => {
  const users = await table("user_features.csv");
  assert.equal(users.length, 300);
  assert.equal(Object.keys(users[0]).length, 31);
  assert.deepEqual(
    users.map(({ user_id }) => user_id),
    users.map((_, i) => String(i)),
  );
  assert.ok(users.some(({ user_active_degree }) => user_active_degree === "UNKNOWN"));
  assert.ok(users.some(({ follow_user_num_range }) => follow_user_num_range === "(10,50]"));
  assert.ok(users.some(({ onehot_feat4 }) => onehot_feat4 === ""));
  const known = new Map(users.map((user) => [user.user_id, user.user_active_degree]));
  assert.ok(rows.every(({ user_id }) => known.has(user_id)));
  const truth = tableFromIPC(readFileSync(join(made.truthFolder, "users.arrow")));
  for (const user of truth) assert.equal(known.get(String(user.user_id)), user.segment);
  const raw: Row[] = parse(await outer.text("user_features_raw.csv"), { columns: true });
  assert.deepEqual(
    raw.map(({ user_id, follow_user_num }) => [user_id, follow_user_num]),
    users.map(({ user_id, follow_user_num }) => [user_id, follow_user_num]),
  );
  for (const { user_id, friend_list } of await table("social_network.csv")) {
    assert.match(friend_list, /^\[\d+(, \d+)*\]$/);
    assert.ok(!JSON.parse(friend_list).includes(Number(user_id)));
  }
});

test("video metadata: lists like [27, 9], captions with quotes and commas, empty collect counts", async () => {
  const categories = await table("item_categories.csv");
  assert.equal(categories.length, 3_700);
  const lists = categories.map(({ feat }) => JSON.parse(feat) as number[]);
  assert.ok(categories.some(({ feat }) => /^\[\d+, \d+\]$/.test(feat)));
  assert.ok(lists.every((list) => list.length >= 1 && new Set(list).size === list.length));
  near(mean(lists.map((list) => Number(list.length === 1))), 0.836, 0.03, "one category");
  const captions = await table("kuairec_caption_category.csv");
  assert.equal(captions.length, 3_700);
  assert.ok(captions.some(({ caption }) => caption.includes('"') || caption.includes(",")));
  assert.ok(captions.some(({ topic_tag }) => topic_tag === "[]"));
  assert.equal(
    await outer.text("kuairec_caption_category.csv"),
    await inner.text(`${DATA}kuairec_caption_category.csv`),
  );
  const [first] = parse(await outer.text("video_raw_categories_multi.csv"), { to_line: 1 });
  assert.equal(first.length, 13);

  const daily = await table("item_daily_features.csv", 2_001);
  assert.equal(Object.keys(daily[0]).length, 58);
  // All rows, split by hand: parsing 58 columns of each takes seconds.
  const text = await inner.text(`${DATA}item_daily_features.csv`, { maxBytes: 2 ** 27 });
  const fields = text
    .split("\n", 60_001)
    .slice(1, -1)
    .map((line) => line.split(","));
  const at = (name: string) => Object.keys(daily[0]).indexOf(name);
  const [shown, collected] = [at("show_cnt"), at("collect_cnt")];
  near(mean(fields.map((row) => Number(row[collected] === ""))), 0.2226, 0.02, "empty");
  const shows = fields.map((row) => Number(row[shown]));
  near(Math.log(quantile(shows, 0.25)), Math.log(74), 0.5, "shows at 25 %");
  near(Math.log(quantile(shows, 0.5)), Math.log(1_762), 0.5, "shows at 50 %");
  near(Math.log(quantile(shows, 0.75)), Math.log(28_220), 0.5, "shows at 75 %");
  for (const day of daily) {
    assert.ok(Number(day.complete_play_cnt) <= Number(day.play_cnt));
    assert.ok(Number(day.show_user_num) <= Number(day.show_cnt));
    assert.ok(day.upload_dt.replaceAll("-", "") <= day.date);
  }
});

test("big_matrix.csv: whole dates, no time missing, other videos for the users of small_matrix.csv", async () => {
  const big = await table("big_matrix.csv");
  assert.equal(big.length, made.bigRows);
  near(big.length / 6_000, 1, 0.25, "rows");
  const small = new Set(rows.map(({ user_id, video_id }) => `${user_id} ${video_id}`));
  for (const row of big) {
    assert.match(row.date, /^20200[789]\d\d$/);
    assert.ok(!small.has(`${row.user_id} ${row.video_id}`));
  }
  assert.deepEqual(Object.keys(big[0]), MATRIX);
});

async function bytesOf(path: string, stored: boolean): Promise<string[]> {
  const archive = await openArchive(path);
  const [entry] = archive.entries;
  assert.equal(entry.bytes === entry.compressedBytes, stored);
  const nested = await openNestedArchive(archive, "KuaiRec.zip");
  const sums: string[] = [];
  for (const { name } of nested.entries) {
    const text = await nested.text(name);
    const sum = createHash("md5").update(text).digest("hex");
    sums.push(`${sum}  ${name.slice(DATA.length)}`);
  }
  await nested.close();
  return sums;
}

test("the same seed gives the same bytes, in another time zone and language too; another seed others", async () => {
  const seen: [number, number][] = [];
  const tiny = (path: string, seed: number, innerStored = true) =>
    syntheticKuaiRec({
      path: join(folder, path),
      seed,
      scale: "tiny",
      innerStored,
      onProgress: (done, total) => seen.push([done, total]),
    });
  const first = await tiny("a.zip", 1);
  const [done, total] = seen[seen.length - 1];
  assert.equal(done, first.smallRows + first.bigRows, "progress counts the rows of both matrices");
  assert.ok(seen.every(([some, all]) => some <= all) && total >= done);
  assert.equal(createHash("sha256").update(readFileSync(first.path)).digest("hex"), first.sha256);
  assert.notEqual((await tiny("c.zip", 2)).sha256, first.sha256);
  const elsewhere = join(folder, "elsewhere");
  const options = JSON.stringify({ path: `${elsewhere}.zip`, seed: 1, scale: "tiny" });
  const script = `require("./lib/loaders/synthetic/kuaiRec").syntheticKuaiRec(${options})`;
  await promisify(execFile)(process.execPath, ["--import", "tsx", "-e", script], {
    env: { ...process.env, TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
  });
  assert.deepEqual(readFileSync(`${elsewhere}.zip`), readFileSync(first.path));
  const files = readdirSync(first.truthFolder).sort();
  assert.deepEqual(files, [
    "README.md",
    "effects.arrow",
    "effects.json",
    "parameters.json",
    "userDays.arrow",
    "users.arrow",
  ]);
  for (const name of files) {
    assert.deepEqual(
      readFileSync(join(`${elsewhere}.truth`, name)),
      readFileSync(join(first.truthFolder, name)),
    );
  }

  // A deflated inner zip holds the same files.
  const deflated = await tiny("deflated.zip", 1, false);
  const sums = await bytesOf(first.path, true);
  assert.deepEqual(await bytesOf(deflated.path, false), sums);
  // Made on Linux x64 with Node 20. When the generator changes on purpose, raise KUAIREC_GENERATOR in
  // kuaiRecParameters.ts and put the new sums here.
  assert.deepEqual(sums, MD5_OF_TINY);
});

const MD5_OF_TINY: string[] = [
  "d4afc7092aa5ede5df6894e897dc4a27  big_matrix.csv",
  "01ceb6318b3fce10dc221402351790bd  item_categories.csv",
  "5a31626a6486ace0247b395b65450bcd  item_daily_features.csv",
  "ddb26572fa89db2cfe63968834ad52eb  kuairec_caption_category.csv",
  "2b72233c6a6200f9ad155d1d9937603d  small_matrix.csv",
  "3eb6de25b2a8bd10e39022b19a329ab5  social_network.csv",
  "1e89ca21b734e65206eb6c54c64b0b00  user_features.csv",
];

test("an abort leaves nothing behind", async () => {
  const place = mkdtempSync(join(folder, "abort-"));
  const stop = new AbortController();
  await assert.rejects(
    syntheticKuaiRec({
      path: join(place, "x.zip"),
      seed: 1,
      scale: { smallUsers: 20, users: 20, bigRows: 2_000, videos: 1_600, days: 21 },
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    }),
    /enough/,
  );
  assert.deepEqual(readdirSync(place), []);
});

test("kill -9 in the middle leaves no archive under its name, and the next run clears up", async () => {
  const place = mkdtempSync(join(folder, "kill-"));
  const path = join(place, "x.zip");
  const scale = { smallUsers: 30, users: 30, bigRows: 6_000, videos: 3_700 };
  const options = JSON.stringify({ path, seed: 1, scale });
  const script = `require("./lib/loaders/synthetic/kuaiRec").syntheticKuaiRec(${options})`;
  const child = spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: "ignore" });
  const exit = new Promise((resolve) => child.once("exit", resolve));
  const isWriting = () =>
    readdirSync(place).some((name) => {
      const info = name.endsWith(".zip") && statSync(join(place, name), { throwIfNoEntry: false });
      return info && info.size > 0;
    });
  while (child.exitCode === null && !isWriting()) await new Promise((go) => setTimeout(go, 20));
  child.kill("SIGKILL");
  await exit;
  const left = readdirSync(place);
  assert.ok(!left.includes("x.zip"), "killed before the end");
  assert.ok(left.length > 0);
  await syntheticKuaiRec({ path, seed: 1, scale: "tiny" });
  assert.deepEqual(readdirSync(place).sort(), ["x.truth", "x.zip"]);
});

test("an old archive stays until the new one is complete", async () => {
  const path = join(folder, "kept.zip");
  const first = await syntheticKuaiRec({ path, seed: 1, scale: "tiny" });
  const stop = new AbortController();
  stop.abort(new Error("not now"));
  const second = syntheticKuaiRec({ path, seed: 2, scale: "tiny", signal: stop.signal });
  await assert.rejects(second, /not now/);
  assert.equal(createHash("sha256").update(readFileSync(path)).digest("hex"), first.sha256);
  assert.ok(existsSync(first.truthFolder));
});

test("what cannot be made is refused", async () => {
  const make = (options: object) =>
    syntheticKuaiRec({ path: join(folder, "no.zip"), seed: 1, ...options } as never);
  await assert.rejects(make({ path: join(folder, "no.tar") }), /must end in \.zip/);
  await assert.rejects(make({ scale: "large" }), /"tiny", "embedded", "full" or counts/);
  await assert.rejects(make({ seed: 0.5, scale: "tiny" }), /integer/);
  assert.ok(!existsSync(join(folder, "no.zip")) && !existsSync(join(folder, "no.truth")));
});
