import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { cellsOf, checkCells, describeProblem } from "../../lib/kernel/cells";

const root = resolve(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "cells-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function notebook(name: string, ...cells: string[]): string {
  const path = join(folder, name);
  const code = cells.map((source, at) => ({
    cell_type: "code",
    // Notebooks hold a cell as one text or as a list of lines.
    source: at % 2 === 0 ? source : source.split(/(?<=\n)/),
    metadata: {},
    outputs: [],
  }));
  const content = { cells: [{ cell_type: "markdown", source: "# Not code" }, ...code] };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

test("cells use the names of earlier cells, and may declare them again", async () => {
  const good = notebook(
    "good.ipynb",
    'import { show, type TableData } from "./lib/kernel";\nimport * as path from "node:path";\nlet total = 0;',
    "interface Item { name: string }\nconst items: Item[] = [{ name: 'a' }];\nconst { length } = items;",
    "total += length;\nfor await (const item of items) show(item.name);",
    "const total = 'now a text';\nconst again: Item = items[0];\ntotal.toUpperCase() + path.sep + again.name",
    "class Box { constructor(readonly table: TableData | null) {} }\nenum Color { Red }",
    "new Box(null).table?.rowCount;\nColor.Red;\nawait Promise.resolve(total)",
  );
  assert.deepEqual((await checkCells([good], { root })).map(describeProblem), []);
});

test("a complaint names notebook, cell, line and column", async () => {
  const first = notebook("first.ipynb", "const a = 1;", "\n// here\n  const b: string = a;\nb");
  const second = notebook("second.ipynb", "function f(x) { return x; }", "nowhere + 1");
  const problems = await checkCells([first, second], { root });
  assert.deepEqual(
    problems.map(({ notebook, cell, line, column, code }) => [notebook, cell, line, column, code]),
    [
      [first, 2, 3, 9, "TS2322"],
      [second, 1, 1, 12, "TS7006"],
      [second, 2, 1, 1, "TS2304"],
    ],
  );
  assert.equal(problems[0].source, "  const b: string = a;");
  assert.match(describeProblem(problems[0]), /first\.ipynb, cell 2, line 3:9: Type 'number'/);
});

test("strict null checks hold in cells, which the kernel itself does not insist on", async () => {
  const loose = notebook("loose.ipynb", "const texts = new Map([['a', 1]]);", "texts.get('a') + 1");
  const [problem] = await checkCells([loose], { root });
  assert.equal(problem.cell, 2);
  assert.match(problem.message, /possibly 'undefined'/);
});

test("nothing is left behind, and what is no notebook is named", async () => {
  const scratch = mkdtempSync(join(root, ".cells-"));
  try {
    await checkCells([notebook("one.ipynb", "1")], { root, scratch });
    assert.deepEqual(readdirSync(scratch), []);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const broken = join(folder, "broken.ipynb");
  writeFileSync(broken, "{");
  assert.throws(() => cellsOf(broken), /broken\.ipynb is no notebook/);
});
