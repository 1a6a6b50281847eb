import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, test } from "node:test";
import { kuaiRecName } from "../../lib/loaders";
import type { KuaiRecTable } from "../../lib/loaders/kuairecFiles";
import { KUAIREC_FILES } from "../../lib/loaders/kuairecFiles";
import { type KuaiRecRows, kuaiRecPlace, kuaiRecZip, watch } from "./kuairecFixture";
import { zipOf } from "./zipFixture";

const place = kuaiRecPlace();

const ROWS: KuaiRecRows = {
  watches: [
    watch(14, 148, "2020-07-05 05:27:48.378", 4381, 6067),
    watch(14, 183, ""),
    watch(2, 148, "2020-07-06 00:00:01.5", 3_338_360, 10_000),
  ],
  bigWatches: [watch(7000, 10_727, "2020-09-05 23:11:44.456")],
  users: [
    [14, "full_active"],
    [2, "UNKNOWN"],
  ],
  categories: [
    [148, "[27, 9]"],
    [183, "[8]"],
  ],
  daily: [
    [148, 20200705, 10, 9, 8, 7, 6, 5, 4, 3, ""],
    [148, 20200706, 1, 1, 0, 0, 0, 0, 0, 0, 2],
  ],
};

async function refused(rows: KuaiRecRows, table: KuaiRecTable): Promise<string> {
  const data = await place.of(rows);
  const message = await data.table(table).then(
    () => assert.fail("nothing was refused"),
    (error: Error) => error.message,
  );
  assert.ok(!message.includes("\n"), `one sentence: ${message}`);
  return message;
}

