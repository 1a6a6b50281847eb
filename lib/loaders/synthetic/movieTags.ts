/** Tags: few users write most of them, on movies they rated, in their own spelling. */
import { type AliasTable, aliasTable, type Random } from "../../stats";
import type { CsvBytes } from "./csvBytes";
import { power, scaleToTotal } from "./curves";
import type { History } from "./histories";
import type { Catalogue } from "./movieCatalogue";
import { genreIndex } from "./movieGenres";
import type { Genre } from "./movieKinds";
import { TAGGING } from "./movieLensParameters";
import { ADJECTIVES, FIRST_NAMES, LAST_NAMES, NOUNS, PLACES } from "./movieWords";
import { type Raters, roundToTotal } from "./raters";
import { AWKWARD_TAGS, COMMON_TAGS } from "./tagWords";

/** Rows of tags.csv, sorted by user, movie and tag. */
export interface TagRows {
  readonly length: number;
  readonly user: Int32Array;
  readonly movie: Int32Array;
  /** Code of the text: see `tagText`. */
  readonly tag: Int32Array;
  readonly timestamp: Int32Array;
}

const SPELLINGS = 8;
/** Share of rows with a common tag, and the chance of one on a movie of another genre. */
const COMMON_SHARE = COMMON_TAGS.reduce((sum, tag) => sum + tag.rows, 0) / 300_000;
const MISFIT = 0.08;
/** Share of the ratings, and so about of the tagged movies, with a genre (ML-32M). */
const TAGGED_SHARE: Readonly<Record<Genre, number>> = {
  Action: 0.3,
  Adventure: 0.24,
  Animation: 0.07,
  Children: 0.08,
  Comedy: 0.35,
  Crime: 0.17,
  Documentary: 0.013,
  Drama: 0.44,
  Fantasy: 0.11,
  "Film-Noir": 0.01,
  Horror: 0.08,
  IMAX: 0.05,
  Musical: 0.035,
  Mystery: 0.08,
  Romance: 0.17,
  "Sci-Fi": 0.18,
  Thriller: 0.27,
  War: 0.05,
  Western: 0.02,
};
const PEOPLE = FIRST_NAMES.length * LAST_NAMES.length;
const THEMES = ADJECTIVES.length * NOUNS.length;
const RARE = PEOPLE + THEMES + PLACES.length * 2;

/** How many tags each user writes; 0 for most. Sums to the wanted number. */
export function drawTagCounts(tags: number, raters: Raters, random: Random): Int32Array {
  const counts = new Int32Array(raters.size);
  const writers: number[] = [];
  for (let user = 0; user < raters.size; user++) {
    const joined = raters.sessionStart[raters.sessionFrom[user]];
    // Those who joined after tagging began: then they may tag all that they rated.
    const chosen = random.coarseUniform() < TAGGING.taggers;
    if (chosen && joined > TAGGING.firstSecond) writers.push(user);
  }
  if (writers.length === 0) return counts;
  const spread = Float64Array.from(writers, () => Math.exp(TAGGING.logSd * random.normal()));
  const most = writers.map((user) => Math.floor(raters.ratings[user] * TAGGING.perMovie * 0.5));
  const room = most.reduce((sum, value) => sum + value, 0);
  const scaled = scaleToTotal(spread, Math.min(tags, Math.floor(room * 0.9)), 1, (i) => most[i]);
  const rounded = roundToTotal(scaled, Math.min(tags, Math.floor(room * 0.9)));
  writers.forEach((user, i) => {
    counts[user] = rounded[i];
  });
  return counts;
}

export interface Tagger {
  /** Writes the tags of one user on the movies of the history. Call in the order of users. */
  tag(user: number, history: History, count: number, random: Random): void;
  rows(): TagRows;
}

