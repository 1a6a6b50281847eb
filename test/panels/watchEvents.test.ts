import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { saveCsv } from "../../lib/notebook";
import * as panels from "../../lib/panels";
import { type KuaiRecRows, kuaiRecPlace, type Watch, watch } from "../loaders/kuairecFixture";

const place = kuaiRecPlace();
process.env.LAB_OUT = join(place.folder, "out");

const USERS = [
  [14, "full_active"],
  [2, "UNKNOWN"],
] as const;

async function eventsOf(watches: readonly Watch[], rows?: number) {
  const data = await place.of({ watches, users: USERS, categories: [[148, "[27, 9]"]] });
  return { data, events: await panels.watchEvents(data, { rows }) };
}

describe("watches", () => {
  test("are sorted by user, time with missing ones last, and video; ties stay as in the file", async () => {
    const { events } = await eventsOf([
      watch(14, 5, "2020-07-06 00:00:00.5"),
      watch(14, 9, ""),
      watch(14, 7, "2020-07-05 10:00:00.5"),
      watch(14, 3, "2020-07-05 10:00:00.5"),
      watch(2, 1, "2020-08-01 00:00:00.25", 900),
      watch(2, 1, "2020-08-01 00:00:00.25", 100),
      watch(14, 8, ""),
    ]);
    assert.deepEqual(
      (await events.rows()).map((row) => [row.user_id, row.video_id, row.play_duration]),
      [
        [2, 1, 900],
        [2, 1, 100],
        [14, 3, 5000],
        [14, 7, 5000],
        [14, 5, 5000],
        [14, 8, 5000],
        [14, 9, 5000],
      ],
    );
  });

  // pd.to_datetime(pd.Series([1593898068.378, 1593898080.057, ...]), unit="s"), pandas 3.0
  test("have the nanoseconds that pandas makes of Unix seconds", async () => {
    const { events } = await eventsOf([
      watch(14, 148, "2020-07-05 05:27:48.378"),
      watch(14, 183, "2020-07-05 05:28:00.057"),
      watch(14, 3649, "2020-07-05 05:29:09.479"),
      watch(14, 5262, "2020-07-05 05:30:43.285"),
      watch(14, 8234, "2020-07-05 05:35:43.459"),
      watch(14, 1, "2020-07-06 00:00:01.5"),
    ]);
    assert.deepEqual(
      (await panels.watchRows(events, 10)).map((row) => row.event_timestamp),
      [
        "2020-07-04 21:27:48.378000021",
        "2020-07-04 21:28:00.056999922",
        "2020-07-04 21:29:09.479000092",
        "2020-07-04 21:30:43.285000086",
        "2020-07-04 21:35:43.459000111",
        "2020-07-05 16:00:01.500000000",
      ],
    );
  });

  test("have the columns of the course, with durations in seconds and a capped ratio", async () => {
    const { events } = await eventsOf([
      watch(14, 148, "2020-07-05 05:27:48.378", 3_338_360, 10_000),
    ]);
    const [row] = await events.rows();
    assert.deepEqual(Object.keys(row!), [
      "user_id",
      "video_id",
      "play_duration",
      "video_duration",
      "time",
      "date",
      "timestamp",
      "watch_ratio",
      "event_date",
      "event_timestamp",
      "event_time_from_text",
      "event_time",
      "play_duration_sec",
      "video_duration_sec",
      "watch_ratio_capped_5",
    ]);
    assert.deepEqual(row?.event_date, new Date("2020-07-05T00:00:00Z"));
    assert.deepEqual(row?.event_time, new Date("2020-07-05T05:27:48.378Z"));
    assert.equal(row?.play_duration_sec, 3338.36);
    assert.equal(row?.video_duration_sec, 10);
    assert.equal(row?.watch_ratio, 333.836);
    assert.equal(row?.watch_ratio_capped_5, 5);
  });

  test("take the Unix time where the text is no time, and read every form of time", async () => {
    const [first] = [watch(14, 1, "2020-07-05 05:27:48.378")];
    const other = (video: number, time: string): Watch =>
      [14, video, 1, 2, time, 20200705, 1593898068.5, 0.5] as unknown as Watch;
    const { events } = await eventsOf([
      first!,
      other(2, "yesterday"),
      other(3, "2020-07-05 09:00:00"),
    ]);
    const rows = await events.engine.rows(`SELECT * FROM ${events.name} ORDER BY video_id`);
    assert.deepEqual(
      rows.map((row) => row.event_time),
      [
        new Date("2020-07-05T05:27:48.378Z"),
        new Date("2020-07-04T21:27:48.500Z"),
        new Date("2020-07-05T09:00:00Z"),
      ],
    );
    assert.equal(rows[1]?.event_time_from_text, null);
  });

  test("are as many as asked for, from the start of the file", async () => {
    const many = [5, 4, 3, 2, 1].map((video) => watch(14, video, "2020-07-05 05:27:48.378"));
    const { data, events } = await eventsOf(many, 2);
    assert.deepEqual(
      (await events.rows()).map((row) => row.video_id),
      [4, 5],
    );
    assert.equal(await (await panels.watchEvents(data)).count(), 5);
    await assert.rejects(panels.watchEvents(data, { rows: 0 }), /a whole number from 1 on, not 0/);
  });

  test("unsorted have the same columns and make the same panel", async () => {
    const mixed = [
      watch(14, 5, "2020-07-06 00:00:00.5"),
      watch(2, 1, "2020-07-05 10:00:00.25", 900),
      watch(14, 9, ""),
      watch(14, 7, "2020-07-05 10:00:00.5", 9000),
    ];
    const { data, events } = await eventsOf(mixed);
    const unsorted = await panels.watchEvents(data, { sorted: false });
    const byVideo = (relation: typeof events) => relation.rows({ orderBy: "video_id" });
    assert.deepEqual(await byVideo(unsorted), await byVideo(events));
    assert.deepEqual(
      (await unsorted.rows()).map((row) => row.video_id),
      [5, 1, 9, 7],
    );
    const days = async (relation: typeof events) =>
      (
        await panels.denseUserDays(await panels.userDayObserved(await panels.flagWatches(relation)))
      ).rows();
    assert.deepEqual(await days(unsorted), await days(events));
    assert.equal(await (await panels.watchEvents(data, { sorted: false, rows: 2 })).count(), 2);
  });

  test("are high from 0.8 on and complete from 1 on, or as one says", async () => {
    const plays = [7999, 8000, 9999, 10_000];
    const { events } = await eventsOf(
      plays.map((play, i) => watch(14, i, "2020-07-05 05:27:48.378", play)),
    );
    const flags = async (relation: Awaited<ReturnType<typeof panels.flagWatches>>) =>
      (await relation.rows()).map((row) => [row.high_watch, row.complete_or_rewatch]);
    assert.deepEqual(await flags(await panels.flagWatches(events)), [
      [0, 0],
      [1, 0],
      [1, 0],
      [1, 1],
    ]);
    const other = await panels.flagWatches(events, { highWatch: 0.9999, completeOrRewatch: 2 });
    assert.deepEqual(await flags(other), [
      [0, 0],
      [0, 0],
      [1, 0],
      [1, 0],
    ]);
  });
});