describe("a KuaiRec archive", () => {
  for (const stored of [true, false]) {
    test(`is listed and read on both levels, inner zip ${stored ? "stored" : "deflated"}`, async () => {
      const data = await place.of(ROWS, { stored });
      assert.deepEqual(
        data.outer.map(({ member }) => member),
        ["KuaiRec.zip", "kuairec_caption_category.csv", "user_features_raw.csv"],
      );
      assert.deepEqual(data.inner[0], { member: "KuaiRec 2.0/data/", bytes: 0 });
      assert.equal(data.inner.length, 8);
      assert.ok(data.inner.slice(1).every(({ bytes }) => bytes > 0));

      const small = await data.table("small_matrix");
      assert.deepEqual(await small.rows(), [
        {
          user_id: 14,
          video_id: 148,
          play_duration: 4381,
          video_duration: 6067,
          time: "2020-07-05 05:27:48.378",
          date: 20200705,
          timestamp: 1593898068.378,
          watch_ratio: 4381 / 6067,
        },
        {
          user_id: 14,
          video_id: 183,
          play_duration: 5000,
          video_duration: 10_000,
          time: null,
          date: null,
          timestamp: null,
          watch_ratio: 0.5,
        },
        {
          user_id: 2,
          video_id: 148,
          play_duration: 3_338_360,
          video_duration: 10_000,
          time: "2020-07-06 00:00:01.5",
          date: 20200706,
          timestamp: 1593964801.5,
          watch_ratio: 333.836,
        },
      ]);
      assert.equal(await (await data.table("big_matrix")).count(), 1);
      assert.equal(await (await data.table("user_features")).count(), 2);
      assert.equal(await (await data.table("social_network")).count(), 1);
      assert.deepEqual(data.ingested("small_matrix")?.rows, 3);
      assert.equal(data.ingested("captions"), undefined, "what nobody asked for is not read");
    });
  }

  test("leaves no inflated inner zip behind", async () => {
    const nested = () => readdirSync(tmpdir()).filter((name) => name.startsWith("nested-archive-"));
    const before = new Set(nested());
    const data = await place.of({ ...ROWS, bigWatches: [] });
    await data.table("small_matrix");
    assert.deepEqual(
      nested().filter((name) => !before.has(name)),
      [],
    );
  });

  test("is opened from the cache the second time, also when a table was never asked for", async () => {
    const path = place.write("again.zip", kuaiRecZip({ ...ROWS, bigWatches: [] }));
    const first = await place.open(path);
    await first.table("small_matrix");
    const second = await place.open(path);
    assert.deepEqual(second.inner, first.inner);
    assert.equal(await (await second.table("small_matrix")).count(), 3);
    assert.equal(await (await second.table("item_categories")).count(), 2);
  });

  test("gives the used columns of item_daily_features, whatever stands between them", async () => {
    const daily = await (await place.of(ROWS)).table("item_daily_features");
    assert.deepEqual(await daily.rows(), [
      {
        video_id: 148,
        date: 20200705,
        show_cnt: 10,
        show_user_num: 9,
        play_cnt: 8,
        play_user_num: 7,
        complete_play_cnt: 6,
        like_cnt: 5,
        comment_cnt: 4,
        share_cnt: 3,
        collect_cnt: null,
      },
      {
        video_id: 148,
        date: 20200706,
        show_cnt: 1,
        show_user_num: 1,
        play_cnt: 0,
        play_user_num: 0,
        complete_play_cnt: 0,
        like_cnt: 0,
        comment_cnt: 0,
        share_cnt: 0,
        collect_cnt: 2,
      },
    ]);
  });

  test("finds the used columns in any order, and reads rows that end with CRLF", async () => {
    const names = Object.keys(KUAIREC_FILES.item_daily_features.schema);
    const header = [...names].reverse().join(",");
    const files = { "item_daily_features.csv": `${header}\r\n,9,8,7,6,5,4,3,2,20200705,148\r\n` };
    const data = await place.of({ ...ROWS, files }, { newline: "\r\n" });
    const [row] = await (await data.table("item_daily_features")).rows();
    assert.deepEqual(Object.keys(row!), names);
    assert.deepEqual(Object.values(row!), [148, 20200705, 2, 3, 4, 5, 6, 7, 8, 9, null]);
    assert.equal(await (await data.table("small_matrix")).count(), 3);
  });

  test("reads captions with carriage returns in them, one row a video", async () => {
    const header = Object.keys(KUAIREC_FILES.captions.schema).join(",");
    const captions = `${header}\n0,UNKNOWN,two\rlines,[],8,颜值,673,颜值随拍,-124,UNKNOWN\n1,,"a ""quote""\r",[],9,喜剧,727,x,-124,UNKNOWN\n`;
    const table = await (await place.of({ ...ROWS, captions })).table("captions");
    const rows = await table.rows();
    assert.deepEqual(
      rows.map((row) => [row.video_id, row.caption, row.first_level_category_id]),
      [
        [0, "two lines", 8],
        [1, 'a "quote" ', 9],
      ],
    );
  });

  test("says where it comes from; synthetic data say so with their seed", async () => {
    const real = await place.of(ROWS);
    assert.equal(real.source.dataset, "kuairec");
    assert.equal(real.source.synthetic, false);
    assert.equal(real.source.seed, undefined);
    const readme = "Synthetic data in the layout of KuaiRec 2.0.\nscale: tiny\nseed: 42\n";
    const made = await place.of(ROWS, { readme });
    assert.equal(made.source.synthetic, true);
    assert.equal(made.source.seed, 42);
    assert.equal(await kuaiRecName(made.path), "kuairec-synthetic");
    assert.equal(await kuaiRecName(real.path), "kuairec");
  });
});

