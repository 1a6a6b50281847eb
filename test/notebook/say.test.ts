import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Cell } from "../../lib/loaders/rows";
import { percent } from "../../lib/notebook/cellText";
import { sentence } from "../../lib/notebook/say";

const say = (strings: TemplateStringsArray, ...values: Cell[]) => sentence(strings, values);

describe("sentence", () => {
  it("writes numbers for reading", () => {
    assert.equal(
      say`${4018} of ${200948n} users, mean ${153.77077}, share ${percent(0.9596)}, year ${String(1995)}.`,
      "4,018 of 200,948 users, mean 153.7708, share 96.0%, year 1995.",
    );
  });

  it("writes small numbers so that they are not zero", () => {
    assert.equal(say`p = ${0.0000123}`, "p = 1.23e-5");
  });

  it("writes times, lists, truth and missing values", () => {
    assert.equal(
      say`${new Date("1995-01-09T11:46:44Z")}; ${["Action", "Drama"]}; ${true}; ${null}; ${Number.NaN}`,
      "1995-01-09 11:46:44; Action, Drama; yes; missing; missing",
    );
  });
});