describe("small tables of the watches", () => {
  const watches = [
    watch(14, 148, "2020-07-05 05:27:48.378", 4000),
    watch(14, 149, "2020-07-07 05:27:48.378", 6000),
    watch(14, 149, "", 2000),
    watch(2, 149, "2020-07-05 23:59:59.999", 10_000),
  ];

  test("coverage counts, and spans days and times", async () => {
    const { events } = await eventsOf(watches);
    assert.deepEqual(await panels.coverageSummary(events), [
      { metric: "interaction_rows", value: 4 },
      { metric: "unique_users", value: 2 },
      { metric: "unique_videos", value: 2 },
      { metric: "unique_event_dates", value: 2 },
      { metric: "first_event_date", value: new Date("2020-07-05T00:00:00Z") },
      { metric: "last_event_date", value: new Date("2020-07-07T00:00:00Z") },
      { metric: "first_event_time", value: new Date("2020-07-05T05:27:48.378Z") },
      { metric: "last_event_time", value: new Date("2020-07-07T05:27:48.378Z") },
    ]);
  });

  test("missing rates come with the types as Python calls them, the most missing first", async () => {
    const { events } = await eventsOf(watches);
    const rows = await panels.missingnessWithTypes(events);
    assert.deepEqual(
      rows.map((row) => `${row.column} ${row.missing_rate} ${row.dtype}`).slice(0, 9),
      [
        "time 0.25 str",
        "date 0.25 float64",
        "timestamp 0.25 float64",
        "event_date 0.25 datetime64[us]",
        "event_timestamp 0.25 datetime64[ns]",
        "event_time_from_text 0.25 datetime64[us]",
        "event_time 0.25 datetime64[ns]",
        "user_id 0 int64",
        "video_id 0 int64",
      ],
    );
  });

  test("users and videos are counted with their watches without a date", async () => {
    const { events } = await eventsOf(watches);
    assert.deepEqual((await (await panels.userActivity(events)).rows())[1], {
      user_id: 14,
      interactions: 3,
      unique_videos: 2,
      active_days: 2,
      first_date: new Date("2020-07-05T00:00:00Z"),
      last_date: new Date("2020-07-07T00:00:00Z"),
      avg_watch_ratio: 1.2 / 3,
      total_play_duration_sec: 12,
    });
    assert.deepEqual(await panels.topVideos(events, { limit: 1 }), [
      {
        video_id: 149,
        impressions: 3,
        unique_users: 2,
        avg_watch_ratio: 0.6,
        avg_play_duration_sec: 6,
      },
    ]);
  });

  test("metadata join on users and videos, and say what is missing", async () => {
    const { data, events } = await eventsOf([...watches, watch(3, 148, "2020-07-05 05:27:48.378")]);
    const joined = await panels.joinMetadata(events, data);
    assert.deepEqual(
      (await panels.metadataDiagnostics(joined)).map((row) => row.value),
      [5, 0.2, 0.6, 2, 1],
    );
    assert.deepEqual(
      (await panels.activitySegments(joined)).map((row) => [
        row.user_active_degree,
        row.rows,
        row.users,
      ]),
      [
        ["full_active", 3, 1],
        ["UNKNOWN", 1, 1],
      ],
    );
  });

  test("lists of categories are parsed as Python's literals", async () => {
    const lists = ["[27, 9]", "[8]", "[]", " [ 3 , 4, ] ", "27", "[a]", "[-1]", ""];
    const data = await place.of({ categories: lists.map((text, i) => [i, text] as const) });
    const rows = await (await panels.itemCategories(data)).rows();
    assert.deepEqual(
      rows.map((row) => [row.category_count, row.first_category]),
      [
        [2, 27],
        [1, 8],
        [0, null],
        [2, 3],
        [0, null],
        [0, null],
        [1, -1],
        [0, null],
      ],
    );
  });

  test("rates of video-days are missing where nothing was shown or played", async () => {
    const daily = [
      [1, 20200705, 10, 5, 4, 4, 1, 2, 0, 0, ""],
      [1, 20200706, 10, 5, 0, 4, 1, 0, 0, 0, 1],
      [1, 20200707, 0, 0, 0, 0, 0, 0, 0, 0, 2],
    ];
    const data = await place.of({ daily });
    const items = await panels.itemDaily(data, { rows: 3 });
    assert.deepEqual(
      (await items.rows()).map((row) => [
        row.event_date,
        row.item_play_rate,
        row.item_like_rate_per_play,
      ]),
      [
        [new Date("2020-07-05T00:00:00Z"), 0.4, 0.5],
        [new Date("2020-07-06T00:00:00Z"), 0, null],
        [new Date("2020-07-07T00:00:00Z"), null, null],
      ],
    );
    assert.equal(await (await panels.itemDaily(data, { rows: 1 })).count(), 1);
  });

  test("members of an archive are listed by size or by name", () => {
    const members = [
      { member: "d/", bytes: 0 },
      { member: "d/b.csv", bytes: 1_500_000 },
      { member: "a.csv", bytes: 2_000_000 },
      { member: "d/a.csv", bytes: 1_500_000 },
    ];
    assert.deepEqual(
      panels.archiveMembers(members).map((row) => `${row.member} ${row.size_mb}`),
      ["a.csv 2", "d/a.csv 1.5", "d/b.csv 1.5", "d/ 0"],
    );
    assert.deepEqual(
      panels.archiveMembers(members, { under: "d/", order: "name" }).map((row) => row.member),
      ["d/", "d/a.csv", "d/b.csv"],
    );
  });
});

