/** item_categories.csv, kuairec_caption_category.csv and video_raw_categories_multi.csv. */
import { type Random, sampleWithoutReplacement } from "../../stats";
import { pick } from "./kuaiRecPeople";
import { table } from "./kuaiRecUserFiles";
import type { Videos } from "./kuaiRecVideos";

/** Names of the categories 0 to 30. */
export const CATEGORY_NAMES = [
  "其他",
  "舞蹈",
  "音乐",
  "游戏",
  "美妆",
  "时尚",
  "明星",
  "运动",
  "颜值",
  "喜剧",
  "旅游",
  "生活",
  "美食",
  "三农",
  "教育",
  "艺术",
  "健康",
  "宠物",
  "汽车",
  "情感",
  "二次元",
  "人文",
  "财经",
  "时政",
  "星座",
  "亲子",
  "摄影",
  "数码",
  "资讯",
  "科学",
  "短剧",
] as const;
const SECOND = ["日常", "教学", "测评", "现场", "合集", "故事"] as const;
const THIRD = ["入门", "进阶", "精选", "记录"] as const;
const WORDS = [
  "今天",
  "一起",
  "看看",
  "这个",
  "真的",
  "太好了",
  "家里",
  "朋友",
  "学会",
  "简单",
  "快乐",
  "新的",
  "第一次",
  "周末",
] as const;
const TAGS = ["日常", "热门", "记录生活", "合作", "一键出片", "推荐", "周末", "作品推广"] as const;

/** video_id and its categories as `[8]` or `[27, 9]`. */
export function itemCategoriesCsv(videos: Videos): Buffer {
  return table("video_id,feat", videos.size, (video) => [
    String(video),
    `[${videos.categories[video].join(", ")}]`,
  ]);
}

/** Texts with commas, quotes and emoji in them, made of a few words; -124 and UNKNOWN where a level is not known. */
export function captionsCsv(videos: Videos, random: Random): Buffer {
  const header =
    "video_id,manual_cover_text,caption,topic_tag,first_level_category_id,first_level_category_name,second_level_category_id,second_level_category_name,third_level_category_id,third_level_category_name";
  return table(header, videos.size, (video) => {
    const draws = random.fork(video);
    const tags = Array.from(
      sampleWithoutReplacement(TAGS.length, pick([43, 30, 17, 10], draws), draws),
      (tag) => TAGS[tag],
    );
    return [
      String(video),
      draws.bernoulli(0.624) ? "UNKNOWN" : words(1 + draws.integer(3), draws),
      draws.bernoulli(0.126) ? "" : caption(tags, draws),
      `[${tags.join(",")}]`,
      ...levels(videos.categories[video][0], draws),
    ];
  });
}

function caption(tags: readonly string[], draws: Random): string {
  const text = words(2 + draws.integer(8), draws);
  const end = ["", "！", ", 😊", "...", ' "真的"'][pick([60, 15, 10, 10, 5], draws)];
  return [...tags.map((tag) => `#${tag}`), `${text}${end}`].join(" ");
}

function words(count: number, draws: Random): string {
  return Array.from({ length: count }, () => WORDS[draws.integer(WORDS.length)]).join("");
}

function levels(first: number, draws: Random): string[] {
  const second = draws.bernoulli(0.334) ? -1 : draws.integer(SECOND.length);
  const third = second < 0 || draws.bernoulli(0.455) ? -1 : draws.integer(THIRD.length);
  return [
    String(first),
    CATEGORY_NAMES[first],
    second < 0 ? "-124" : String(100 + 10 * first + second),
    second < 0 ? "UNKNOWN" : `${CATEGORY_NAMES[first]}${SECOND[second]}`,
    third < 0 ? "-124" : String(1_000 + 100 * first + 10 * second + third),
    third < 0 ? "UNKNOWN" : `${CATEGORY_NAMES[first]}${SECOND[second]}${THIRD[third]}`,
  ];
}

/** Category guesses of a classifier, one to three a video, with their probability. */
export function rawCategoriesCsv(videos: Videos, random: Random): Buffer {
  const header =
    "video_id,category_name,category_id,category_level,prob,source,upload_date,category_online,root_id,root_name,parent_id,parent_name,type";
  const guesses: string[][] = [];
  for (let video = 0; video < videos.size; video++) {
    const draws = random.fork(video);
    for (const first of videos.categories[video]) {
      const second = draws.integer(SECOND.length);
      const level = draws.bernoulli(0.4) ? 1 : 2;
      const name =
        level === 1 ? CATEGORY_NAMES[first] : `${CATEGORY_NAMES[first]}${SECOND[second]}`;
      guesses.push([
        String(video),
        name,
        String(level === 1 ? first : 100 + 10 * first + second),
        String(level),
        String(Math.round(1e6 * (0.3 + 0.7 * draws.uniform())) / 1e6),
        String(1 + draws.integer(3)),
        "20200704",
        String(Number(draws.bernoulli(0.9))),
        String(first),
        CATEGORY_NAMES[first],
        level === 1 ? "-124" : String(first),
        level === 1 ? "UNKNOWN" : CATEGORY_NAMES[first],
        "1",
      ]);
    }
  }
  return table(header, guesses.length, (row) => guesses[row]);
}
