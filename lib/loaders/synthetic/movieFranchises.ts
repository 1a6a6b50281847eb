/** Series of movies: which part follows which. */
import type { Random } from "../../stats";
import type { Draft } from "./movieDraft";
import { CATALOGUE } from "./movieLensParameters";

/** Binds movies of falling popularity and later entry to series. */
export function bindFranchises(drafts: Draft[], without: ReadonlySet<Draft>, random: Random): void {
  const { share, meanFurtherParts, maxParts } = CATALOGUE.franchises;
  const end = Math.floor(drafts.length * 0.5);
  let franchise = 0;
  for (let i = 0; i < end; i++) {
    const first = drafts[i];
    // Popular movies get sequels.
    const chance = share * (0.5 + 3 * first.prominence);
    if (random.coarseUniform() >= chance || first.part > 0 || without.has(first)) continue;
    const parts = Math.min(maxParts - 1, 1 + random.geometric(1 / meanFurtherParts));
    let last = first;
    let place = i;
    for (let part = 2; part <= parts + 1; part++) {
      const next = findSequel(drafts, place, last, without, random);
      if (next === undefined) break;
      if (last === first) {
        first.franchise = franchise++;
        first.part = 1;
      }
      const movie = drafts[next];
      movie.franchise = first.franchise;
      movie.part = part;
      last.next = movie;
      last = movie;
      place = next;
    }
  }
}

function findSequel(
  drafts: Draft[],
  place: number,
  last: Draft,
  without: ReadonlySet<Draft>,
  random: Random,
): number | undefined {
  const reach = Math.max(12, Math.floor(place * 1.5));
  for (let attempt = 0; attempt < 40; attempt++) {
    const candidate = place + 1 + random.integer(reach);
    const movie = drafts[candidate];
    const isFree = movie !== undefined && movie.part === 0 && !without.has(movie);
    if (isFree && movie.popularity > 0 && movie.position > last.position) return candidate;
  }
  return undefined;
}
