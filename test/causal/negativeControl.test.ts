import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clusteredDifference } from "../../lib/causal/clusteredDifference";
import type { Estimate } from "../../lib/causal/estimate";
import {
  type ControlColumns,
  type NegativeControl,
  negativeControls,
  shifted,
} from "../../lib/causal/negativeControl";
import { omittedVariable } from "../../lib/causal/omittedVariableReport";
import { holm } from "../../lib/stats/multipleTesting";
import { random } from "../../lib/stats/random";

const unit = [1, 1, 1, 2, 2, 2, 2];
const time = [0, 1, 2, 0, 1, 3, 4];
const x = [10, 11, 12, 20, 21, 23, 24];

describe("a shifted column", () => {
  test("stays within its unit and does not jump gaps", () => {
    const none = Number.NaN;
    assert.deepEqual([...shifted(x, { unit, time, by: 1 })], [11, 12, none, 21, none, 24, none]);
    assert.deepEqual(
      [...shifted(x, { unit, time, by: -2 })],
      [none, none, 10, none, none, 21, none],
    );
    assert.deepEqual([...shifted(x, { unit, time, by: 0 })], x);
  });

  test("needs one row a unit and time, in whatever order", () => {
    assert.deepEqual([...shifted([1, 2], { unit: [5, 5], time: [8, 7], by: 1 })], [Number.NaN, 1]);
    assert.throws(
      () => shifted([1, 2], { unit: [5, 5], time: [7, 7], by: 1 }),
      /unit 5 has two rows of time 7/,
    );
    assert.throws(() => shifted(x, { unit, time, by: 0.5 }), /whole number of steps/);
    assert.throws(() => shifted([1], { unit, time, by: 1 }), /1 values, 7 units/);
  });
});

function difference({ treatment, outcome, user }: ControlColumns): Estimate {
  return clusteredDifference({ treatment: treatment!, outcome: outcome!, cluster: user! });
}

/** A panel of users and days with treatment effect 2; the user's own level drives both unless `confounding` is 0. */
function panel(seed: number, confounding: number) {
  const draw = random(seed).fork("panel");
  const [users, days] = [80, 12];
  const columns: Record<string, Float64Array> = {};
  for (const name of ["user", "day", "level", "treatment", "outcome", "height"]) {
    columns[name] = new Float64Array(users * days);
  }
  let i = 0;
  for (let user = 0; user < users; user++) {
    const level = draw.normal();
    for (let day = 0; day < days; day++, i++) {
      const treated = draw.bernoulli(1 / (1 + Math.exp(-confounding * level))) ? 1 : 0;
      columns.user![i] = user;
      columns.day![i] = day;
      columns.level![i] = level;
      columns.treatment![i] = treated;
      columns.outcome![i] = 2 * treated + confounding * level + draw.normal();
      columns.height![i] = confounding * level + draw.normal();
    }
  }
  return columns as Record<
    "user" | "day" | "level" | "treatment" | "outcome" | "height",
    Float64Array
  >;
}

function controlsOf(data: ReturnType<typeof panel>): NegativeControl[] {
  const key = { unit: data.user, time: data.day };
  return [
    {
      name: "treatment in three days",
      kind: "placebo lead",
      replace: { treatment: shifted(data.treatment, { ...key, by: 3 }) },
    },
    { name: "height", kind: "negative control outcome", replace: { outcome: data.height } },
  ];
}

describe("negative controls", () => {
  test("find the bias of an estimator that does not see the confounder", () => {
    const data = panel(1, 1);
    const found = negativeControls(data, { controls: controlsOf(data), estimator: difference });
    const [main, lead, height] = found.rows;
    assert.equal(main!.kind, "main");
    assert.equal(main!.value, difference(data).value);
    assert.ok(lead!.value! > 0.4 && height!.value! > 0.4);
    assert.deepEqual([lead!.verdict, height!.verdict], ["bias found", "bias found"]);
    // 80 users lose the last three of their days.
    assert.deepEqual([lead!.rows, lead!.rows_dropped, height!.rows_dropped], [720, 240, 0]);
    assert.match(found.verdict, /^2 of 2 negative controls show bias \(Holm, 0.05\)/);
  });

  test("are quiet when the estimator adjusts for it", () => {
    const data = panel(1, 1);
    const adjusted = ({ treatment, outcome, level, user }: ControlColumns) =>
      omittedVariable({
        treatment: treatment!,
        outcome: outcome!,
        covariates: { level: level! },
        cluster: user!,
      }).estimate;
    const found = negativeControls(data, { controls: controlsOf(data), estimator: adjusted });
    assert.ok(Math.abs(found.main.value! - 2) < 0.2);
    assert.deepEqual(
      found.rows.slice(1).map(({ verdict }) => verdict),
      ["no bias found", "no bias found"],
    );
    assert.equal(found.verdict, "None of 2 negative controls shows bias (Holm, 0.05).");
  });

  test("find a bias that is not there in at most 5 of 100 data sets", () => {
    let wrong = 0;
    const replications = 300;
    for (let r = 0; r < replications; r++) {
      const data = panel(r, 0);
      const found = negativeControls(data, { controls: controlsOf(data), estimator: difference });
      if (found.rows.some(({ verdict }) => verdict === "bias found")) wrong++;
    }
    // Binomial standard deviation 1.3 points; Holm's level is at most 5 %, and not much less for two controls.
    assert.ok(wrong / replications < 0.09 && wrong > 2, `${wrong}`);
  });
});

