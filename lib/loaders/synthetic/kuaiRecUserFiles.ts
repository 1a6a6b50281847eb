/** user_features.csv, user_features_raw.csv and social_network.csv. */
import { type Random, sampleWithoutReplacement } from "../../stats";
import { csvBytes } from "./csvBytes";
import { interpolate } from "./curves";
import { KUAIREC, SEGMENTS } from "./kuaiRecParameters";
import { type People, pick } from "./kuaiRecPeople";
import type { Curve } from "./movieLensParameters";

/** Counts at a share of the users. */
const FOLLOWS: Curve = [
  [0, 0],
  [0.05, 2],
  [0.25, 9],
  [0.5, 33],
  [0.75, 130],
  [0.95, 1_407],
  [0.99, 1_999],
  [1, 2_100],
];
const FANS: Curve = [
  [0, 0],
  [0.3, 0.6],
  [0.5, 2.4],
  [0.75, 6.5],
  [0.95, 23.5],
  [0.99, 107],
  [0.9995, 2_000],
  [1, 11_400],
];
const FRIENDS: Curve = [
  [0, 0],
  [0.6, 0.6],
  [0.75, 1.5],
  [0.95, 11.4],
  [0.99, 49],
  [0.999, 250],
  [1, 1_425],
];
const DAYS: Curve = [
  [0, 29],
  [0.05, 50],
  [0.25, 132],
  [0.5, 225],
  [0.75, 324],
  [0.95, 955],
  [0.99, 1_494],
  [1, 2_245],
];

const FOLLOW_RANGES = [
  [0, "0"],
  [10, "(0,10]"],
  [50, "(10,50]"],
  [100, "(50,100]"],
  [150, "(100,150]"],
  [250, "(150,250]"],
  [500, "(250,500]"],
  [1e9, "500+"],
] as const;
const FAN_RANGES = [
  [0, "0"],
  [9, "[1,10)"],
  [99, "[10,100)"],
  [999, "[100,1k)"],
  [4_999, "[1k,5k)"],
  [9_999, "[5k,1w)"],
  [1e9, "[1w,10w)"],
] as const;
const FRIEND_RANGES = [
  [0, "0"],
  [4, "[1,5)"],
  [29, "[5,30)"],
  [59, "[30,60)"],
  [119, "[60,120)"],
  [249, "[120,250)"],
  [1e9, "250+"],
] as const;
const DAY_RANGES = [
  [30, "15-30"],
  [60, "31-60"],
  [90, "61-90"],
  [180, "91-180"],
  [365, "181-365"],
  [730, "366-730"],
  [1e9, "730+"],
] as const;

/** The anonymous features: how often each value comes, or how many values there are (small ones more often). */
const ONE_HOT: readonly (readonly number[] | number)[] = [
  [4361, 2815],
  [3, 3082, 736, 949, 1096, 483, 825, 2],
  30,
  1076,
  [2055, 3257, 1195, 314, 78, 44, 20, 8, 1, 1, 1, 1],
  [7160, 1, 2, 2, 1, 2, 5, 1, 2, 1],
  [3120, 4040, 16],
  47,
  340,
  [18, 1108, 582, 1352, 1138, 1250, 1728],
  [812, 1, 3761, 1682, 920],
  [6665, 38, 473],
  [4978, 2121],
  [6358, 743],
  [6428, 673],
  [6970, 132],
  [6975, 127],
  [6999, 103],
];
/** Features that are empty for some users: the fourth alone, the last six mostly together. */
const EMPTY_FOURTH = 0.028;
const EMPTY_LAST = 0.0104;

interface UserRow {
  readonly segment: string;
  readonly flags: readonly [number, number, number];
  readonly follows: number;
  readonly fans: number;
  readonly friends: number;
  readonly days: number;
  readonly features: readonly string[];
}

function drawRow(segment: number, draws: Random): UserRow {
  const isAuthor = Number(draws.bernoulli(0.17));
  const drop = draws.bernoulli(EMPTY_LAST);
  return {
    segment: SEGMENTS[segment],
    flags: [
      Number(draws.bernoulli(segment === 3 ? 0.02 : 0.0002)),
      Number(isAuthor === 1 && draws.bernoulli(0.04)),
      isAuthor,
    ],
    follows: Math.floor(interpolate(FOLLOWS, draws.uniform())),
    fans: Math.floor(interpolate(FANS, draws.uniform())),
    friends: Math.floor(interpolate(FRIENDS, draws.uniform())),
    days: Math.floor(interpolate(DAYS, draws.uniform())),
    features: ONE_HOT.map((weights, k) => {
      const value =
        typeof weights === "number"
          ? Math.floor(weights * draws.uniform() * (0.6 + 0.4 * draws.uniform()))
          : pick(weights, draws);
      if (k === 4 && draws.bernoulli(EMPTY_FOURTH)) return "";
      return k >= 12 && drop ? "" : String(value);
    }),
  };
}

function range(value: number, ranges: readonly (readonly [number, string])[]): string {
  const found = ranges.find(([most]) => value <= most);
  return found === undefined ? "" : found[1];
}

