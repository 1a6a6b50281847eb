import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { projectRoot } from "../../lib/loaders/places";
import { syntheticMovieLens } from "../../lib/loaders/synthetic";
import { type JupyterLab, startJupyterLab } from "./jupyterLab";

const CHAPTER = "01_movielens_interference_setup_eda.ipynb";
const folder = mkdtempSync(join(tmpdir(), "lab-browser-data-"));
let lab: JupyterLab;

before(async () => {
  const archive = join(folder, "ml.zip");
  await syntheticMovieLens({ path: archive, seed: 5, scale: "tiny" });
  lab = await startJupyterLab(
    [join(projectRoot(), "notebooks", "interference_spillover_effects", CHAPTER)],
    { LAB_MOVIELENS: archive, LAB_OUT: join(folder, "out"), LAB_CACHE: join(folder, "cache") },
  );
});

after(async () => {
  await lab?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("JupyterLab opens the chapter, runs it to its end, and draws its figures", async () => {
  const { page } = lab;
  await lab.open(CHAPTER);
  const prompts = await lab.runAll({ timeout: 240_000 });
  const errors = page.locator('[data-mime-type="application/vnd.jupyter.stderr"]');
  assert.deepEqual(await errors.allTextContents(), []);
  assert.ok(prompts.length > 15);
  assert.deepEqual(
    prompts,
    prompts.map((_, i) => `[${i + 1}]:`),
  );

  const cell = page.locator(".jp-CodeCell", { hasText: '"01_rating_distribution"' });
  await lab.scrollTo(cell, ".js-plotly-plot .main-svg");
  const bars = await cell.locator(".js-plotly-plot .bars .point path").count();
  assert.ok(bars >= 10, `the first figure shows ${bars} bars`);
  const captions = await page.locator(".jp-OutputArea .lab-caption").allTextContents();
  assert.ok(captions.length > 0 && captions.every((text) => text.includes("synthetic data")));
  await lab.screenshot("chapter-01-figure");

  const table = page.locator(".jp-OutputArea table").first();
  await table.scrollIntoViewIfNeeded();
  await lab.screenshot("chapter-01-table");
});
