import assert from "node:assert/strict";
import { test } from "node:test";
import {
  contrastEstimates,
  neighbouringPositions,
  promotionExperiment,
  SPILLOVER_DEFINITIONS,
  spilloverDefinitionRows,
  spilloverDefinitions,
} from "../../../lib/causal/spillover";
import { assertFinite, columnOf, simulatedSlates } from "./fixture";

const experiment = promotionExperiment(simulatedSlates(90));

test("five definitions; three of them are contrasts of the course", () => {
  const found = spilloverDefinitions(experiment);
  assert.deepEqual(
    found.map(({ definition }) => definition),
    Object.keys(SPILLOVER_DEFINITIONS),
  );
  const [, same, displaced, nonFocal] = contrastEstimates(experiment, { outcomes: ["observed"] });
  const values = found.map(({ estimate }) => [estimate.value, estimate.standardError, estimate.n]);
  for (const [at, contrast] of [nonFocal, same, displaced].entries()) {
    const { value, standardError, n } = contrast!.estimate;
    assert.deepEqual(values[at], [value, standardError, n]);
  }
});

test("narrower definitions rest on fewer rows; the window and the rivals can be chosen", () => {
  const rows = spilloverDefinitionRows(spilloverDefinitions(experiment));
  assertFinite(rows);
  const [all, same, displaced, both, near] = columnOf(rows, "rows").map(Number);
  assert.ok(both! < same! && same! < all! && both! < displaced! && near! < displaced!);
  const wide = spilloverDefinitions(experiment, { nearWindow: 100 });
  assert.deepEqual(wide[4]!.estimate.value, wide[2]!.estimate.value);
  const competition = neighbouringPositions(experiment.slates, 1);
  const other = spilloverDefinitions(experiment, { competition, nearWindow: 1 });
  assert.equal(other[3]!.estimate.value, other[4]!.estimate.value);
});
