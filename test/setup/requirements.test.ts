import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { placeOf } from "../../lib/setup/place.mjs";
import {
  compareVersions,
  readRequirements,
  unmetRequirements,
} from "../../lib/setup/requirements.mjs";
import { readState } from "../../lib/setup/state.mjs";

const text = readFileSync(join(__dirname, "../../lib/setup/requirements.txt"), "utf8");

test("requirement lines are read with their limits", () => {
  assert.deepEqual(
    readRequirements("# a comment\n\njupyterlab>=4.4,<5  # why\nplotly>=6\nnbclient"),
    [
      { name: "jupyterlab", from: "4.4", below: "5" },
      { name: "plotly", from: "6", below: undefined },
      { name: "nbclient", from: undefined, below: undefined },
    ],
  );
});

test("versions compare as numbers, not as text", () => {
  const sorted = ["4", "4.9", "4.10", "4.10.1", "10.0"];
  for (let i = 1; i < sorted.length; i++) {
    assert.ok(compareVersions(sorted[i - 1], sorted[i]) < 0, sorted[i]);
    assert.ok(compareVersions(sorted[i], sorted[i - 1]) > 0, sorted[i]);
  }
  assert.equal(compareVersions("4", "4.0.0"), 0);
});

test("the project's Python meets its own requirements and no impossible ones", () => {
  const { python } = readState(placeOf().state);
  assert.ok(python);
  assert.deepEqual(unmetRequirements(python, readRequirements(text)), []);
  const impossible = unmetRequirements(
    python,
    readRequirements("jupyterlab>=1000\nplotly>=1,<2\nno-such-package-at-all"),
  );
  assert.equal(impossible.length, 3);
  assert.match(impossible[0], /^jupyterlab>=1000 \(has 4\./);
  assert.match(impossible[1], /^plotly>=1 \(has /);
  assert.equal(impossible[2], "no-such-package-at-all (absent)");
});

test("the conda environment asks for the same versions", () => {
  const conda = readFileSync(join(__dirname, "../../environment.yml"), "utf8");
  for (const { name, from, below } of readRequirements(text)) {
    assert.match(conda, new RegExp(`^ {2}- ${name} >=${from},<${below}$`, "m"));
  }
});
