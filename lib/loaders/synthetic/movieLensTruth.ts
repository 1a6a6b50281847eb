/** What the simulator knows and the archive does not say: written beside it, for estimators to be held against. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Attention } from "./attention";
import type { Catalogue } from "./movieCatalogue";
import { GENRES } from "./movieKinds";
import {
  CATALOGUE,
  CHOICE,
  CLOCK,
  FULL,
  GENERATOR,
  QUALITY,
  RATERS,
  STARS,
  TAGGING,
} from "./movieLensParameters";
import type { MovieLensSize } from "./movieLensSize";
import type { Raters } from "./raters";

export interface MovieLensTruth {
  readonly catalogue: Catalogue;
  readonly raters: Raters;
  readonly attention: Attention;
  readonly neighbours: Int32Array;
  readonly size: MovieLensSize;
  readonly seed: number;
  readonly version: string;
}

/** Writes users.arrow, movies.arrow, parameters.json and README.md into a folder that exists. @param pause  lets other work run; throws to stop */
export async function writeTruth(
  folder: string,
  truth: MovieLensTruth,
  pause: () => Promise<void>,
): Promise<void> {
  // Arrow takes a moment to load: only those who write pay for it.
  const arrow = await import("apache-arrow");
  const save = (name: string, columns: Record<string, unknown>) => {
    const vectors = Object.fromEntries(
      Object.entries(columns).map(([column, values]) => [
        column,
        Array.isArray(values)
          ? arrow.vectorFromArray(values, new arrow.Utf8())
          : arrow.makeVector(values as Float64Array),
      ]),
    );
    writeFileSync(join(folder, name), arrow.tableToIPC(new arrow.Table(vectors), "file"));
  };
  save("users.arrow", userColumns(truth));
  await pause();
  save("movies.arrow", movieColumns(truth));
  writeFileSync(join(folder, "parameters.json"), parametersText(truth));
  writeFileSync(join(folder, "README.md"), readme(truth));
}

function userColumns({ raters }: MovieLensTruth): Record<string, unknown> {
  return {
    userId: Int32Array.from({ length: raters.size }, (_, user) => user + 1),
    ratings: raters.ratings,
    strictness: raters.strictness,
    noise: raters.noise,
    specialist: Array.from(raters.specialist, (genre) => (genre < 0 ? null : GENRES[genre])),
    within: raters.within,
    ...dimensions("taste_start", raters.tasteStart),
    ...dimensions("taste_end", raters.tasteEnd),
  };
}

function movieColumns({ catalogue, attention, neighbours }: MovieLensTruth) {
  const { count } = CATALOGUE.neighbours;
  return {
    movieId: catalogue.movieId,
    quality: catalogue.quality,
    attention: attention.weight,
    expected_ratings: catalogue.expectedRatings,
    entry: catalogue.entry,
    release_year: catalogue.releaseYear,
    franchise: catalogue.franchise,
    part: catalogue.part,
    next_part: catalogue.nextPart.map((movie) => (movie < 0 ? -1 : catalogue.movieId[movie])),
    nearest: Int32Array.from({ length: catalogue.size }, (_, movie) => {
      const nearest = neighbours[movie * count];
      return nearest < 0 ? -1 : catalogue.movieId[nearest];
    }),
    ...dimensions("latent", catalogue.latent),
  };
}

/** One column for each dimension: `name_1`, `name_2`, ... */
function dimensions(name: string, values: Float32Array): Record<string, Float32Array> {
  const k = CATALOGUE.latentDimensions;
  return Object.fromEntries(
    Array.from({ length: k }, (_, d) => [
      `${name}_${d + 1}`,
      Float32Array.from({ length: values.length / k }, (_, row) => values[row * k + d]),
    ]),
  );
}

/** The text of parameters.json: all that determines the archive. */
export function parametersText({
  size,
  seed,
  version,
}: Pick<MovieLensTruth, "size" | "seed" | "version">): string {
  const parameters = {
    synthetic: true,
    generator: GENERATOR,
    version,
    seed,
    size,
    full: FULL,
    catalogue: CATALOGUE,
    quality: QUALITY,
    raters: RATERS,
    choice: CHOICE,
    clock: CLOCK,
    stars: STARS,
    tagging: TAGGING,
  };
  return `${JSON.stringify(parameters, null, 2)}\n`;
}

function readme({ seed, version, size }: MovieLensTruth): string {
  return `# Truth of a synthetic MovieLens archive

Synthetic data: seed ${seed}, ${size.users} users, ${size.movies} movies, ${size.ratings} ratings, made by version ${version} of this library.
Nothing here is about real people or real movies. All constants are in parameters.json.

## users.arrow, one row for each user
| column | meaning |
|---|---|
| userId | as in ratings.csv |
| ratings | number of ratings |
| strictness | stars added to every rating of the user (a strict user has less than 0) |
| noise | standard deviation of the noise of one rating, in stars |
| specialist | genre from which the user chooses with probability \`within\`, or null |
| within | that probability, 0 for the others |
| taste_start_k, taste_end_k | taste at the first and towards the last rating; in between it moves in a straight line with the share of ratings given |

## movies.arrow, one row for each movie
| column | meaning |
|---|---|
| movieId | as in movies.csv |
| quality | stars that a user of strictness 0 gives on average when the movie does not meet the taste in any way |
| attention | weight of the movie in a free choice, 0 when nobody rates it; in its first years times 1 + boost * exp(-age / years) |
| expected_ratings | number of ratings that the weights were solved for |
| entry | Unix second at which the movie enters the catalogue |
| release_year | also for titles without a year |
| franchise, part, next_part | number of the series or -1, position in it from 1 (0 outside one), movieId of the next part or -1 |
| nearest | movieId of the nearest neighbour, or -1 |
| latent_k | unit vector |

## How a history comes about
A user rates in sessions. Choice by choice, the movie comes from the first of these that applies and gives a movie not yet rated by the user:
1. a movie that would otherwise have no rating at all, for the one user picked for it;
2. the next part of the franchise just rated, with probability \`choice.nextPart\`;
3. for a specialist, with probability \`within\`: a movie of the genre;
4. with probability \`choice.neighbour\`: a neighbour of one of the last ${CHOICE.neighbourMemory} movies. The ${CATALOGUE.neighbours.count} neighbours of a movie are tried from the nearest on, each taken with probability \`choice.neighbourStep\`;
5. during a streak, with probability \`choice.streakWithin\`: a movie of the streak's genre. A streak begins with probability \`choice.streakBegins\` in a genre of the last movie, and ends with probability \`choice.streakEnds\` or with the session;
6. any movie.

In 3, 5 and 6 a movie is drawn in proportion to attention * exp(choice.tasteInChoice * min(match, choice.largestMatch)), where match = taste . latent.

The rating is quality + strictness + raters.tasteInRating * match + noise, cut into stars at stars.wholeCuts before 2003-02-18 and at stars.halfCuts after.
`;
}
