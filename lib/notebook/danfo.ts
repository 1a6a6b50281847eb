/**
 * Loads danfojs-node without TensorFlow's native add-on.
 *
 * danfojs-node asks for `@tensorflow/tfjs-node`, which fails to load where its add-on is not built, and which it
 * does not need for showing small tables. npm's `overrides` cannot swap it, because this project installs the
 * real package too and npm then gives danfo that one. So the one request, from danfo alone, is answered with
 * `@tensorflow/tfjs`: the same operations in plain JavaScript, on the same tfjs-core as the rest of the project.
 */
import Module, { createRequire } from "node:module";
import { join, sep } from "node:path";
import type * as Danfo from "danfojs-node";
import { projectRoot } from "../loaders/places";

interface Resolver {
  _resolveFilename(
    request: string,
    parent: { filename?: string | null } | undefined,
    ...rest: unknown[]
  ): string;
}

const DANFO = `${sep}node_modules${sep}danfojs-node${sep}`;

let loaded: typeof Danfo | undefined;

/** danfojs-node, loaded once, when first asked for (about half a second). */
export function danfo(): typeof Danfo {
  loaded ??= load();
  return loaded;
}

function load(): typeof Danfo {
  const require = createRequire(join(projectRoot(), "package.json"));
  const resolver = Module as unknown as Resolver;
  const original = resolver._resolveFilename;
  resolver._resolveFilename = function (request, parent, ...rest) {
    const swapped =
      request === "@tensorflow/tfjs-node" && parent?.filename?.includes(DANFO)
        ? "@tensorflow/tfjs"
        : request;
    return original.call(this, swapped, parent, ...rest);
  };
  try {
    const danfo = require("danfojs-node") as typeof Danfo;
    withoutAdvice(danfo);
    return danfo;
  } finally {
    // danfo loads all it needs at once: nothing stays changed.
    resolver._resolveFilename = original;
  }
}

/** tfjs's own CPU backend prints advice on its first use, to stderr, where it would look like a cell's error. */
function withoutAdvice({ tensorflow }: typeof Danfo): void {
  const backend = tensorflow.backend() as { firstUse?: boolean };
  if (backend.firstUse) backend.firstUse = false;
}
