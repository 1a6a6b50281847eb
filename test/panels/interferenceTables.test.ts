import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import {
  artifactInventory,
  processedInterferenceFile,
  readInterferenceTables,
} from "../../lib/panels";
import { INTERFERENCE_CSV, INTERFERENCE_MORE_CSV } from "../../lib/panels/interferenceTables";
import { temporaryFolder } from "../loaders/zipFixture";

const place = temporaryFolder();
process.env.LAB_OUT = join(place.folder, "out");
after(() => place.remove());

const CHAPTERS: Readonly<Record<string, string>> = {
  ...INTERFERENCE_CSV,
  ...INTERFERENCE_MORE_CSV,
};

function write(name: string, csv: string): void {
  const path = processedInterferenceFile(`${name}.csv`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, csv);
}

beforeEach(() => {
  for (const name of Object.keys(CHAPTERS)) write(name, "a\n1\n");
});

describe("tables of earlier chapters", () => {
  test("have numbers, yes and no, and missing values back", () => {
    write(
      "monte_carlo",
      [
        "label,number,keeps_promise,empty,text",
        '"a, with ""quotes""",-0.25,True,,1_2',
        "b,1.5e-24,False,,0x10",
        "c,12,true,, 7",
        "d,.5,FALSE,,1e999",
        "",
      ].join("\n"),
    );
    assert.deepEqual(readInterferenceTables().monte_carlo, [
      { label: 'a, with "quotes"', number: -0.25, keeps_promise: true, empty: null, text: "1_2" },
      { label: "b", number: 1.5e-24, keeps_promise: false, empty: null, text: "0x10" },
      { label: "c", number: 12, keeps_promise: true, empty: null, text: " 7" },
      { label: "d", number: 0.5, keeps_promise: false, empty: null, text: "1e999" },
    ]);
  });

  test("words that only look like something stay text", () => {
    write("additivity_checks", "a,b,c,d\nInfinity,NaN,truely,-\n");
    assert.deepEqual(readInterferenceTables().additivity_checks, [
      { a: "Infinity", b: "NaN", c: "truely", d: "-" },
    ]);
  });

  test("are all read, one record a row", () => {
    const tables = readInterferenceTables();
    assert.deepEqual(Object.keys(tables).sort(), Object.keys(CHAPTERS).sort());
    for (const rows of Object.values(tables)) assert.deepEqual(rows, [{ a: 1 }]);
  });

  test("a missing one is named with the chapter that writes it", () => {
    for (const [name, chapter] of Object.entries(CHAPTERS)) {
      rmSync(processedInterferenceFile(`${name}.csv`));
      const message = new RegExp(
        `^Error: movielens_interference_${name}\\.csv is not in .*Chapter ${chapter} of interference_spillover_effects writes it`,
      );
      assert.throws(() => readInterferenceTables(), message);
      write(name, "a\n1\n");
    }
  });
});

test("the inventory has the 15 published tables in their order, with their numbers of rows", () => {
  write("direct_indirect_total_effects", "a\n1\n2\n3\n");
  write("cluster_risk", "a\n");
  assert.deepEqual(artifactInventory(readInterferenceTables()), [
    { artifact: "setup_readiness", rows: 1 },
    { artifact: "exposure_readiness", rows: 1 },
    { artifact: "observed_effects", rows: 1 },
    { artifact: "direct_indirect_total_effects", rows: 3 },
    { artifact: "additivity_checks", rows: 1 },
    { artifact: "spillover_definition_sensitivity", rows: 1 },
    { artifact: "product_summary", rows: 1 },
    { artifact: "decomposition_recommendations", rows: 1 },
    { artifact: "position_risk", rows: 1 },
    { artifact: "cluster_risk", rows: 0 },
    { artifact: "advanced_model_metrics", rows: 1 },
    { artifact: "advanced_aipw_estimates", rows: 1 },
    { artifact: "advanced_policy_targeting", rows: 1 },
    { artifact: "advanced_takeaways", rows: 1 },
    { artifact: "advanced_heterogeneity", rows: 1 },
  ]);
});
