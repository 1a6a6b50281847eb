/**
 * The TypeScript compiler inside tslab, as an object whose functions can be exchanged. The compiler's own
 * exports are read-only; tslab reads each at the moment of use, from whatever `require` gave it. So this
 * module must be loaded before tslab is.
 */
import { createRequire } from "node:module";
import original from "@tslab/typescript-for-tslab";

const require_ = createRequire(createRequire(__filename).resolve("tslab"));
const copy = { ...original };
const cached = require_.cache[require_.resolve("@tslab/typescript-for-tslab")];
if (cached) cached.exports = copy;

/** The compiler with exchangeable functions. */
export const ts = copy as typeof original;

/** Runs `work` while one of the compiler's functions is exchanged for another. */
export function withReplaced<T>(name: keyof typeof original, other: unknown, work: () => T): T {
  const functions = copy as unknown as Record<string, unknown>;
  const before = functions[name];
  functions[name] = other;
  try {
    return work();
  } finally {
    functions[name] = before;
  }
}
