import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Test files in the order of their running; paths from the project's root, with slashes. */
export interface TestFiles {
  /** May run side by side. */
  readonly light: readonly string[];
  /** Start kernels, servers or browsers: after the others, one at a time. */
  readonly heavy: readonly string[];
}

const heavyFolders = ["test/notebooks/", "test/browser/"];

/**
 * Every `*.test.ts` under `test/`, but for the benchmarks in `test/bench`.
 * @param root  the project's root
 * @param patterns  a file is taken when its path holds one of them; none: all files
 */
export function findTestFiles(root: string, patterns: readonly string[] = []): TestFiles {
  const names = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
  const files = names
    .map((name) =>
      relative(root, join(root, "test", name))
        .split(sep)
        .join("/"),
    )
    .filter((path) => path.endsWith(".test.ts") && !path.startsWith("test/bench/"))
    .filter((path) => patterns.length === 0 || patterns.some((part) => path.includes(part)))
    .sort();
  const isHeavy = (path: string) => heavyFolders.some((folder) => path.startsWith(folder));
  return {
    light: files.filter((path) => !isHeavy(path)),
    heavy: files.filter(isHeavy),
  };
}
