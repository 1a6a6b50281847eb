/** Titles with the quirks of the real ones: moved articles, commas, quotes, other names, accents, blanks after the year. */
import type { Random } from "../../stats";
import {
  ADJECTIVES,
  FIRST_NAMES,
  FOREIGN,
  LAST_NAMES,
  NOUNS,
  PLACES,
  ROMAN,
  VERBS,
} from "./movieWords";

/** A title before its year: the name, the article that goes to its end, and what stands in brackets after it. */
export interface BaseTitle {
  readonly name: string;
  readonly article: string;
  readonly brackets: string;
}

export type TitleQuirk = "quotes" | "yearInside" | "otherName" | "none";

/** Draws a title without a year. */
export function drawTitle(random: Random, quirk: TitleQuirk = "none"): BaseTitle {
  let name = drawName(random);
  let article = "";
  let brackets = "";
  const draw = random.coarseUniform();
  if (draw < 0.24) article = "The";
  else if (draw < 0.28) article = "A";
  if (random.coarseUniform() < 0.08) brackets = ` (${drawOriginal(random)})`;
  if (quirk === "quotes") {
    const word = pick(ADJECTIVES, random);
    name = random.coarseUniform() < 0.5 ? `"${word}" ${name}` : `${name}: "${word}"`;
    article = "";
  } else if (quirk === "yearInside") {
    const year = 1900 + random.integer(120);
    name =
      random.coarseUniform() < 0.5 ? `${pick(NOUNS, random)} of ${year}` : `${name} (${year}) Live`;
  } else if (quirk === "otherName") {
    brackets = ` (a.k.a. ${drawName(random)})`;
  }
  return { name, article, brackets };
}

/** The title of a part of a franchise: the first one's name with a number or a second name. */
export function partTitle(
  first: BaseTitle,
  part: number,
  style: number,
  random: Random,
): BaseTitle {
  const number = style === 0 ? (ROMAN[part - 1] ?? `${part}`) : `${part}`;
  const name =
    style === 2
      ? `${first.name}: ${drawName(random)}`
      : `${first.name}${style === 3 ? `: Part ${part}` : ` ${number}`}`;
  return { name, article: style === 2 ? "" : first.article, brackets: "" };
}

/** The title as movies.csv has it, before CSV quoting. @param year undefined for a title without one */
export function titleText(
  title: BaseTitle,
  year: number | undefined,
  blankAfterYear: boolean,
): string {
  const article = title.article === "" ? "" : `, ${title.article}`;
  const ending = year === undefined ? "" : ` (${year})${blankAfterYear ? " " : ""}`;
  return `${title.name}${article}${title.brackets}${ending}`;
}

function drawName(random: Random): string {
  const noun = () => pick(NOUNS, random);
  const adjective = () => pick(ADJECTIVES, random);
  const draw = random.coarseUniform();
  if (draw < 0.34) return `${adjective()} ${noun()}`;
  if (draw < 0.41) return `${noun()} of the ${noun()}`;
  if (draw < 0.46) return `${noun()} in ${pick(PLACES, random)}`;
  if (draw < 0.52) return `${pick(FIRST_NAMES, random)}'s ${adjective()} ${noun()}`;
  if (draw < 0.59) return `${pick(VERBS, random)} ${pick(FIRST_NAMES, random)}`;
  if (draw < 0.63) return `${pick(VERBS, random)} the ${adjective()} ${noun()}`;
  if (draw < 0.67) return `${adjective()} ${noun()} and the ${noun()}`;
  if (draw < 0.74) return `${pick(FIRST_NAMES, random)} ${pick(LAST_NAMES, random)}`;
  if (draw < 0.82) return `${noun()} ${noun()}`;
  if (draw < 0.85) return `${2 + random.integer(99)} ${adjective()} ${noun()}s`;
  if (draw < 0.88) return `Goodbye, ${pick(FIRST_NAMES, random)}`;
  if (draw < 0.9)
    return `${pick(PLACES, random)}, ${pick(PLACES, random)} & ${pick(PLACES, random)}`;
  if (draw < 0.95) return `${noun()}: ${adjective()} ${noun()}`;
  if (draw < 0.975) return `What the ${noun()} Said to the ${noun()}`;
  return `${adjective()} ${noun()}, ${adjective()} ${noun()}`;
}

function drawOriginal(random: Random): string {
  const language = pick(FOREIGN, random);
  const name = `${pick(language.first, random)} ${pick(language.last, random)}`;
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  if (language.articles.length === 0 || random.coarseUniform() < 0.4) return title;
  return `${title}, ${pick(language.articles, random)}`;
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random.integer(list.length)];
}
