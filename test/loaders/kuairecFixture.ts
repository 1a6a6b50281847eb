/** Small KuaiRec archives for tests: an outer zip with an inner one, from rows to an opened data set. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type KuaiRec, type KuaiRecOptions, kuairec } from "../../lib/loaders/kuairec";
import { INNER_FOLDER, KUAIREC_FILES } from "../../lib/loaders/kuairecFiles";
import { zipOf } from "./zipFixture";

export type Field = string | number;
/** user_id, video_id, play_duration, video_duration, time, date, timestamp, watch_ratio. */
export type Watch = readonly [Field, Field, Field, Field, Field, Field, Field, Field];

export interface KuaiRecRows {
  readonly watches?: readonly Watch[];
  readonly bigWatches?: readonly Watch[];
  /** user_id and user_active_degree; the other columns are filled. */
  readonly users?: readonly (readonly [user: Field, degree: string])[];
  readonly categories?: readonly (readonly [video: Field, feat: string])[];
  /** video_id, date, nine counts. */
  readonly daily?: readonly (readonly Field[])[];
  /** Text of kuairec_caption_category.csv. */
  readonly captions?: string;
  /** Text of files in place of those made from rows, by their names. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface KuaiRecLayout {
  /** The inner zip as a stored entry; default false (deflated). */
  readonly stored?: boolean;
  readonly readme?: string;
  /** Changes the bytes of the inner zip. */
  readonly damage?: (inner: Buffer) => Buffer;
  readonly newline?: "\n" | "\r\n";
}

/** Columns between those of item_daily_features that are used, so that their order and number are not taken for granted. */
const DAILY_HEADER =
  "video_id,date,author_id,video_type,upload_dt,video_tag_name,show_cnt,show_user_num,play_cnt,play_user_num,play_duration,complete_play_cnt,like_cnt,comment_cnt,share_cnt,report_cnt,collect_cnt,cancel_collect_cnt";

function line(fields: readonly Field[]): string {
  return fields
    .map((value) => {
      const text = String(value);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",");
}

/** One watch at a local time such as `2020-07-05 05:27:48.378`; an empty time is a row without time, date, timestamp. */
export function watch(
  user: number,
  video: number,
  time: string,
  play = 5000,
  length = 10_000,
): Watch {
  if (time === "") return [user, video, play, length, "", "", "", play / length];
  const unix = Date.parse(`${time.replace(" ", "T")}Z`) / 1000 - 8 * 3600;
  const date = `${time.slice(0, 10).replaceAll("-", "")}.0`;
  return [user, video, play, length, time, date, unix, play / length];
}

function texts(rows: KuaiRecRows): Record<string, string[]> {
  const header = (name: keyof typeof KUAIREC_FILES) =>
    Object.keys(KUAIREC_FILES[name].schema).join(",");
  const users = (rows.users ?? []).map(([user, degree]) =>
    line([
      user,
      degree,
      0,
      0,
      0,
      5,
      "(0,10]",
      0,
      "0",
      0,
      "0",
      107,
      "61-90",
      ...Array(17).fill(1),
      "",
    ]),
  );
  const daily = (rows.daily ?? []).map(([video, date, ...c]) =>
    line([
      video!,
      date!,
      7,
      "NORMAL",
      "2020-03-30",
      "标签, x",
      c[0]!,
      c[1]!,
      c[2]!,
      c[3]!,
      9,
      c[4]!,
      c[5]!,
      c[6]!,
      c[7]!,
      0,
      c[8]!,
      0,
    ]),
  );
  return {
    "big_matrix.csv": [header("big_matrix"), ...(rows.bigWatches ?? rows.watches ?? []).map(line)],
    "item_categories.csv": [header("item_categories"), ...(rows.categories ?? []).map(line)],
    "item_daily_features.csv": [DAILY_HEADER, ...daily],
    "small_matrix.csv": [header("small_matrix"), ...(rows.watches ?? []).map(line)],
    "social_network.csv": [header("social_network"), line([0, "[1, 2]"])],
    "user_features.csv": [header("user_features"), ...users],
  };
}

/** The outer archive as bytes. */
export function kuaiRecZip(rows: KuaiRecRows, layout: KuaiRecLayout = {}): Buffer {
  const newline = layout.newline ?? "\n";
  const files = Object.entries(texts(rows)).map(([name, lines]) => ({
    name: INNER_FOLDER + name,
    content: rows.files?.[name] ?? lines.map((text) => text + newline).join(""),
  }));
  const captions = rows.captions ?? `${Object.keys(KUAIREC_FILES.captions.schema).join(",")}\n`;
  const inner = zipOf([
    { name: INNER_FOLDER, content: "", stored: true },
    ...files,
    { name: `${INNER_FOLDER}kuairec_caption_category.csv`, content: captions },
  ]);
  const readme = layout.readme ? [{ name: "README.txt", content: layout.readme }] : [];
  return zipOf([
    { name: "KuaiRec.zip", content: layout.damage?.(inner) ?? inner, stored: layout.stored },
    { name: "kuairec_caption_category.csv", content: captions },
    { name: "user_features_raw.csv", content: "user_id\n1\n" },
    ...readme,
  ]);
}

/** A folder of this test file that also takes the cache; gone when the tests are done. */
export function kuaiRecPlace() {
  const folder = mkdtempSync(join(tmpdir(), "kuairec-test-"));
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
    async open(archive: string, options: KuaiRecOptions = {}): Promise<KuaiRec> {
      const data = await kuairec({ ...options, archive });
      engines.push(data.engine);
      return data;
    },
    /** Writes an archive with these rows and opens it. */
    async of(
      rows: KuaiRecRows,
      layout: KuaiRecLayout = {},
      options: KuaiRecOptions = {},
    ): Promise<KuaiRec> {
      return this.open(this.write(`outer-${count++}.zip`, kuaiRecZip(rows, layout)), options);
    },
  };
}