const SHARED_HEADER =
  "follow_user_num,follow_user_num_range,fans_user_num,fans_user_num_range,friend_user_num,friend_user_num_range,register_days,register_days_range";

function sharedFields(row: UserRow): string[] {
  return [
    String(row.follows),
    range(row.follows, FOLLOW_RANGES),
    String(row.fans),
    range(row.fans, FAN_RANGES),
    String(row.friends),
    range(row.friends, FRIEND_RANGES),
    String(row.days),
    // The real ranges lag some three weeks behind the days.
    range(row.days - 20, DAY_RANGES),
  ];
}

/** One row a user, 31 columns. */
export function userFeaturesCsv(people: People, random: Random): Buffer {
  const header = `user_id,user_active_degree,is_lowactive_period,is_live_streamer,is_video_author,${SHARED_HEADER},${ONE_HOT.map((_, k) => `onehot_feat${k}`).join(",")}`;
  return table(header, people.segment.length, (user) => {
    const row = drawRow(people.segment[user], random.fork(user));
    return [
      String(user),
      row.segment,
      ...row.flags.map(String),
      ...sharedFields(row),
      ...row.features,
    ];
  });
}

const PHONES = ["OPPO", "vivo", "HUAWEI", "HONOR", "Xiaomi", "iPhone", "UNKNOWN"] as const;
const PROVINCES = ["北省", "南省", "东省", "西省", "中省", "UNKNOWN"] as const;
const AGES = ["0-12", "12-17", "18-23", "24-30", "31-40", "41-49", "50+", "UNKNOWN"] as const;

/** The same users with features in words; places and models are made up. */
export function userFeaturesRawCsv(people: People, features: Random, raw: Random): Buffer {
  const header = `user_id,user_active_degree,is_lowactive_period,is_live_streamer,is_video_author,${SHARED_HEADER},gender,age_range,platform,phone_brand,phone_model,mod_price,fre_country,fre_province,fre_city,fre_city_level,fre_community_type,isp,is_install_douyin,is_install_huoshan,is_install_xigua`;
  return table(header, people.segment.length, (user) => {
    const row = drawRow(people.segment[user], features.fork(user));
    const draws = raw.fork(user);
    const phone = PHONES[pick([25, 24, 20, 12, 10, 7, 2], draws)];
    const province = PROVINCES[pick([20, 25, 25, 15, 14, 1], draws)];
    const age = pick([1, 9, 24, 28, 22, 9, 6, 1], draws);
    return [
      String(user),
      row.segment,
      ...row.flags.map(String),
      ...sharedFields(row),
      ["F", "M", "UNKNOWN"][pick([48, 50, 2], draws)],
      AGES[age],
      phone === "iPhone" ? "ios" : "android",
      phone,
      `${phone}-${1 + draws.integer(60)}`,
      String(599 + 100 * draws.integer(60)),
      "中国",
      province,
      province === "UNKNOWN" ? "UNKNOWN" : `${province}${1 + draws.integer(20)}市`,
      `${1 + pick([5, 12, 18, 25, 25, 15], draws)}线`,
      ["城区", "乡镇", "农村", "UNKNOWN"][pick([50, 20, 28, 2], draws)],
      ["A", "B", "C"][pick([60, 22, 18], draws)],
      ...[0.45, 0.12, 0.1].map((p) => String(Number(draws.bernoulli(p)))),
    ];
  });
}

/** user_id and the user's friends as `[1, 2]`; friendship goes both ways. About 472 users of 7,176 have friends here. */
export function socialNetworkCsv(people: People, random: Random): Buffer {
  const users = people.segment.length;
  const members = Math.min(
    users,
    Math.max(4, Math.round((KUAIREC.socialUsers * users) / KUAIREC.users)),
  );
  const friends = new Map<number, Set<number>>();
  const chosen = sampleWithoutReplacement(users, members, random);
  const befriend = (a: number, b: number) => {
    if (a === b) return;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ]) {
      const known = friends.get(one) ?? new Set<number>();
      friends.set(one, known.add(other));
    }
  };
  for (let i = 0; i + 1 < members; i += 2) befriend(chosen[i], chosen[i + 1]);
  for (let extra = 0; extra < members / 5; extra++) {
    befriend(chosen[random.integer(members)], chosen[random.integer(members)]);
  }
  const rows = [...friends].sort(([a], [b]) => a - b);
  return table("user_id,friend_list", rows.length, (i) => [
    String(rows[i][0]),
    `[${[...rows[i][1]].sort((a, b) => a - b).join(", ")}]`,
  ]);
}

/** A small table in one piece. */
export function table(
  header: string,
  rows: number,
  fields: (row: number) => readonly string[],
): Buffer {
  const csv = csvBytes(1 << 20, "\n");
  csv.ascii(header);
  csv.endRow();
  for (let row = 0; row < rows; row++) {
    const values = fields(row);
    for (let k = 0; k < values.length; k++) {
      if (k > 0) csv.comma();
      csv.text(values[k]);
    }
    csv.endRow();
  }
  return csv.take();
}
