/** Runs small notebooks through the real kernel, as `npm run notebooks` does. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type NotebooksOptions, runNotebooks } from "../../lib/cli/notebooks";
import { browserPath } from "../../lib/notebook/browserPath";

const folder = mkdtempSync(join(tmpdir(), "notebooks-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const notebooks = join(folder, "notebooks");

/** Writes a notebook of code cells; text that begins with `#` becomes a Markdown cell. */
function notebook(course: string, title: string, cells: readonly string[]): string {
  mkdirSync(join(notebooks, course), { recursive: true });
  const path = join(notebooks, course, `${title}.ipynb`);
  const content = {
    cells: cells.map((source) =>
      source.startsWith("#")
        ? { cell_type: "markdown", metadata: {}, source }
        : { cell_type: "code", metadata: {}, source, outputs: [], execution_count: null },
    ),
    metadata: {
      kernelspec: { name: "typescript-lab", display_name: "TypeScript", language: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 4,
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

async function run(names: string[], more: Partial<NotebooksOptions> = {}) {
  let seen = "";
  const out = more.out ?? mkdtempSync(join(folder, "out-"));
  const result = await runNotebooks({
    names,
    notebooks,
    out,
    screen: {
      live: false,
      write: (text) => {
        seen += text;
      },
    },
    ...more,
  });
  return { ...result, seen, out };
}

/** Files below a folder. */
function files(path: string): string[] {
  return (readdirSync(path, { recursive: true }) as string[])
    .filter((name) => /\.\w+$/.test(name))
    .sort();
}

const open = `import { bars, chapter } from "./lib/notebook";
const source = { dataset: "ml-synthetic", synthetic: true, archive: "a.zip", sha256: "0".repeat(64), seed: 7 };
const lab = chapter("course", "01", source);
const rows = [{ rating: 0.5, count: 3 }, { rating: 5, count: 9 }];`;

describe("a chapter that works", () => {
  it("leaves a page, its table and its figure, and its source as it was", async () => {
    const path = notebook("course", "01_works", [
      "# A heading\n\nSome words.",
      open,
      'await lab.table("ratings", rows);',
      `await lab.figure("01_ratings", bars(rows, { category: "rating", value: "count",
  title: "Ratings", xTitle: "Rating (stars)", yTitle: "Ratings" }));`,
      // As on a machine without a browser: the page itself has to draw the figure.
      `process.env.LAB_BROWSER = "none";
await lab.figure("02_ratings", bars(rows, { category: "rating", value: "count",
  title: "Drawn by the page", xTitle: "Rating (stars)", yTitle: "Ratings" }));`,
      "console.log(process.env.LAB_MOVIELENS, process.cwd());",
    ]);
    const before = readFileSync(path);
    // What a run that was killed left behind.
    const tablesFolder = join(folder, "results", "course", "writeup", "tables");
    mkdirSync(tablesFolder, { recursive: true });
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    writeFileSync(join(tablesFolder, `.unfinished-${gone}-0-01_ratings.csv`), "rat");

    const out = join(folder, "results");
    const { outcome, tallies, seen } = await run(["course/01"], {
      movielens: "/some/where.zip",
      out,
    });
    assert.equal(outcome, "done", seen);
    assert.deepEqual(readFileSync(path), before);
    assert.equal(tallies.length, 1);
    const { cells, tables, figures, synthetic } = tallies[0]!;
    assert.deepEqual(
      { cells, tables, figures, synthetic },
      { cells: 5, tables: 1, figures: 2, synthetic: true },
    );
    assert.match(
      seen,
      /^ok {2}course\/01_works: 5 cells, 1 table, 2 figures, [\d.]+ s \(synthetic data\)\n$/,
    );

    const page = readFileSync(join(out, "course", "writeup", "01_works.html"), "utf8");
    assert.match(page, /<h1[^>]*>A heading/);
    assert.match(page, /Synthetic data\.<\/strong> The numbers on this page/);
    assert.match(page, /lab<\/span>.*table/s, "the code is visible");
    assert.match(page, /writeup\/tables\/01_ratings\.csv/);
    assert.ok(page.includes(`/some/where.zip ${process.cwd()}`));
    assert.doesNotMatch(page, /<(script|link|img)[^>]*(src|href)="https?:/, "nothing is fetched");
    assert.match(page, /plotly\.js v\d.*window\.Plotly\.newPlot\(element, \[/s);
    const drawn = browserPath() ? "png" : "html";
    assert.equal(/<img[^>]*src="data:image\/png;base64,/.test(page), drawn === "png");
    assert.deepEqual(
      files(join(out, "course", "writeup")).filter((name) => !name.endsWith("plotly.min.js")),
      [
        "01_provenance.json",
        "01_works.html",
        `figures/01_ratings.${drawn}`,
        "figures/01_ratings.json",
        "figures/02_ratings.html",
        "figures/02_ratings.json",
        "tables/01_ratings.csv",
      ].sort(),
    );
  });
});

describe("a chapter that fails", () => {
  const failing = async (title: string, cells: string[]) => {
    notebook("broken", title, cells);
    const result = await run([`broken/${title}`]);
    assert.equal(result.outcome, "failed", result.seen);
    assert.deepEqual(files(result.out), [], "no page is left");
    return result.seen;
  };

  it("names notebook, cell, line and message, and runs no further", async () => {
    const mark = join(folder, "went-on");
    const seen = await failing("01_throws", [
      "const a = 1;",
      "const b = 2;\n\nfunction check(): void {\n  throw new RangeError('broken on purpose');\n}\ncheck();",
      `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "");`,
    ]);
    assert.match(seen, /broken\/01_throws, cell 2, line 4: RangeError: broken on purpose/);
    assert.equal(existsSync(mark), false);
  });

  it("names the line of a type error", async () => {
    const seen = await failing("02_types", ["const a = 1;\nconst b: string = a;"]);
    assert.match(
      seen,
      /broken\/02_types, cell 1, line 2: .*Type 'number' is not assignable to type 'string'/,
    );
  });

  it("counts text on stderr as a failure, and hears errors that surface after their cell", async () => {
    const seen = await failing("03_quiet", [
      // The error comes while the second cell runs, however slow the machine is.
      "let going = false;\nconst timer = setInterval(() => { if (going) { clearInterval(timer); throw new Error('too late'); } }, 50);",
      "console.error('something is off');\ngoing = true;\nawait new Promise((resolve) => setTimeout(resolve, 1500));",
    ]);
    assert.match(seen, /broken\/03_quiet, cell 2 wrote to stderr:\n {4}something is off/);
    assert.match(seen, /broken\/03_quiet, cell 1.*too late/s);
  });

  it("says when the kernel itself ended", async () => {
    const seen = await failing("05_dies", [
      "process.kill(process.pid, 'SIGKILL');\nawait new Promise(() => {});",
    ]);
    assert.match(seen, /broken\/05_dies, cell 1: KernelDied: The kernel ended while this cell ran/);
  });

  it("says when there is no such kernel", async () => {
    notebook("broken", "06_kernel", ["1;"]);
    const { outcome, seen } = await run(["broken/06"], { kernel: "no-such-kernel" });
    assert.equal(outcome, "failed");
    assert.match(seen, /broken\/06_kernel: NoSuchKernel: .*no-such-kernel/);
  });
});

describe("a run that is stopped", () => {
  it("ends the kernel and leaves no page", async () => {
    const mark = join(folder, "pid");
    notebook("slow", "01_sleeps", [
      `require("node:fs").writeFileSync(${JSON.stringify(mark)}, String(process.pid));`,
      "await new Promise((resolve) => setTimeout(resolve, 600_000));",
    ]);
    const stop = new AbortController();
    const running = run(["slow"], { signal: stop.signal });
    while (!existsSync(mark)) await wait(50);
    const pid = Number(readFileSync(mark, "utf8"));
    assert.ok(process.kill(pid, 0));
    stop.abort();
    const { outcome, out, seen } = await running;
    assert.equal(outcome, "stopped");
    assert.equal(seen, "");
    assert.deepEqual(files(out), []);
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });
});

describe("a request that cannot be met", () => {
  it("is refused before anything runs", async () => {
    notebook("course", "01_works", ["1;"]);
    await assert.rejects(
      run(["course/07"]),
      /There is no notebook "course\/07"\. There are:\n {2}.*course\/01_works/s,
    );
    await assert.rejects(
      run(["course/01"], { out: join(notebooks, "course", "out") }),
      /lies inside/,
    );
    await assert.rejects(run([], { notebooks: join(folder, "nowhere") }), /There are no notebooks/);
  });
});
