import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type JupyterLab, startJupyterLab } from "./jupyterLab";

const TABLE = 'const rows = [{ film: "Alien", stars: 4.5 }, { film: "Fargo", stars: 5 }];\nrows';
const ERROR =
  'function tooFar(limit: number) {\n  throw new RangeError("beyond " + limit);\n}\ntooFar(3);';
const ENDLESS =
  'import { breathe, progress } from "./lib/kernel";\n' +
  'const bar = progress("Counting", 1e9);\nlet n = 0;\nwhile (true) { bar.update(++n); await breathe(); }';
const AFTER = "rows.length + 40";
const EMPTY = "";

/** How JupyterLab marks the output of an `error` message. */
const ERROR_OUTPUT = '[data-mime-type="application/vnd.jupyter.stderr"]';

const folder = mkdtempSync(join(tmpdir(), "lab-kernel-notebook-"));
const name = "cells.ipynb";
let lab: JupyterLab;

before(async () => {
  const cells = [TABLE, ERROR, ENDLESS, AFTER, EMPTY].map((source, i) => ({
    cell_type: "code",
    id: `cell${i}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source,
  }));
  const kernelspec = { name: "typescript-lab", display_name: "TypeScript", language: "typescript" };
  const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(join(folder, name), JSON.stringify(notebook));
  lab = await startJupyterLab([join(folder, name)], {});
  await lab.open(name);
});

after(async () => {
  await lab?.close();
  rmSync(folder, { recursive: true, force: true });
});

const cell = (number: number) => lab.page.locator(".jp-CodeCell").nth(number);
const editor = (number: number) => cell(number).locator(".cm-content");

async function run(number: number): Promise<void> {
  await editor(number).click();
  await lab.page.keyboard.press("Control+Enter");
}

describe("an analyst in JupyterLab", () => {
  test("sees records as a table with numbers on the right", async () => {
    await run(0);
    const table = cell(0).locator(".jp-OutputArea table");
    await table.waitFor({ timeout: 30_000 });
    assert.deepEqual(await table.locator("th").allTextContents(), ["film", "stars"]);
    const number = table.locator("td", { hasText: "4.5" });
    assert.match((await number.getAttribute("style")) ?? "", /text-align: ?right/);
  });

  test("sees an error with its name, message and line of the cell", async () => {
    await run(1);
    const error = cell(1).locator(ERROR_OUTPUT);
    await error.waitFor({ timeout: 30_000 });
    const text = (await error.textContent()) ?? "";
    assert.match(text, /RangeError: beyond 3/);
    assert.match(text, /line 2/);
    assert.match(text, /throw new RangeError/);
    await lab.screenshot("kernel-table-and-error");
  });

  test("sees progress, stops endless work, and goes on", async () => {
    await run(2);
    const bar = cell(2)
      .locator(".jp-OutputArea")
      .getByText(/Counting: .*\/s/);
    await bar.waitFor({ timeout: 30_000 });
    await lab.screenshot("kernel-progress");
    await lab.page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
    await cell(2).locator(ERROR_OUTPUT).waitFor({ timeout: 10_000 });
    await run(3);
    await cell(3).locator(".jp-OutputArea-output", { hasText: "42" }).waitFor({ timeout: 10_000 });
    assert.equal(await bar.count(), 1, "the bar stays, once, where it stopped");
    await lab.screenshot("kernel-interrupted");
  });

  test("is offered completions and types", async () => {
    await editor(4).click();
    await lab.page.keyboard.type("rows.ma");
    await lab.page.keyboard.press("Tab");
    const offered = lab.page.locator(".jp-Completer-match", { hasText: /^map$/ });
    await offered.first().waitFor({ timeout: 10_000 });
    await lab.screenshot("kernel-completion");
    await offered.first().click();

    await lab.page.keyboard.press("Shift+Tab");
    const tooltip = lab.page.locator(".jp-Tooltip");
    await tooltip.waitFor({ timeout: 10_000 });
    assert.match((await tooltip.textContent()) ?? "", /map/);
    await lab.screenshot("kernel-tooltip");
  });
});
