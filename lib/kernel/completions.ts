/** Completion of names, and of the paths in imports and other strings. */
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import type { CellConverter } from "./converter";

export interface Completions {
  readonly matches: readonly string[];
  /** UTF-16 positions of what a match replaces. */
  readonly start: number;
  readonly end: number;
  /** Kind of each match (function, class, property, file ...), for the icons of the front end. */
  readonly kinds: readonly string[];
}

export function completeCell(
  converter: CellConverter,
  previous: string,
  source: string,
  position: number,
): Completions {
  const inString = completeString(source.slice(0, position), process.cwd());
  if (inString) return { ...inString, end: position };
  const found = converter.complete(previous, source, position);
  const kindOf = new Map(found.original?.entries.map((entry) => [entry.name, String(entry.kind)]));
  return {
    matches: found.candidates,
    start: found.start,
    end: found.end,
    kinds: found.candidates.map((name) => kindOf.get(name) ?? ""),
  };
}

const IMPORT = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*(["'])([^"'\n]*)$/;
const STRING = /(["'`])([^"'`\n\s]*\/)?([^"'`\n\s/]*)$/;

/** Paths for a string that is open at the end of `before`; undefined when the cursor is in no such string. */
function completeString(before: string, root: string): Omit<Completions, "end"> | undefined {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const specifier = IMPORT.exec(line)?.[2];
  if (specifier !== undefined && !specifier.startsWith(".")) {
    const start = before.length - specifier.length;
    const matches = packageNames(root, specifier).filter((name) => name.startsWith(specifier));
    return { matches, start, kinds: matches.map(() => "module") };
  }
  const open = STRING.exec(line);
  const folder = open?.[2];
  if (!open || folder === undefined || (before.match(/`/g)?.length ?? 0) % 2 === 1)
    return undefined;
  const begun = open[3];
  const matches: string[] = [];
  const kinds: string[] = [];
  for (const entry of entriesOf(join(root, folder))) {
    if (entry.name.startsWith(".") && !begun.startsWith(".")) continue;
    let name = entry.name;
    if (specifier !== undefined) {
      if (name.endsWith(".d.ts")) continue;
      if (!entry.isDirectory() && !/\.(ts|tsx|js|cjs|mjs|json)$/.test(name)) continue;
      name = name.replace(/\.(ts|tsx|js)$/, "");
    }
    if (!name.startsWith(begun) || matches.includes(name)) continue;
    matches.push(name);
    kinds.push(entry.isDirectory() ? "folder" : "file");
  }
  return { matches, kinds, start: before.length - begun.length };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** Packages that the project names, Node's own modules, and the entries of a package once it is named. */
function packageNames(root: string, begun: string): string[] {
  const read = (...path: string[]): Record<string, Record<string, unknown>> => {
    try {
      return JSON.parse(readFileSync(join(root, ...path, "package.json"), "utf8"));
    } catch {
      return {};
    }
  };
  const project = read();
  const names = Object.keys({ ...project.dependencies, ...project.devDependencies });
  const named = names.find((name) => begun.startsWith(`${name}/`));
  if (named) {
    return Object.keys(read("node_modules", named).exports ?? {})
      .filter((entry) => entry.startsWith("./") && !/[*]|package\.json/.test(entry))
      .map((entry) => named + entry.slice(1));
  }
  const own = builtinModules.filter((name) => !name.startsWith("_"));
  return [...names, ...own.map((name) => `node:${name.replace(/^node:/, "")}`), ...own].sort();
}