describe("what the chapter hands over", () => {
  const rows: KuaiRecRows = {
    users: USERS,
    watches: Array.from({ length: 40 }, (_, day) =>
      [14, 2, 5].flatMap((user) =>
        Array.from({ length: ((day * user) % 4) + 1 }, (_, video) =>
          watch(
            user,
            video,
            `${new Date(Date.UTC(2020, 6, 5 + day)).toISOString().slice(0, 10)} 10:00:00.5`,
            1000 * ((day * user + 4 * video) % 13),
          ),
        ),
      ),
    ).flat(),
  };

  test("is the panel of 58 columns, whole, with its source, and a list of checks", async () => {
    const data = await place.of(rows);
    const watches = await panels.flagWatches(await panels.watchEvents(data));
    const dense = await panels.denseUserDays(await panels.userDayObserved(watches));
    const userDays = await panels.addTreatments(
      await panels.addFuture(await panels.addHistory(dense)),
    );
    await panels.saveSequenceInputs({ interactions: watches, userDays }, data);
    const saved = await data.engine.view(
      "saved",
      `SELECT * FROM read_parquet('${panels.sequenceFile("userDays")}')`,
    );
    assert.deepEqual(await saved.rows(), await userDays.rows());
    const columns = (await panels.columnTypes(saved)).map(({ column }) => column);
    assert.equal(columns.length, 58);
    assert.deepEqual(columns.slice(13, 20), [
      "high_watch_share",
      "complete_or_rewatch_share",
      "active_day",
      "lag_1_active_day",
      "prior_3day_active_day",
      "lag_1_interactions",
      "prior_3day_interactions",
    ]);
    assert.deepEqual(columns.slice(-4), [
      "future_7day_interactions",
      "future_7day_play_duration_sec",
      "treatment_high_intensity",
      "treatment_high_watch_exposure",
    ]);
    const events = await data.engine.view(
      "events",
      `SELECT * FROM read_parquet('${panels.sequenceFile("interactions")}')`,
    );
    assert.equal((await panels.columnTypes(events)).length, 17);

    const checks = await panels.sequenceReadiness(userDays);
    assert.deepEqual(
      checks.map((row) => [row.value, row.passes]),
      [
        [3, false],
        [40, true],
        [40, true],
        [checks[3]!.value, true],
        [checks[4]!.value, true],
        [37 / 40, true],
        [33 / 40, true],
        [0, true],
      ],
    );
    saveCsv(panels.sequenceFile("readiness"), checks);
    const [header, first] = readFileSync(panels.sequenceFile("readiness"), "utf8").split("\n");
    assert.equal(header, "check,value,passes");
    assert.equal(first, "at least 50 users in sample,3,False");
    assert.deepEqual(
      panels.savedSequenceFiles().map((row) => row.path),
      [
        "processed/kuairec_small_interactions_sample.parquet",
        "processed/kuairec_user_day_panel_sample.parquet",
        "processed/kuairec_sequence_eda_readiness.csv",
      ],
    );
  });
});
