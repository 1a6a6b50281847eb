import assert from "node:assert/strict";
import { test } from "node:test";
import { TOTAL_METHODS } from "../../../lib/causal/spillover";
import {
  STUDIED_ESTIMATORS,
  STUDIED_NAMES,
} from "../../../lib/causal/spillover/monteCarloEstimators";

test("each studied estimator has a name of its own within its estimand, and a promise", () => {
  const names = STUDIED_NAMES.map((name) => {
    const { estimand, estimator, promise } = STUDIED_ESTIMATORS[name];
    assert.ok(["nominal", "conservative", "none"].includes(promise), name);
    // What is wrong on purpose promises nothing; bounds on a variance promise no more than they say.
    if (/rows independent|taken for/.test(estimator)) assert.equal(promise, "none", name);
    if (/conservative|over exposures/.test(estimator)) assert.equal(promise, "conservative", name);
    return `${estimand}: ${estimator}`;
  });
  assert.equal(new Set(names).size, STUDIED_NAMES.length);
  for (const method of Object.values(TOTAL_METHODS)) {
    assert.ok(names.includes(`total effect on the slate: ${method}`), method);
  }
});