/** An estimator that returns what the columns say. */
function given({ value, error }: ControlColumns): Estimate {
  const known = (number: number) => (Number.isNaN(number) ? null : number);
  return {
    estimand: "given",
    value: known(value![0]!),
    standardError: known(error![0]!),
    lower: null,
    upper: null,
    level: 0.95,
    method: "given",
    n: 1,
    dropped: 0,
    clusters: 1,
    warnings: ["as given"],
  };
}

describe("the verdict by hand", () => {
  const columns = { value: [1], error: [0.2] };
  const control = (name: string, value: number, error: number, more: object = {}) =>
    ({
      name,
      kind: "placebo lead",
      replace: { value: [value], error: [error] },
      ...more,
    }) as NegativeControl;

  test("p = 2 Phi(-|z|) and Holm's over the controls, the main estimate left out", () => {
    const controls = [control("a", 0.5, 0.2), control("b", 0.2, 0.1), control("c", 0, 0.1)];
    const { rows } = negativeControls(columns, { controls, estimator: given });
    // R: 2 * pnorm(-c(2.5, 2, 0)), of the main estimate 2 * pnorm(-5).
    const expected = [5.733031e-7, 0.01241933, 0.04550026, 1];
    rows.forEach(({ p }, k) => {
      assert.ok(Math.abs(p! - expected[k]!) < 5e-8, `${p}`);
    });
    const adjusted = holm(rows.slice(1).map(({ p }) => p));
    assert.deepEqual(
      rows.slice(1).map(({ p_adjusted }) => p_adjusted),
      adjusted,
    );
    assert.equal(rows[0]!.p_adjusted, null);
    // (1.959964 + 0.841621) * 0.1
    assert.ok(Math.abs(rows[2]!.detectable_bias! - 0.2801585) < 1e-6);
    assert.deepEqual(
      rows.map(({ verdict }) => verdict),
      ["", "bias found", "no bias found", "no bias found"],
    );
  });

  test("Benjamini and Hochberg's adjustment is gentler", () => {
    const controls = [control("a", 0.5, 0.2), control("b", 0.21, 0.1)];
    const options = { controls, estimator: given };
    const verdicts = (adjustment: "holm" | "benjamini-hochberg") =>
      negativeControls(columns, { ...options, adjustment }).rows.map(({ verdict }) => verdict);
    assert.deepEqual(verdicts("holm").slice(1), ["bias found", "bias found"]);
    const three = [...controls, control("c", 0.2, 0.1), control("d", 0.1, 0.1)];
    const found = negativeControls(columns, {
      controls: three,
      estimator: given,
      adjustment: "benjamini-hochberg",
    });
    // p = 0.0124, 0.0357, 0.0455, 0.3173 of four.
    assert.ok(Math.abs(found.rows[1]!.p_adjusted! - 4 * 0.01241933) < 1e-7);
    assert.match(found.verdict, /^1 of 4 .*\(Benjamini and Hochberg, 0.05\): a\.$/);
  });

  test("a control that could not have seen a bias as large as the effect says little", () => {
    const controls = [
      control("blunt", 0.3, 0.4),
      control("other unit", 0.3, 0.4, { kind: "negative control outcome" }),
      control("same unit", 0.3, 0.4, { kind: "negative control outcome", sameUnit: true }),
      control("constant outcome", 0, 0),
    ];
    const found = negativeControls(columns, { controls, estimator: given });
    assert.deepEqual(
      found.rows.slice(1).map(({ verdict }) => verdict),
      ["says little", "no bias found", "says little", "no bias found"],
    );
    assert.match(found.verdict, /Too weak to see .*: blunt, same unit\.$/);
  });

  test("no value, or no standard error: not possible, and not counted", () => {
    const estimator = (own: ControlColumns) =>
      own.value![0] === 9 ? { ...given(own), standardError: null } : given(own);
    const controls = [control("a", 0.5, 0.2), control("b", 9, 1)];
    const found = negativeControls(columns, { controls, estimator });
    assert.deepEqual([found.rows[2]!.verdict, found.rows[2]!.p_adjusted], ["not possible", null]);
    assert.equal(found.rows[1]!.p_adjusted, found.rows[1]!.p);
    assert.match(found.verdict, /Without a result: b\.$/);
    assert.equal(found.rows[1]!.warnings, "as given");
  });

  test("says what is wrong", () => {
    const run = (controls: NegativeControl[], more = {}) =>
      negativeControls(columns, { controls, estimator: given, ...more });
    assert.throws(() => run([]), /no negative control/);
    assert.throws(() => run([control("a", 1, 1), control("a", 1, 1)]), /Two .* called a/);
    assert.throws(
      () => run([control("a", 1, 1, { replace: { outcome: [1] } })]),
      /a replaces outcome, but the columns are value, error/,
    );
    assert.throws(
      () => run([control("a", 1, 1, { replace: { value: [1, 2] } })]),
      /2 values for 1/,
    );
    assert.throws(() => run([control("a", Number.NaN, 1)]), /no row has a value/);
    assert.throws(() => run([control("a", 1, 1, { replace: {} })]), /replaces no column/);
    assert.throws(() => run([control("a", 1, 1)], { alpha: 5 }), /alpha lies between/);
    assert.throws(() => run([control("a", 1, 1)], { adjustment: "bonferroni" }), /no adjustment/);
    assert.throws(
      () =>
        negativeControls(
          { a: [1], b: [1, 2] },
          { controls: [control("a", 1, 1)], estimator: given },
        ),
      /b has 2 values; a has 1/,
    );
  });
});