describe("a KuaiRec archive that is not what it should be", () => {
  const [first] = ROWS.watches!;
  const withDate = (date: string) => ({
    ...ROWS,
    watches: [first!, [...first!.slice(0, 5), date, ...first!.slice(6)] as unknown as typeof first],
  });

  test("with a missing column names it, file and both archives", async () => {
    const files = { "small_matrix.csv": "user_id,video_id,play_duration\n1,2,3\n" };
    const message = await refused({ ...ROWS, files }, "small_matrix");
    assert.match(
      message,
      /^outer-\d+\.zip > KuaiRec\.zip, entry KuaiRec 2\.0\/data\/small_matrix\.csv: the header .* \(missing: video_duration, time, date, timestamp, watch_ratio\)/,
    );
  });

  test("with a missing column among those of item_daily_features names it", async () => {
    const files = { "item_daily_features.csv": "video_id,date,show_cnt\n1,20200705,3\n" };
    assert.match(
      await refused({ ...ROWS, files }, "item_daily_features"),
      /the header lacks show_user_num, play_cnt, .*collect_cnt; it is video_id,date,show_cnt/,
    );
  });

  test("with a user who has two rows names the user", async () => {
    const users = [
      [14, "a"],
      [3, "b"],
      [14, "c"],
    ] as const;
    assert.match(
      await refused({ ...ROWS, users }, "user_features"),
      /user_features\.csv: user_id 14 stands in 2 rows\./,
    );
  });

  for (const date of ["20200931", "20201301", "99999999", "7"]) {
    test(`with the date ${date}, which no calendar has, names the row`, async () => {
      assert.match(
        await refused(withDate(date), "small_matrix"),
        /small_matrix\.csv, row 2: column date: a good value is a date of the calendar written like 20200705 \(.*Mend the file/,
      );
    });
  }

  test("with a row of another shape names the row; such rows can be skipped", async () => {
    const header = Object.keys(KUAIREC_FILES.small_matrix.schema).join(",");
    const text = `${header}\n${first!.join(",")}\n1,2,three,4,,,,0.5\n1,2,3,4,,,,0.75\n`;
    const files = { "small_matrix.csv": text };
    assert.match(await refused({ ...ROWS, files }, "small_matrix"), /small_matrix\.csv, row 2: /);
    const data = await place.of({ ...ROWS, files }, {}, { onBadRow: "skip" });
    assert.equal(await (await data.table("small_matrix")).count(), 2);
    assert.equal(data.ingested("small_matrix")?.badRows, 1);
  });

  test("with an inner zip that is cut off says so", async () => {
    for (const stored of [true, false]) {
      const cut = place.of(ROWS, {
        stored,
        damage: (inner) => inner.subarray(0, inner.length - 200),
      });
      await assert.rejects(cut, (error: Error) => {
        assert.match(
          error.message,
          /> KuaiRec\.zip cannot be read as a zip archive .*fetch it again/,
        );
        return !error.message.includes("\n");
      });
    }
  });

  test("with an inner zip that is damaged in the middle of a file names the file", async () => {
    const data = await place.of(ROWS, {
      damage: (inner) => {
        const bytes = Buffer.from(inner);
        const at = bytes.indexOf("small_matrix.csv") + 40;
        bytes.fill(0xff, at, at + 20);
        return bytes;
      },
    });
    await assert.rejects(data.table("small_matrix"), /entry KuaiRec 2\.0\/data\/small_matrix\.csv/);
    assert.equal(await (await data.table("user_features")).count(), 2, "the others can be read");
  });

  test("without an inner zip says what it holds, and knows the inner one", async () => {
    const other = place.write("other.zip", zipOf([{ name: "a.csv", content: "a\n1\n" }]));
    await assert.rejects(
      place.open(other),
      /other\.zip holds no KuaiRec\.zip\. It holds: a\.csv\./,
    );
    const inner = zipOf([{ name: "KuaiRec 2.0/data/small_matrix.csv", content: "a\n" }]);
    await assert.rejects(
      place.open(place.write("inner.zip", inner)),
      /looks like the inner archive/,
    );
    await assert.rejects(place.open("/nowhere/outer.zip"), /is not there/);
  });

  test("without one of its files names it", async () => {
    const inner = zipOf([{ name: "KuaiRec 2.0/data/small_matrix.csv", content: "a\n" }]);
    const outer = zipOf([{ name: "KuaiRec.zip", content: inner }]);
    await assert.rejects(
      place.open(place.write("lacking.zip", outer)),
      /lacks KuaiRec 2\.0\/data\/user_features\.csv, KuaiRec 2\.0\/data\/item_categories\.csv/,
    );
  });
});
