import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChapterFile } from "../../lib/cli/chapters";
import type { NotebookEvent } from "../../lib/cli/runNotebook";
import { follow, summary, tallyLine } from "../../lib/cli/runReport";

const chapter: ChapterFile = {
  course: "course",
  number: "01",
  title: "01_first",
  path: "/project/notebooks/course/01_first.ipynb",
};

function told(events: readonly NotebookEvent[], live: boolean) {
  let seen = "";
  const report = follow(chapter, {
    live,
    columns: 60,
    write: (text) => {
      seen += text;
    },
  });
  for (const event of events) report.onEvent(event);
  return { seen, tally: report.tally("/project/notebooks/course/writeup/01_first.html") };
}

const events: NotebookEvent[] = [
  { event: "start", cell: 1, text: "const a = 1;" },
  { event: "done", cell: 1, seconds: 0.25, tables: 2, figures: 0 },
  { event: "start", cell: 2, text: `const text = "${"x".repeat(80)}";` },
  { event: "done", cell: 2, seconds: 12.04, tables: 0, figures: 1 },
  { event: "page", synthetic: true },
];

describe("the report of a run", () => {
  it("has one line a cell for a person, none wider than the terminal", () => {
    const lines = told(events, true).seen.split("\n");
    assert.equal(lines[0], "course/01_first");
    // Each line is written when the cell starts and again, with the time, when it ends.
    const [first, second] = lines.slice(1).map((line) => line.split("\r").pop()!);
    assert.match(first!, /^ {2}\[ 1\] const a = 1; +0\.2 s$|^ {2}\[ 1\] const a = 1; +0\.3 s$/);
    assert.match(second!, /^ {2}\[ 2\] const text = "x+… +12\.0 s$/);
    for (const line of [first!, second!]) assert.ok(line.length <= 60, `${line.length}`);
  });

  it("is silent about cells in a log, and adds up", () => {
    const { seen, tally } = told(events, false);
    assert.equal(seen, "");
    assert.match(
      tallyLine(tally),
      /^ok {2}course\/01_first: 2 cells, 2 tables, 1 figure, \d+\.\d s \(synthetic data\)$/,
    );
    assert.match(
      summary([tally, tally], "/project"),
      /^2 chapters, 4 tables, 2 figures in \d+\.\d s\..*\n {2}notebooks\/course\/writeup\/01_first\.html\n/,
    );
    assert.match(
      summary([tally], "/elsewhere"),
      /\n {2}\/project\/notebooks\/course\/writeup\/01_first\.html$/,
    );
  });

  it("names cell, line and message of an error, with its trace", () => {
    const error: NotebookEvent = {
      event: "error",
      cell: 3,
      line: 2,
      name: "RangeError",
      message: "too large",
      traceback: ["RangeError: too large", "    at Cell [3]:2:5"],
    };
    const { seen } = told([error], false);
    assert.equal(
      seen,
      "course/01_first, cell 3, line 2: RangeError: too large\n    RangeError: too large\n        at Cell [3]:2:5\n",
    );
  });

  it("leaves out what is not known", () => {
    const { seen } = told(
      [
        {
          event: "error",
          cell: 0,
          line: null,
          name: "NoSuchKernel",
          message: "none",
          traceback: [],
        },
      ],
      false,
    );
    assert.equal(seen, "course/01_first: NoSuchKernel: none\n");
  });
});
