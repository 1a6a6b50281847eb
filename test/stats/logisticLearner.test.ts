import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { features } from "../../lib/stats/features";
import { glm } from "../../lib/stats/glm";
import { logisticLearner, poissonLearner } from "../../lib/stats/logisticLearner";
import { random } from "../../lib/stats/random";

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 1e-7): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= digits, `${i}: ${actual[i]}, ${expected[i]}`);
  }
}

const I = Array.from({ length: 24 }, (_, k) => k + 1);
const x1 = I.map((i) => Math.sin(i) * 3 + i / 5);
const x2 = I.map((i) => Math.cos(2 * i) + (i % 3));
const y = I.map((i, k) => Number(0.5 * x1[k]! - x2[k]! + 3 * Math.sin(7 * i) > 0));
const x = features({ x1, x2 });

describe("logistic learner", () => {
  test("with ridge 1 is scikit-learn's default after its scaler", () => {
    // z = StandardScaler().fit_transform(x); LogisticRegression(C=1, tol=1e-13, max_iter=100000).fit(z, y), in x's units;
    // x1 = sin(i)*3 + i/5, x2 = cos(2i) + i%3, y = (.5*x1 - x2 + 3*sin(7i) > 0), i = 1 ... 24
    const model = logisticLearner({ ridge: 1 }).fit(x, y);
    close([model.intercept], [-0.3492215883977001]);
    close(model.coefficients, [0.2264431430422628, 0.1475851122630661]);
    assert.deepEqual([model.names, model.warnings], [["x1", "x2"], []]);
  });

  test("predicts what the model of `glm` does, with weights and columns in any order", () => {
    const weights = I.map((i) => i % 3);
    const model = logisticLearner().fit(x, y, { weights });
    const plain = glm({ outcome: y, columns: { x1, x2 }, weights }, { family: "binomial" });
    close(model.predict(features({ other: x1, x2, x1 })), plain.fitted, 1e-12);
  });

  test("takes outcomes between 0 and 1 without a word about errors", () => {
    const shares = I.map((i) => (1 + Math.sin(3 * i)) / 2);
    assert.deepEqual(logisticLearner().fit(x, shares).warnings, []);
  });

  test("names what it left out and what separates", () => {
    const twice = features({ x1, x2, double: x1.map((value) => 2 * value), one: I.map(() => 1) });
    const model = logisticLearner().fit(twice, y);
    assert.match(model.warnings[0]!, /left out .*: one, double/);
    assert.deepEqual(model.names, ["x1", "x2"]);
    const apart = logisticLearner().fit(features({ y, x2 }), y);
    assert.match(apart.warnings[0]!, /complete separation: y/);
    assert.deepEqual(Array.from(apart.predict(features({ y, x2 })), Math.round), y);
  });

  test("predicts the one outcome there is", () => {
    const model = logisticLearner().fit(
      x,
      I.map(() => 1),
    );
    assert.match(model.warnings[0]!, /all outcomes are 1/);
    close(
      model.predict(x),
      I.map(() => 1),
      0,
    );
  });

  test("finds the probabilities of a simulation", () => {
    const stream = random(4);
    const a = Array.from({ length: 20_000 }, () => stream.normal());
    const truth = a.map((value) => 1 / (1 + Math.exp(0.5 - value)));
    const drawn = truth.map((p) => Number(stream.bernoulli(p)));
    const model = logisticLearner().fit(features({ a }), drawn);
    close(model.predict(features({ a })), truth, 0.02);
  });

  test("says what is wrong", () => {
    assert.throws(() => logisticLearner({ C: 1 } as object), /no option C. It has ridge, ridgeOn/);
    assert.throws(() => logisticLearner({ ridge: -1 }), /0 or more, not -1/);
    assert.throws(() => logisticLearner().fit(x, I), /between 0 and 1/);
    const model = logisticLearner().fit(x, y);
    assert.throws(() => model.predict(features({ x1 })), /no column x2/);
    assert.throws(() => model.predict(features({ x1: [Number.NaN], x2: [1] })), /x1, row 0: NaN/);
    assert.equal(logisticLearner({ ridge: 2 }).name, "logistic regression (ridge penalty 2)");
  });
});

describe("Poisson learner", () => {
  test("predicts the expected counts of the model of `glm`", () => {
    const counts = I.map((i) => i % 5);
    const model = poissonLearner({ ridge: 0.5 }).fit(x, counts);
    const plain = glm({ outcome: counts, columns: { x1, x2 } }, { family: "poisson", ridge: 0.5 });
    close(model.predict(x), plain.fitted, 1e-12);
    assert.equal(poissonLearner().name, "Poisson regression");
  });
});
