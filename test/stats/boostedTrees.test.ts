import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BoostedTreesOptions, boostedTrees } from "../../lib/stats/boostedTrees";
import { type Features, features, takeColumns, takeRows } from "../../lib/stats/features";
import { random } from "../../lib/stats/random";
import { shuffle } from "../../lib/stats/randomTables";

/** One tree that takes its whole step, on single rows. */
const ONE = { task: "regression", trees: 1, learningRate: 1, minLeaf: 1 } as const;

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    assert.ok(error <= tolerance, `${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

/** Uniform numbers that Python makes too: a linear congruential generator. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Simulated {
  readonly x: Features;
  readonly y: Float64Array;
  readonly binary: Float64Array;
}

function simulated(rows: number, seed: number): Simulated {
  const draw = uniforms(seed);
  const values = new Float64Array(rows * 4);
  const y = new Float64Array(rows);
  const binary = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const [a, b, c, d] = [draw(), draw(), draw(), Math.floor(5 * draw())];
    const f = (a > 0.5 ? 1 : 0) + 2 * b * c + (d === 3 ? 1 : 0);
    y[i] = f + draw() - 0.5;
    binary[i] = draw() < 0.1 + 0.2 * f ? 1 : 0;
    values.set([a, draw() < 0.1 ? Number.NaN : b, c, d], 4 * i);
  }
  return { x: { rows, names: ["a", "b", "c", "d"], values }, y, binary };
}

describe("trees worked out by hand", () => {
  const x = features({ a: [1, 2, 3, 4] });
  const y = [1, 1, 5, 7];

  test("two leaves: means 1 and 6, cut at 2.5; gain 5^2 / 2 + 5^2 / 2", () => {
    const model = boostedTrees({ ...ONE, maxLeaves: 2 }).fit(x, y);
    close(model.predict(x), [1, 1, 6, 6]);
    close(model.predict(features({ a: [-9, 2.5, 2.500001, 1e9] })), [1, 1, 6, 6]);
    close(model.trainingLoss, [6.75, 0.5]);
    assert.deepEqual(
      model.importance.map(({ column, splits }) => [column, splits]),
      [["a", 1]],
    );
    close([model.importance[0]!.gain], [25]);
    assert.equal(model.trees, 1);
    assert.equal(model.stoppedEarly, false);
    assert.equal(model.validationLoss, undefined);
  });

  test("a third leaf parts 5 and 7; leaves of two rows, or a depth of 1, allow only two", () => {
    close(
      boostedTrees({ ...ONE, maxLeaves: 3 })
        .fit(x, y)
        .predict(x),
      [1, 1, 5, 7],
    );
    close(
      boostedTrees({ ...ONE, minLeaf: 2 })
        .fit(x, y)
        .predict(x),
      [1, 1, 6, 6],
    );
    close(
      boostedTrees({ ...ONE, maxDepth: 1 })
        .fit(x, y)
        .predict(x),
      [1, 1, 6, 6],
    );
  });

  test("l2 = 2 halves a step of two rows, the rate 0.1 takes a tenth of it", () => {
    const shrunk = boostedTrees({ ...ONE, maxLeaves: 2, l2: 2 }).fit(x, y);
    close(shrunk.predict(x), [2.25, 2.25, 4.75, 4.75]);
    const slow = boostedTrees({ ...ONE, maxLeaves: 2, learningRate: 0.1 }).fit(x, y);
    close(slow.predict(x), [3.25, 3.25, 3.75, 3.75]);
  });

  test("weights 3, 1, 1, 1: the mean is 16 / 6, the leaves' 1 and 6", () => {
    const model = boostedTrees({ ...ONE, maxLeaves: 2 }).fit(x, y, { weights: [3, 1, 1, 1] });
    close(model.predict(x), [1, 1, 6, 6]);
    close(model.trainingLoss, [(4 * (5 / 3) ** 2 + (7 / 3) ** 2 + (13 / 3) ** 2) / 6, 2 / 6]);
  });

  test("a Newton step of the log loss: f = ln(1/3), p = 1/4, h = 3/16", () => {
    const model = boostedTrees({ ...ONE, task: "classification", maxLeaves: 2 });
    const p = model.fit(x, [0, 0, 0, 1]).predict(x);
    const low = 1 / (1 + 3 * Math.exp(4 / 3));
    const high = 1 / (1 + 3 * Math.exp(-4));
    close(p, [low, low, low, high]);
    const { trainingLoss } = model.fit(x, [0, 0, 0, 1]);
    close(trainingLoss, [
      -(3 * Math.log(0.75) + Math.log(0.25)) / 4,
      -(3 * Math.log(1 - low) + Math.log(high)) / 4,
    ]);
  });

  test("missing values go to the side where they lower the loss, alone if need be", () => {
    const gone = Number.NaN;
    const two = boostedTrees({ ...ONE, maxLeaves: 2 });
    const joined = two.fit(features({ a: [1, 2, gone, 8] }), [0, 0, 4, 4]);
    close(joined.predict(features({ a: [2, gone, 8] })), [0, 4, 4]);
    const other = two.fit(features({ a: [1, 2, gone, 8] }), [0, 0, 0, 4]);
    close(other.predict(features({ a: [2, gone, 8] })), [0, 0, 4]);
    const alone = two.fit(features({ a: [1, 2, gone, gone] }), [0, 0, 4, 4]);
    close(alone.predict(features({ a: [-1e9, 1e9, gone] })), [0, 0, 4]);
    const unmet = two.fit(x, [0, 0, 0, 9]);
    close(unmet.predict(features({ a: [gone] })), [0]);
  });
});

describe("what is learned does not depend on how it is written down", () => {
  const { x, y, binary } = simulated(600, 3);
  const learner = boostedTrees({ task: "regression", trees: 20 });
  const predicted = learner.fit(x, y).predict(x);

  test("a constant added to the outcome is added to the predictions", () => {
    const moved = learner
      .fit(
        x,
        y.map((value) => value + 100),
      )
      .predict(x);
    close(
      moved.map((value) => value - 100),
      predicted,
      1e-9,
    );
  });

  test("the order of rows does not show in any bit, that of columns neither", () => {
    const order = shuffle([...y.keys()], random(5));
    const turned = learner.fit(
      takeRows(x, order),
      order.map((i) => y[i]!),
    );
    assert.deepEqual(turned.predict(x), predicted);
    const swapped = takeColumns(x, ["d", "b", "a", "c"]);
    assert.deepEqual(learner.fit(swapped, y).predict(x), predicted);
  });

  test("a rising transformation of a column leaves predictions as they are", () => {
    const values = x.values.map((value, at) => (at % 4 === 1 ? value ** 3 * 50 - 7 : value));
    const bent = { ...x, values };
    assert.deepEqual(learner.fit(bent, y).predict(bent), predicted);
  });

  test("weights that are all a millionth of themselves change nothing, however small", () => {
    const weights = Float64Array.from(y, (_, i) => 1 + (i % 4));
    for (const task of ["regression", "classification"] as const) {
      const outcome = task === "regression" ? y : binary;
      const single = boostedTrees({ task, trees: 5 });
      const one = single.fit(x, outcome, { weights: weights.map((w) => w / 3e6) });
      const other = single.fit(x, outcome, { weights: weights.map((w) => w / 3) });
      close(one.predict(x), other.predict(x), 1e-6);
      assert.ok(one.importance[0]!.splits > 0);
    }
  });

  test("whole weights equal repeated rows, also where columns have more values than bins", () => {
    const weights = Float64Array.from(y, (_, i) => i % 3);
    const repeated = [...y.keys()].flatMap((i) => new Array<number>(weights[i]!).fill(i));
    for (const task of ["regression", "classification"] as const) {
      const outcome = task === "regression" ? y : binary;
      const single = boostedTrees({ task, trees: 5, minLeaf: 1, maxLeaves: 8, bins: 20 });
      const one = single.fit(x, outcome, { weights });
      const other = single.fit(
        takeRows(x, repeated),
        repeated.map((i) => outcome[i]!),
      );
      close(one.predict(x), other.predict(x), 1e-7);
      close(one.trainingLoss, other.trainingLoss, 1e-7);
    }
  });
});

/*
Predictions and out-of-sample errors of scikit-learn 1.9.1:

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier as C, HistGradientBoostingRegressor as R
from sklearn.metrics import log_loss
def uniforms(s):
    while True:
        s = (s * 1664525 + 1013904223) % 2**32
        yield s / 2**32
def simulated(n, seed):
    u, rows, y, z = uniforms(seed), [], [], []
    for _ in range(n):
        a, b, c, d = next(u), next(u), next(u), int(5 * next(u))
        f = (a > 0.5) + 2 * b * c + (d == 3)
        y.append(f + next(u) - 0.5)
        z.append(next(u) < 0.1 + 0.2 * f)
        rows.append([a, np.nan if next(u) < 0.1 else b, c, d])
    return np.array(rows), np.array(y), np.array(z)
(x, y, z), (new, ny, nz) = simulated(2000, 1), simulated(5000, 2)
print(R(max_iter=10, early_stopping=False).fit(x, y).predict(new)[:5].tolist())
print(C(max_iter=10, early_stopping=False).fit(x, z).predict_proba(new)[:5, 1].tolist())
print(np.sqrt(np.mean((ny - R(early_stopping=False).fit(x, y).predict(new)) ** 2)))
print(log_loss(nz, C(early_stopping=False).fit(x, z).predict_proba(new)[:, 1]))
*/
describe("as scikit-learn", () => {
  const train = simulated(2000, 1);
  const fresh = simulated(5000, 2);
  const REGRESSION = [
    1.1699688287330106, 1.5380116059570443, 0.5305779221609724, 1.4686319858842887,
    0.6079786032074046,
  ];
  const PROBABILITY = [
    0.5076333155429534, 0.44036299119037686, 0.21404585753229688, 0.4207885620080529,
    0.26127171910080366,
  ];
  const RMSE = 0.33450247312904996;
  const LOG_LOSS = 0.6690453737060644;
  const firstFive = (p: Float64Array) => p.subarray(0, 5);

  test("ten trees predict the same, with missing values", () => {
    const regression = boostedTrees({ task: "regression", trees: 10 });
    close(firstFive(regression.fit(train.x, train.y).predict(fresh.x)), REGRESSION, 1e-6);
    const classification = boostedTrees({ task: "classification", trees: 10 });
    close(firstFive(classification.fit(train.x, train.binary).predict(fresh.x)), PROBABILITY, 1e-6);
  });

  test("a hundred trees err as much on new rows, within 2 %", () => {
    const predicted = boostedTrees({ task: "regression" }).fit(train.x, train.y).predict(fresh.x);
    const squares = fresh.y.reduce((sum, y, i) => sum + (y - predicted[i]!) ** 2, 0);
    assert.ok(Math.abs(Math.sqrt(squares / 5000) / RMSE - 1) < 0.02);
    const p = boostedTrees({ task: "classification" }).fit(train.x, train.binary).predict(fresh.x);
    const loss = fresh.binary.reduce((sum, z, i) => sum - Math.log(z === 1 ? p[i]! : 1 - p[i]!), 0);
    assert.ok(Math.abs(loss / 5000 / LOG_LOSS - 1) < 0.02);
  });
});

describe("learning", () => {
  test("exclusive or of two columns, in which a missing value means 1", () => {
    const draw = uniforms(11);
    const [a, b, y] = [[], [], []] as number[][];
    for (let i = 0; i < 400; i++) {
      const [left, right] = [draw() < 0.45, draw() < 0.55];
      a!.push(left ? Number.NaN : 0);
      b!.push(right ? 1 : Number.NaN);
      y!.push(left !== right ? 1 : 0);
    }
    const x = features({ a: a!, b: b! });
    const p = boostedTrees({ task: "classification", trees: 30, learningRate: 0.5 }).fit(x, y!);
    const wrong = p.predict(x).filter((value, i) => Math.round(value) !== y![i]).length;
    assert.equal(wrong, 0);
  });

  test("early stopping keeps the trees of the least loss on the rows held out", () => {
    const { x, y } = simulated(500, 7);
    const earlyStopping = { validationShare: 0.2, patience: 4 };
    const recipe = { task: "regression", trees: 500, learningRate: 0.3, seed: 2 } as const;
    const model = boostedTrees({ ...recipe, earlyStopping }).fit(x, y);
    assert.ok(model.stoppedEarly);
    const losses = [...model.validationLoss!];
    assert.equal(losses.length, model.trees + 4 + 1);
    assert.equal(losses.indexOf(Math.min(...losses)), model.trees);
    assert.equal(model.trainingLoss.length, losses.length);
    const other = boostedTrees({ ...recipe, earlyStopping }).fit(x, y, { seed: 3 });
    assert.notDeepEqual(other.validationLoss, model.validationLoss);
    const whole = boostedTrees({ ...recipe, trees: 3, earlyStopping }).fit(x, y);
    assert.equal(whole.stoppedEarly, false);
  });

  test("drawn rows and columns: the same seed gives the same model, another one another", () => {
    const { x, y } = simulated(500, 8);
    const recipe: BoostedTreesOptions = {
      task: "regression",
      trees: 30,
      subsample: 0.5,
      columnsPerTree: 0.5,
      seed: 4,
    };
    const fit = (seed?: number) => boostedTrees(recipe).fit(x, y, { seed });
    assert.deepEqual(fit().predict(x), fit(4).predict(x));
    assert.notDeepEqual(fit().predict(x), fit(5).predict(x));
    const loss = fit().trainingLoss;
    assert.ok(loss[30]! < 0.4 * loss[0]!, `${loss[30]} of ${loss[0]}`);
    // Two of the four columns a tree: after one tree at most two have been split on.
    const single = boostedTrees({ ...recipe, trees: 1 }).fit(x, y);
    assert.ok(single.importance.filter(({ splits }) => splits > 0).length <= 2);
  });
});

describe("edges", () => {
  const x = features({ a: [1, 2, 3, 4], b: [5, 5, 5, 5] });

  test("an outcome without variation gives a model that always predicts it, and a warning", () => {
    for (const task of ["regression", "classification"] as const) {
      const model = boostedTrees({ task }).fit(x, [1, 1, 1, 1]);
      assert.deepEqual([...model.predict(x)], [1, 1, 1, 1]);
      assert.deepEqual(model.warnings, [
        "the outcome is 1 on every row, and so is every prediction",
      ]);
      assert.equal(model.trees, 0);
    }
    const single = boostedTrees(ONE).fit(features({ a: [1] }), [7]);
    assert.deepEqual([...single.predict(x)], [7, 7, 7, 7]);
  });

  test("constant columns are never split on; nothing to split on leaves the mean", () => {
    const model = boostedTrees({ ...ONE, trees: 5 }).fit(takeColumns(x, ["b"]), [1, 2, 3, 6]);
    assert.equal(model.trees, 0);
    assert.deepEqual([...model.predict(x)], [3, 3, 3, 3]);
    const nothing = boostedTrees({ task: "regression" }).fit(x, [1, 2, 3, 6]);
    assert.equal(nothing.trees, 0);
    const gone = features({ a: [Number.NaN, Number.NaN], b: [1, 1] });
    assert.deepEqual([...boostedTrees(ONE).fit(gone, [1, 3]).predict(gone)], [2, 2]);
  });

  test("too few rows to hold some out are learned from without early stopping, with a warning", () => {
    const model = boostedTrees({ ...ONE, earlyStopping: {} }).fit(x, [1, 2, 3, 6]);
    assert.deepEqual(model.warnings, ["no early stopping: 4 rows are too few to hold some out"]);
    assert.equal(model.trees, 1);
  });

  test("probabilities stay inside 0 and 1 far out, and the loss finite", () => {
    const sure = boostedTrees({ ...ONE, task: "classification", trees: 200 });
    const model = sure.fit(x, [0, 0, 1, 1]);
    assert.ok(model.trainingLoss.every((loss) => loss >= 0 && Number.isFinite(loss)));
    assert.ok(model.predict(x).every((p) => p > 0 && p <= 1));
  });

  test("what cannot be is an error that says what and where", () => {
    const wrong = (options: object) => () => boostedTrees({ task: "regression", ...options });
    assert.throws(wrong({ depth: 3 }), /no option depth\. It has task, trees, learningRate/);
    assert.throws(wrong({ task: "ranking" }), /regression or classification, not ranking/);
    assert.throws(wrong({ trees: 0 }), /trees is a whole number from 1 on, not 0/);
    assert.throws(wrong({ learningRate: 1.5 }), /learningRate is above 0 and at most 1/);
    assert.throws(wrong({ bins: 256 }), /bins is a whole number from 2 to 255, not 256/);
    assert.throws(wrong({ maxLeaves: 1 }), /maxLeaves/);
    assert.throws(wrong({ l2: Number.NaN }), /l2 is 0 or more, not NaN/);
    assert.throws(wrong({ earlyStopping: { rounds: 3 } }), /earlyStopping has no option rounds/);
    assert.throws(wrong({ earlyStopping: { validationShare: 1 } }), /validationShare is between/);
    const infinite = features({ a: [1, Infinity] });
    assert.throws(() => boostedTrees(ONE).fit(infinite, [1, 2]), /Column a, row 2: Infinity/);
    const classes = boostedTrees({ task: "classification" });
    assert.throws(() => classes.fit(x, [0, 1, 2, 1]), /Row 3: .* 0 or 1, not 2/);
    const model = boostedTrees(ONE).fit(x, [1, 2, 3, 6]);
    assert.throws(() => model.predict(features({ a: [1] })), /no column b/);
  });

  test("names say the settings", () => {
    assert.equal(boostedTrees(ONE).name, "boosted trees (1 of 31 leaves, rate 1)");
    const stopping = boostedTrees({ task: "regression", earlyStopping: {} });
    assert.equal(stopping.name, "boosted trees (at most 100 of 31 leaves, rate 0.1)");
  });
});
