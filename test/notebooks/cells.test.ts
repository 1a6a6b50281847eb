import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chapters } from "../../lib/cli/chapters";
import { cellsOf, checkCells, describeProblem } from "../../lib/kernel/cells";
import { projectRoot } from "../../lib/loaders/places";

const root = projectRoot();
const notebooks = chapters(join(root, "notebooks")).map((chapter) => chapter.path);

test("every cell of every notebook type-checks under the project's strict configuration", async () => {
  assert.ok(notebooks.length > 0);
  assert.deepEqual((await checkCells(notebooks, { root })).map(describeProblem), []);
});

test("cells are short: what is longer is a function that lib lacks", () => {
  for (const notebook of notebooks) {
    const long = cellsOf(notebook).filter((source) => source.split("\n").length > 8);
    assert.deepEqual(long, [], notebook);
  }
});
