/** `npm run notebooks`: runs chapters through the real kernel and leaves tables, figures and a page each. */
import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { outFolder, projectRoot } from "../loaders/places";
import { removeAbandoned } from "../loaders/temporary";
import { plotlyFile } from "../notebook/png";
import { chapters, chosenChapters } from "./chapters";
import { type NotebookRequest, notebookRequest, RequestError, USAGE } from "./notebookArguments";
import { runNotebook } from "./runNotebook";
import { type ChapterTally, follow, type Screen, summary, tallyLine } from "./runReport";

export interface NotebooksOptions extends Omit<NotebookRequest, "help"> {
  /** Folder with the courses; default `notebooks/` of the project. */
  readonly notebooks?: string;
  /** Python with nbclient and nbconvert; default the one of the set-up. */
  readonly python?: string;
  /** Name of the kernel; default `typescript-lab`. */
  readonly kernel?: string;
  /** Environment of the kernel; default this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Aborting it ends the kernel and the run. */
  readonly signal?: AbortSignal;
  readonly screen: Screen;
}

export interface NotebooksResult {
  readonly outcome: "done" | "failed" | "stopped";
  /** The chapters that ran to their end. */
  readonly tallies: readonly ChapterTally[];
}

/**
 * Runs chapters one after the other until one fails. A chapter fails when a cell throws or writes to stderr.
 * Notebooks are only read; pages, tables and figures go to `out` or to the usual places.
 * @throws RequestError when a name means no chapter or `out` lies among the notebooks
 */
export async function runNotebooks(options: NotebooksOptions): Promise<NotebooksResult> {
  const root = projectRoot();
  const notebooks = options.notebooks ?? join(root, "notebooks");
  const chosen = chosenChapters(chapters(notebooks), options.names);
  const out = options.out ?? outFolder();
  if (out !== undefined) refuseInside(out, notebooks);
  const python = options.python ?? setupPython(root);
  const { screen } = options;

  const tallies: ChapterTally[] = [];
  for (const chapter of chosen) {
    const writeup = join(out ?? notebooks, chapter.course, "writeup");
    const page = join(writeup, `${chapter.title}.html`);
    mkdirSync(writeup, { recursive: true });
    for (const part of ["", "tables", "figures"]) await removeAbandoned(join(writeup, part));
    const report = follow(chapter, screen);
    const end = await runNotebook({
      notebook: chapter.path,
      page,
      title: chapter.title,
      root,
      python,
      kernel: options.kernel ?? "typescript-lab",
      plotly: plotlyFile(),
      env: kernelEnvironment({ ...options, out }),
      signal: options.signal,
      onEvent: report.onEvent,
    });
    if (end.outcome !== "done") {
      if (end.outcome === "failed" && end.complaint.trim() !== "") {
        screen.write(`${chapter.title}, the kernel's last words:\n${end.complaint.trim()}\n`);
      }
      return { outcome: end.outcome, tallies };
    }
    const tally = report.tally(page);
    tallies.push(tally);
    screen.write(`${tallyLine(tally)}\n`);
  }
  return { outcome: "done", tallies };
}

/** What the kernel learns about this run: which archives, and where results go. */
function kernelEnvironment({ movielens, kuairec, out, env = process.env }: NotebooksOptions) {
  return {
    ...env,
    ...(movielens === undefined ? {} : { LAB_MOVIELENS: movielens }),
    ...(kuairec === undefined ? {} : { LAB_KUAIREC: kuairec }),
    ...(out === undefined ? {} : { LAB_OUT: out }),
    // Python's own warnings are about Jupyter's inside, not about the chapter.
    PYTHONWARNINGS: "ignore",
  };
}

/** Results among the sources would end up in version control, or be taken for chapters. */
function refuseInside(out: string, notebooks: string): void {
  const inside = relative(real(notebooks), real(out));
  if (!inside.startsWith("..") && resolve(inside) !== inside) {
    throw new RequestError(
      `--out ${out} lies inside ${notebooks}, among the sources. Choose a folder elsewhere.`,
    );
  }
}

/** The path without links, as far as it exists. */
function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return dirname(path) === path ? path : join(real(dirname(path)), relative(dirname(path), path));
}

function setupPython(root: string): string {
  const file = join(root, ".lab", "setup.json");
  const state = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  if (typeof state.python === "string" && existsSync(state.python)) return state.python;
  throw new RequestError("The Python environment is not set up. Start with: npm run notebooks");
}

/** Runs the command. Returns the exit code: 0 done, 1 a chapter failed, 2 a wrong request, 130 stopped. */
export async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  try {
    // npm starts scripts in the project's root and says in INIT_CWD where it was called.
    const folder = process.env.INIT_CWD ?? process.cwd();
    const request = notebookRequest(argv, folder);
    if (request.help) {
      console.log(USAGE);
      return 0;
    }
    const screen: Screen = {
      write: (text) => process.stdout.write(text),
      live: process.stdout.isTTY === true,
      columns: process.stdout.columns,
    };
    const { outcome, tallies } = await runNotebooks({ ...request, screen, signal: stop.signal });
    if (outcome === "stopped") console.error("\nStopped. The chapter that ran left no page.");
    if (outcome === "done") console.log(`\n${summary(tallies, folder)}`);
    return { done: 0, failed: 1, stopped: 130 }[outcome];
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    console.error(error.message);
    return 2;
  } finally {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, onSignal);
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