export function tagger(catalogue: Catalogue, total: number): Tagger {
  const user = new Int32Array(total);
  const movie = new Int32Array(total);
  const tag = new Int32Array(total);
  const timestamp = new Int32Array(total);
  const common = commonTags();
  let length = 0;

  function drawTag(index: number, random: Random): number {
    const draw = random.coarseUniform();
    if (draw < COMMON_SHARE) {
      for (let attempt = 0; attempt < 60; attempt++) {
        const code = common.table.draw(random);
        const fits =
          common.masks[code] === 0 || (common.masks[code] & catalogue.genres[index]) !== 0;
        if (fits || random.coarseUniform() < MISFIT) return code;
      }
    }
    if (draw < 0.85) return COMMON_TAGS.length + rareTag(index, random);
    if (draw < 0.853) {
      return COMMON_TAGS.length + RARE + random.integer(AWKWARD_TAGS.length);
    }
    return COMMON_TAGS.length + Math.floor(RARE * power(random.coarseUniform(), 1.8));
  }

  return {
    tag(who, history, count, random) {
      const from = length;
      const written = new Set<number>();
      const positions = new Set<number>();
      const wanted = Math.ceil(count / 2.6);
      const least = Math.ceil(count / TAGGING.perMovie);
      const movies = Math.min(history.length, Math.max(least, wanted));
      while (positions.size < movies) positions.add(drawPosition(history, random));
      const list = Array.from(positions);
      for (let left = count; left > 0; left--) {
        const place = list[count - left < list.length ? count - left : random.integer(list.length)];
        const on = history.movie[place];
        let code = drawTag(on, random);
        for (let attempt = 0; written.has(on * 524_288 + code) && attempt < 40; attempt++) {
          code = drawTag(on, random);
        }
        if (written.has(on * 524_288 + code)) code = COMMON_TAGS.length + random.integer(RARE);
        written.add(on * 524_288 + code);
        user[length] = who;
        movie[length] = on;
        tag[length] = code * SPELLINGS + drawSpelling(random);
        timestamp[length] = Math.min(
          1_697_164_147,
          history.timestamp[place] + 3 + Math.floor(random.exponential(40)),
        );
        length++;
      }
      sortRows(from);
    },
    rows: () => ({ length, user, movie, tag, timestamp }),
  };

  /** Of two ratings the one of the less popular movie: tags say what is not well known. */
  function drawPosition(history: History, random: Random): number {
    const a = random.integer(history.length);
    const b = random.integer(history.length);
    const popularity = catalogue.expectedRatings;
    return popularity[history.movie[a]] < popularity[history.movie[b]] ? a : b;
  }

  function sortRows(from: number): void {
    const rows = Array.from({ length: length - from }, (_, i) => ({
      movie: movie[from + i],
      tag: tag[from + i],
      timestamp: timestamp[from + i],
      key: tagText(tag[from + i])
        .trim()
        .toLowerCase(),
    }));
    rows.sort(
      (a, b) =>
        a.movie - b.movie ||
        (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) ||
        a.timestamp - b.timestamp,
    );
    rows.forEach((row, i) => {
      movie[from + i] = row.movie;
      tag[from + i] = row.tag;
      timestamp[from + i] = row.timestamp;
    });
  }
}

/** One row of tags.csv. */
export function writeTagRow(rows: TagRows, row: number, catalogue: Catalogue, csv: CsvBytes): void {
  csv.integer(rows.user[row] + 1);
  csv.comma();
  csv.integer(catalogue.movieId[rows.movie[row]]);
  csv.comma();
  csv.text(tagText(rows.tag[row]));
  csv.comma();
  csv.integer(rows.timestamp[row]);
  csv.endRow();
}

/**
 * The common tags with the weight that gives each its frequency although it is refused by most movies of other genres.
 */
function commonTags(): { table: AliasTable; masks: Int32Array } {
  const masks = Int32Array.from(COMMON_TAGS, (tag) =>
    tag.genres.reduce((mask, genre) => mask | (1 << genreIndex(genre)), 0),
  );
  const weights = COMMON_TAGS.map((tag) => {
    const without = tag.genres.reduce((rest, genre) => rest * (1 - TAGGED_SHARE[genre]), 1);
    const fits = tag.genres.length === 0 ? 1 : 1 - without;
    return tag.rows / (fits + (1 - fits) * MISFIT);
  });
  return { table: aliasTable(weights), masks };
}

/** A rare tag of a movie: one of its own thirty, the first ones most, scattered over all by a multiplicative hash. */
function rareTag(movie: number, random: Random): number {
  const own = Math.floor(30 * power(random.coarseUniform(), 2));
  const hash = Math.imul(Math.imul(movie + 1, 0x9e3779b1) ^ (own + 1), 0x85ebca6b) >>> 0;
  // Some people and themes are everywhere.
  return Math.floor(RARE * power(hash / 2 ** 32, 1.6));
}

function drawSpelling(random: Random): number {
  const draw = random.coarseUniform();
  if (draw < 0.8) return 0;
  if (draw < 0.91) return 1;
  if (draw < 0.95) return 2;
  if (draw < 0.965) return 3;
  if (draw < 0.98) return 4;
  return 5;
}

/** The text of a tag's code: what it says and how this user spells it. */
export function tagText(code: number): string {
  const text = plainText(Math.floor(code / SPELLINGS));
  switch (code % SPELLINGS) {
    case 1:
      return text.charAt(0).toUpperCase() + text.slice(1);
    case 2:
      return text.replace(/(^|\s)([a-z])/g, (letter) => letter.toUpperCase());
    case 3:
      return text.toUpperCase();
    case 4:
      return `${text} `;
    case 5:
      return text.toLowerCase();
    default:
      return text;
  }
}

function plainText(code: number): string {
  if (code < COMMON_TAGS.length) return COMMON_TAGS[code].text;
  let rest = code - COMMON_TAGS.length;
  if (rest >= RARE) return AWKWARD_TAGS[rest - RARE];
  // Consecutive codes are of different sorts, so that the frequent ones are a mixture.
  rest = (rest * 40_503) % RARE;
  if (rest < PEOPLE) {
    return `${FIRST_NAMES[rest % FIRST_NAMES.length]} ${LAST_NAMES[Math.floor(rest / FIRST_NAMES.length)]}`;
  }
  rest -= PEOPLE;
  if (rest < THEMES) {
    const adjective = ADJECTIVES[rest % ADJECTIVES.length].toLowerCase();
    return `${adjective} ${NOUNS[Math.floor(rest / ADJECTIVES.length)].toLowerCase()}`;
  }
  rest -= THEMES;
  return rest < PLACES.length ? PLACES[rest] : `set in ${PLACES[rest - PLACES.length]}`;
}
