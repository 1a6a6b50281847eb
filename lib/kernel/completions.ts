/** Completion of names and of the paths in imports. */
import type { CellConverter } from "./converter";

export interface Completions {
  readonly matches: readonly string[];
  /** UTF-16 positions of what a match replaces. */
  readonly start: number;
  readonly end: number;
  /** Kind of each match (function, class, property ...), for the icons of the front end. */
  readonly kinds: readonly string[];
}

export function completeCell(
  converter: CellConverter,
  previous: string,
  source: string,
  position: number,
): Completions {
  const found = converter.complete(previous, source, position);
  const kindOf = new Map(found.original?.entries.map((entry) => [entry.name, String(entry.kind)]));
  return {
    matches: found.candidates,
    start: found.start,
    end: found.end,
    kinds: found.candidates.map((name) => kindOf.get(name) ?? ""),
  };
}
