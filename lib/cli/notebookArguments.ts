/** What `npm run notebooks -- ...` was asked for. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";

export interface NotebookRequest {
  /** `course/01` or `course`; none means every chapter. */
  readonly names: readonly string[];
  /** Absolute paths of archives that replace the ones that are there. */
  readonly movielens?: string;
  readonly kuairec?: string;
  /** Absolute path of the folder for everything that is written. */
  readonly out?: string;
  readonly help: boolean;
}

export const USAGE = `npm run notebooks [-- [COURSE | COURSE/NN]... [--movielens ZIP] [--kuairec ZIP] [--out DIR]]

Runs chapters through the TypeScript kernel and writes their tables, figures and a page each.

  COURSE/NN         a chapter, such as interference_spillover_effects/01; a COURSE alone means all of its
                    chapters, nothing means every chapter
  --movielens ZIP   the MovieLens archive to use
  --kuairec ZIP     the KuaiRec archive to use
  --out DIR         where everything is written; else data/processed and notebooks/COURSE/writeup`;

/** A request that cannot be carried out; the message tells what to type instead. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/**
 * Reads the arguments. Relative paths are taken from `folder`, where the caller typed them.
 * @throws RequestError for an unknown flag, a flag without its value, or an archive that is no file
 */
export function notebookRequest(argv: readonly string[], folder: string): NotebookRequest {
  const names: string[] = [];
  const values = new Map<string, string>();
  let help = false;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === "--help" || argument === "-h") help = true;
    else if (!argument.startsWith("-")) names.push(argument);
    else {
      const [flag, given] = split(argument);
      if (!["--movielens", "--kuairec", "--out"].includes(flag)) {
        throw new RequestError(`Unknown flag ${flag}.\n\n${USAGE}`);
      }
      if (values.has(flag)) throw new RequestError(`${flag} is given twice.`);
      const value = given ?? argv[++i];
      if (!value || (given === undefined && value.startsWith("--"))) {
        throw new RequestError(`${flag} needs a path after it.`);
      }
      values.set(flag, resolve(folder, value));
    }
  }
  const archive = (flag: string) => {
    const path = values.get(flag);
    if (path !== undefined && !existsSync(path)) {
      throw new RequestError(`${flag}: there is no file ${path}.`);
    }
    if (path !== undefined && !statSync(path).isFile()) {
      throw new RequestError(`${flag}: ${path} is a folder. Name the zip file itself.`);
    }
    return path;
  };
  return {
    names,
    movielens: archive("--movielens"),
    kuairec: archive("--kuairec"),
    out: values.get("--out"),
    help,
  };
}

function split(argument: string): [flag: string, value: string | undefined] {
  const at = argument.indexOf("=");
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}
