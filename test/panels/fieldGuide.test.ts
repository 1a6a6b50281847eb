import assert from "node:assert/strict";
import { test } from "node:test";
import { CANDIDATE_OUTCOMES, CANDIDATE_TREATMENTS, fieldGuide } from "../../lib/panels";

test("a column has one role; all treatments and outcomes have theirs", () => {
  const rows = fieldGuide();
  const columns = rows.flatMap((row) => String(row.columns).split(", "));
  assert.equal(new Set(columns).size, columns.length);
  for (const name of [...CANDIDATE_TREATMENTS, ...CANDIDATE_OUTCOMES]) {
    assert.ok(columns.includes(name), name);
  }
  assert.equal(rows.length, 6);
});
