import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import { slatesFromRows } from "../../lib/causal/spillover";
import { slateScenarios } from "../../lib/causal/spillover/slateScenarios";
import { figurePage, PLOTLY_COPY } from "../../lib/notebook/figureHtml";
import { plotlyFile } from "../../lib/notebook/png";
import { slateExplorer } from "../../lib/notebook/slateExplorer";
import { type JupyterLab, startJupyterLab } from "./jupyterLab";

const CELL = `import { chapter, slateExplorer } from "./lib/notebook";
import * as spillover from "./lib/causal/spillover";
const slates = spillover.slatesFromRows({ slateId: ["a", "a", "a"], cluster: ["D", "C", "D"], relevance: [5, 4, 4] });
const source = { dataset: "ml-test", synthetic: true, archive: "x.zip", sha256: "0".repeat(64) };
const lab = chapter("a_course", "02", source);
await lab.figure("explorer", slateExplorer(spillover.slateScenarios(slates, "a"), { title: "One Slate" }), { interactive: true });`;

const folder = mkdtempSync(join(tmpdir(), "lab-explorer-"));
let lab: JupyterLab;

before(async () => {
  const notebook = join(folder, "explorer.ipynb");
  writeFileSync(
    notebook,
    JSON.stringify({
      cells: [
        {
          cell_type: "code",
          id: "a",
          execution_count: null,
          metadata: {},
          outputs: [],
          source: CELL,
        },
      ],
      metadata: {
        kernelspec: { display_name: "TypeScript", language: "typescript", name: "typescript-lab" },
      },
      nbformat: 4,
      nbformat_minor: 5,
    }),
  );
  lab = await startJupyterLab([notebook], { LAB_OUT: join(folder, "out") });
});

after(async () => {
  await lab?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Moves the slider of a drawn explorer to its last step and gives the total that it then shows. */
async function totalAtTheEnd(figure: Locator): Promise<string> {
  const steps = figure.locator(".slider-label");
  await steps.last().waitFor();
  const rail = figure.locator(".slider-rail-touch-rect");
  const box = await rail.boundingBox();
  assert.ok(box);
  await figure.page().mouse.click(box.x + box.width - 2, box.y + box.height / 2);
  await figure.page().waitForTimeout(300);
  const texts = await figure.locator(".annotation-text").allTextContents();
  return texts.find((text) => text.startsWith("Clicks expected")) ?? "";
}

/** An update must not make the figure collapse. */
async function assertTall(figure: Locator): Promise<void> {
  const box = await figure.boundingBox();
  assert.ok(box && box.height > 300, `the figure is ${box?.height} pixels high`);
}

describe("the slate explorer", () => {
  test("works in a plain page, without a kernel", async () => {
    const slates = slatesFromRows({
      slateId: ["a", "a", "a"],
      cluster: ["D", "C", "D"],
      relevance: [5, 4, 4],
    });
    const figure = slateExplorer(slateScenarios(slates, "a"), { title: "One Slate" });
    writeFileSync(join(folder, "explorer.html"), figurePage(figure));
    copyFileSync(plotlyFile(), join(folder, PLOTLY_COPY));
    const page = await lab.page.context().browser()!.newPage();
    await page.goto(`file://${join(folder, "explorer.html")}`);
    const plot = page.locator(".js-plotly-plot");
    await plot.locator(".slider-rail-touch-rect").waitFor();
    const before = await plot.locator(".annotation-text").allTextContents();
    assert.ok(before.some((text) => text.includes("(no change)")));
    const after = await totalAtTheEnd(plot);
    assert.match(after, /before, \d\.\d\d after \([−+]0\.\d{3}\)/);
    await page.setViewportSize({ width: 800, height: 700 });
    await totalAtTheEnd(plot);
    await assertTall(plot);
    await page.close();
  });

  test("is drawn by JupyterLab, with its slider", async () => {
    await lab.open("explorer.ipynb");
    await lab.runAll({ timeout: 120_000 });
    const cell = lab.page.locator(".jp-CodeCell").first();
    await lab.scrollTo(cell, ".js-plotly-plot .slider-rail-touch-rect");
    const plot = cell.locator(".js-plotly-plot").first();
    assert.match(await totalAtTheEnd(plot), /after \([−+]0\.\d{3}\)/);
    await assertTall(plot);
    await lab.screenshot("slate-explorer");
  });
});
