import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Family, type GlmOptions, glm } from "../../lib/stats/glm";
import { random } from "../../lib/stats/random";
import type { CovarianceType } from "../../lib/stats/sandwich";

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 1e-9): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const far = Math.abs(actual[i]! - expected[i]!);
    assert.ok(far <= digits, `${i}: ${actual[i]}, ${expected[i]}`);
  }
}

// statsmodels 0.15, i = 1 ... 24:
//   x1 = sin(i)*3 + i/5; x2 = cos(2i) + i%3; w = 1 + (i%4)/2; g = (i-1)//4; X = sm.add_constant(np.column_stack([x1, x2]))
//   binomial: y = (.5*x1 - x2 + 3*sin(7i) > 0); poisson: y = floor(exp(.1*x1 + .5*x2 + sin(5i)));
//   gaussian: y = 2 + .5*x1 - 1.5*x2 + sin(7i) + .3*(i%5)
//   r = sm.GLM(y, X, family=..., var_weights=w).fit(tol=1e-14): params, bse, deviance; cov_type="HC0", or "cluster" with
//   cov_kwds={"groups": g}: bse.
// HC1 to HC3 and CR2, which statsmodels has not for these models, by numpy:
//   V = mu*(1-mu), mu or 1; Xs = X*sqrt(w*V)[:, None]; e = sqrt(w/V)*(y-mu); B = inv(Xs.T @ Xs); H = Xs @ B @ Xs.T
//   M = (Xs*(e**2*f)[:, None]).T @ Xs with f = N/(N-K), 1/(1-diag(H)), 1/(1-diag(H))**2
//   CR2: s, U = eigh(eye - H[rows of g]); A = U @ diag(1/sqrt(s)) @ U.T; u = Xs[g].T @ A @ e[g]; M = sum of outer(u, u)
//   bse = sqrt(diag(B @ M @ B)); degrees of freedom of coefficient c: P = rows over g of (eye - H)[:, g] @ A @ Xs[g] @ B[:, c],
//   O = P @ P.T, trace(O)**2 / trace(O @ O)
const I = Array.from({ length: 24 }, (_, k) => k + 1);
const x1 = I.map((i) => Math.sin(i) * 3 + i / 5);
const x2 = I.map((i) => Math.cos(2 * i) + (i % 3));
const weights = I.map((i) => 1 + (i % 4) / 2);
const cluster = I.map((i) => Math.floor((i - 1) / 4));
const columns = { x1, x2 };
const outcomes: Record<Family, number[]> = {
  binomial: I.map((i, k) => Number(0.5 * x1[k]! - x2[k]! + 3 * Math.sin(7 * i) > 0)),
  poisson: I.map((i, k) => Math.floor(Math.exp(0.1 * x1[k]! + 0.5 * x2[k]! + Math.sin(5 * i)))),
  gaussian: I.map((i, k) => 2 + 0.5 * x1[k]! - 1.5 * x2[k]! + Math.sin(7 * i) + 0.3 * (i % 5)),
};

type Expected = Record<CovarianceType | "coefficients" | "freedom", number[]> & {
  deviance: number;
};

const PLAIN: Record<Family, Expected> = {
  binomial: {
    coefficients: [-0.4806508683526466, 0.2724762653872369, 0.1748199090319493],
    deviance: 30.36587202989695,
    classical: [0.8662113426319842, 0.19510789978906326, 0.6437041639137779],
    HC0: [0.825286986917702, 0.1728341932203232, 0.6153283801715992],
    HC1: [0.8822689002311513, 0.184767524499982, 0.6578137082744883],
    HC2: [0.9129555472655345, 0.18575731666665332, 0.6860843214406159],
    HC3: [1.0157940608654745, 0.20002843373204235, 0.7695507949958643],
    cluster: [1.0555408572450775, 0.19174579388966256, 0.2943878656034039],
    CR2: [1.0752506078464639, 0.19060429365074688, 0.3116725077869458],
    freedom: [3.7850950576136193, 4.7562944671154845, 2.1940457928515977],
  },
  poisson: {
    coefficients: [-0.37123078969548423, 0.1371731808365132, 0.7631560314827097],
    deviance: 38.36336636754511,
    classical: [0.3582596115310302, 0.061464275881189, 0.22444472476413924],
    HC0: [0.4022756351066908, 0.07213700974173903, 0.24438326931413099],
    HC1: [0.43005074331889387, 0.07711770724570333, 0.26125670423805253],
    HC2: [0.4300953610264524, 0.07989839107946238, 0.26891195256557576],
    HC3: [0.4617006382992968, 0.0890577386139632, 0.2975084488371559],
    cluster: [0.2825957695377657, 0.10421593436085075, 0.08980064884637867],
    CR2: [0.28042721728744885, 0.1009571068686753, 0.10583719627507165],
    freedom: [4.3234575466229686, 4.356507509763824, 2.492754609529818],
  },
  gaussian: {
    coefficients: [2.5969475867813943, 0.5042164732758514, -1.4408787443475353],
    deviance: 15.466141401970194,
    classical: [0.3562043352553146, 0.07461671558536125, 0.25788550017648487],
    HC0: [0.31276901368203197, 0.06618262313903658, 0.22773951243723875],
    HC1: [0.3343641401135353, 0.07075220021264346, 0.24346377970602556],
    HC2: [0.338085801987384, 0.07201267554368519, 0.24731434967304114],
    HC3: [0.36625473091349936, 0.07850758892694501, 0.2692108356328766],
    cluster: [0.4364192234392648, 0.08265292080120502, 0.10638460728256971],
    CR2: [0.43992251538050064, 0.08656476245500225, 0.1123998321820129],
    freedom: [3.853943063765981, 4.715952686253826, 2.129215348420615],
  },
};
const WEIGHTED: Record<Family, Expected> = {
  binomial: {
    coefficients: [-0.29339033083692717, 0.18760183441821515, 0.2801156326850711],
    deviance: 54.27037539698459,
    classical: [0.6841506329404872, 0.14578191048776784, 0.5008033167199835],
    HC0: [0.8664180966347231, 0.1843936315620759, 0.6404111959996036],
    HC1: [0.9262399060879806, 0.19712508388808977, 0.6846283663099004],
    HC2: [0.9558606495467142, 0.20319016730967304, 0.7117007528341966],
    HC3: [1.0569498338622, 0.2245592930012092, 0.7931117346106522],
    cluster: [1.0474310315182906, 0.19604917655114845, 0.36965406627603725],
    CR2: [1.062477202562489, 0.20486532249115968, 0.3626527941750913],
    freedom: [3.758677166268524, 4.645080806619756, 2.2479796193773414],
  },
  poisson: {
    coefficients: [-0.5135718736120981, 0.15994982912511593, 0.8384130618081549],
    deviance: 64.20119810605809,
    classical: [0.27919824570287044, 0.04901061063790143, 0.1688617783140615],
    HC0: [0.4253330841111885, 0.07243122130254791, 0.24032784220711725],
    HC1: [0.45470019314399174, 0.0774322326342104, 0.25692127029762934],
    HC2: [0.45695239499561363, 0.0790124708479881, 0.26734983010374513],
    HC3: [0.4935110822104735, 0.08643846290756399, 0.29971284519495484],
    cluster: [0.3563061949530423, 0.10821896313014412, 0.07818951658567994],
    CR2: [0.34713725600729395, 0.10555004873627637, 0.08833267755915782],
    freedom: [4.4300361481785595, 4.529181158249704, 2.631777021678535],
  },
  gaussian: {
    coefficients: [2.5005738239663415, 0.48947268156557144, -1.3059312568738677],
    deviance: 29.897920060465395,
    classical: [0.39608512764409365, 0.08167747834494091, 0.28112982197794584],
    HC0: [0.3823270682850668, 0.07772845833247394, 0.28354982715513616],
    HC1: [0.40872482834641244, 0.08309521722350044, 0.3031275157981397],
    HC2: [0.4206107524946862, 0.08607378716605167, 0.31923113007055054],
    HC3: [0.4639554877208055, 0.09557977152847201, 0.36017363522445744],
    cluster: [0.4870142452411494, 0.09141850399811306, 0.22063057356194696],
    CR2: [0.4981721929212795, 0.09757960008969628, 0.2492342892595674],
    freedom: [3.835957561462211, 4.663099417345875, 2.2013565713411167],
  },
};
const TYPES = ["classical", "HC0", "HC1", "HC2", "HC3", "cluster", "CR2"] as const;

describe("generalized linear models", () => {
  for (const family of ["binomial", "poisson", "gaussian"] as const) {
    for (const covariance of TYPES) {
      test(`has the ${family} coefficients, ${covariance} errors and deviance of Python`, () => {
        for (const expected of [PLAIN[family], WEIGHTED[family]]) {
          const own = expected === PLAIN[family] ? {} : { weights };
          const found = glm(
            { outcome: outcomes[family], columns, cluster, ...own },
            { family, covariance },
          );
          close(found.coefficients, expected.coefficients);
          close(found.standardErrors, expected[covariance], 1e-8);
          close([found.deviance], [expected.deviance]);
          if (covariance === "CR2") {
            close(found.referenceDegreesOfFreedom, expected.freedom, 1e-7);
          }
          assert.deepEqual(found.warnings, []);
          assert.ok(found.converged);
        }
      });
    }
  }

  test("has the covariances of statsmodels off the diagonal", () => {
    const found = glm({ outcome: outcomes.poisson, columns }, { family: "poisson" });
    // sm.GLM(y, X, family=sm.families.Poisson()).fit(tol=1e-14).cov_params()
    const [a, b, c] = [-0.01061244101312617, -0.05975996691180085, -0.00139145439249211];
    const diagonal = [0.12834994925436466, 0.00377785720959891, 0.05037543447445022];
    close(found.covariance, [diagonal[0]!, a, b, a, diagonal[1]!, c, b, c, diagonal[2]!]);
  });

  test("has the tests and intervals of statsmodels, normal and t", () => {
    const logit = glm({ outcome: outcomes.binomial, columns }, { family: "binomial", level: 0.9 });
    // sm.Logit(y, X).fit(method="newton", tol=1e-14): tvalues, pvalues, conf_int(.1)
    close(logit.statistics, [-0.5548886798135654, 1.3965414300586354, 0.27158424449051055], 1e-8);
    close(logit.pValues, [0.5789708053100817, 0.1625515136654987, 0.7859417153409818]);
    close(logit.lower, [-1.9054417369875103, -0.04844767122778421, -0.8839792196655735], 1e-8);
    close(logit.upper, [0.9441400002822196, 0.5934002020022573, 1.2336190377294711], 1e-8);
    assert.equal(logit.reference, "normal");
    // sm.OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": g}, use_t=True), and use_t=False
    const clustered = glm({ outcome: outcomes.gaussian, columns, cluster }, { family: "gaussian" });
    assert.deepEqual([...clustered.referenceDegreesOfFreedom], [5, 5, 5]);
    close(
      clustered.pValues,
      [1.9156887336717692e-3, 1.7137766439269124e-3, 3.9311860736680041e-5],
      1e-12,
    );
    close(clustered.lower, [1.4750962582859153, 0.29175037640198687, -1.714349083419411]);
    const normal = glm(
      { outcome: outcomes.gaussian, columns, cluster },
      { family: "gaussian", reference: "normal" },
    );
    close(normal.upper, [3.452313546883291, 0.6662132212632547, -1.2323687455642616]);
    close(normal.pValues, [2.6719361642525186e-9, 1.0579859112986499e-9, 0], 1e-17);
  });

  test("takes offsets, outcomes between 0 and 1, and models without an intercept", () => {
    // sm.GLM(..., offset=i/12), offset=i/12 - 1, y=(1+sin(3i))/2 with cov_type="HC0", and X[:, 1:]
    const offset = I.map((i) => i / 12);
    const counts = glm({ outcome: outcomes.poisson, columns, offset }, { family: "poisson" });
    close(counts.coefficients, [-1.096140823305918, 0.04016634895156385, 0.5876702529266592]);
    close(counts.standardErrors, [0.3257048354474088, 0.06170811262755323, 0.18682491601263768]);
    close(counts.fitted.subarray(0, 2), [0.5710579234689994, 0.9874548053758329]);
    const binary = glm(
      { outcome: outcomes.binomial, columns, offset: offset.map((value) => value - 1) },
      { family: "binomial" },
    );
    close(binary.coefficients, [-0.37666622410952055, 0.1830830246657154, 0.2868456529028164]);
    close([binary.deviance], [33.44266063271071]);
    const outcome = I.map((i) => (1 + Math.sin(3 * i)) / 2);
    const share = glm({ outcome, columns }, { family: "binomial", covariance: "HC0" });
    close(share.coefficients, [0.09081634902504565, -0.00136555655757198, -0.07428567631817008]);
    close(share.standardErrors, [0.5116320136388134, 0.11514799039201669, 0.30052542515953656]);
    close([share.deviance], [13.67857927383249]);
    assert.deepEqual(share.warnings, []);
    assert.match(glm({ outcome, columns }, { family: "binomial" }).warnings[0]!, /classical/);
    const through = glm(
      { outcome: outcomes.binomial, columns },
      { family: "binomial", intercept: false },
    );
    close(through.coefficients, [0.2195753099358866, -0.07698528277797369]);
    close(through.standardErrors, [0.16919210835998, 0.4591439100216745]);
  });

  test("with ridge is scikit-learn's LogisticRegression and Ridge", () => {
    // LogisticRegression(C=C, tol=1e-13, max_iter=100000).fit(x, y): intercept_, coef_; after StandardScaler, in the columns'
    // own units; with sample_weight=w and C=.5. Ridge(alpha=3, solver="cholesky").fit(x, y, sample_weight=w).
    const fit = (options: Omit<GlmOptions, "family">, given = {}) =>
      glm({ outcome: outcomes.binomial, columns, ...given }, { family: "binomial", ...options })
        .coefficients;
    const raw = { ridgeOn: "raw" } as const;
    close(
      fit({ ridge: 1, ...raw }),
      [-0.4102691582210385, 0.26267484375972994, 0.1239379658219534],
      1e-7,
    );
    close(
      fit({ ridge: 10, ...raw }),
      [-0.1813028303144718, 0.2001179316573888, 0.03511497453961616],
      1e-7,
    );
    close(fit({ ridge: 1 }), [-0.3492215883977001, 0.2264431430422628, 0.1475851122630661], 1e-7);
    close(
      fit({ ridge: 10 }),
      [0.04493782768277799, 0.09417582642188296, 0.06216321661320584],
      1e-7,
    );
    close(
      fit({ ridge: 2, ...raw }, { weights }),
      [-0.18231732253344438, 0.17925898850376099, 0.18634365565496785],
      1e-7,
    );
    const { coefficients } = glm(
      { outcome: outcomes.gaussian, columns, weights },
      { family: "gaussian", ridge: 3, ridgeOn: "raw" },
    );
    close(coefficients, [2.3291884095375064, 0.48360135476074134, -1.1198362032975397]);
  });

  test("with ridge by name keeps the others free", () => {
    const whole = glm(
      { outcome: outcomes.binomial, columns: { x1 } },
      { family: "binomial" },
    ).coefficients;
    const found = glm(
      { outcome: outcomes.binomial, columns },
      { family: "binomial", ridge: { x2: 1e9 } },
    ).coefficients;
    close(found, [...whole, 0], 1e-6);
  });

  test("solves a two by two table by hand", () => {
    // 1 of 4 without x, 4 of 6 with: the log odds are ln(1/3) and ln 2; variances 1/1 + 1/3, plus 1/4 + 1/2.
    const outcome = [1, 0, 0, 0, 1, 1, 1, 1, 0, 0];
    const found = glm(
      { outcome, columns: { x: outcome.map((_, i) => Number(i > 3)) } },
      { family: "binomial" },
    );
    close(found.coefficients, [Math.log(1 / 3), Math.log(6)], 1e-12);
    close(found.standardErrors, [Math.sqrt(4 / 3), Math.sqrt(4 / 3 + 3 / 4)], 1e-9);
    close(found.fitted, [...Array(4).fill(1 / 4), ...Array(6).fill(2 / 3)], 1e-12);
    close(
      [found.deviance],
      [-2 * (Math.log(1 / 4) + 3 * Math.log(3 / 4) + 4 * Math.log(2 / 3) + 2 * Math.log(1 / 3))],
      1e-12,
    );
    assert.deepEqual(found.names, ["intercept", "x"]);
    assert.equal(found.degreesOfFreedom, 8);
  });

  test("with whole weights equals repeated rows; weight 0 leaves a row out", () => {
    const times = I.map((i) => i % 3);
    const repeated = I.flatMap((_, k) => Array<number>(times[k]!).fill(k));
    for (const family of ["binomial", "poisson"] as const) {
      const pick = (values: readonly number[]) => repeated.map((k) => values[k]!);
      const outcome = [...outcomes[family]];
      const twice = glm(
        { outcome: pick(outcome), columns: { x1: pick(x1), x2: pick(x2) } },
        { family },
      );
      for (let k = 0; k < 24; k++) if (times[k] === 0) outcome[k] = Number.NaN;
      const once = glm({ outcome, columns, weights: times }, { family });
      close(once.coefficients, twice.coefficients);
      close(once.standardErrors, twice.standardErrors);
      close([once.deviance], [twice.deviance]);
      assert.equal(once.rows, 16);
      assert.equal(once.fitted.length, 24);
      assert.ok(once.fitted.every(Number.isFinite));
    }
  });

  test("does not depend on the columns' units and places, or the outcome's side", () => {
    const plain = glm({ outcome: outcomes.binomial, columns, cluster }, { family: "binomial" });
    const moved = glm(
      {
        outcome: outcomes.binomial.map((y) => 1 - y),
        columns: { x1: x1.map((x) => 1e6 + x / 100), x2: x2.map((x) => 1e-4 * x) },
        cluster,
      },
      { family: "binomial" },
    );
    close(
      moved.fitted,
      plain.fitted.map((p) => 1 - p),
      1e-7,
    );
    close(
      [-moved.coefficients[1]! / 100, -moved.coefficients[2]! / 1e4],
      plain.coefficients.subarray(1),
      1e-7,
    );
    close(moved.pValues.subarray(1), plain.pValues.subarray(1), 1e-6);
  });

  test("has fitted values that are predicted, and sum to the outcomes", () => {
    const found = glm({ outcome: outcomes.poisson, columns }, { family: "poisson" });
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    close([sum(found.fitted)], [sum(outcomes.poisson)], 1e-8);
    close(found.predict({ x2, x1, other: [] }), found.fitted, 1e-14);
    const offset = I.map(() => Math.log(2));
    close(
      found.predict(columns, { offset }),
      found.fitted.map((mu) => 2 * mu),
      1e-12,
    );
    close(found.predict(columns, { scale: "link" }), found.fitted.map(Math.log), 1e-12);
    assert.throws(() => found.predict({ x1 }), /no column x2/);
    assert.throws(() => found.predict({ x1, x2: [Number.NaN, ...x2.slice(1)] }), /x2, row 0: NaN/);
  });

  test("finds the truth in many rows, where it starts from a share of them", () => {
    const stream = random(11);
    const n = 60_000;
    const a = Float64Array.from({ length: n }, () => stream.normal());
    const b = a.map((value) => 0.9 * value + 0.4 * stream.normal());
    const rare = a.map(() => Number(stream.bernoulli(2e-4)));
    const outcome = a.map((value, i) =>
      Number(stream.bernoulli(1 / (1 + Math.exp(1 - value + 0.5 * b[i]!)))),
    );
    const whole = glm({ outcome, columns: { a, b, rare } }, { family: "binomial" });
    for (const [k, truth] of [-1, 1, -0.5, 0].entries()) {
      const far = Math.abs(whole.coefficients[k]! - truth);
      assert.ok(far < 4 * whole.standardErrors[k]!, `${whole.names[k]}: ${far}`);
    }
    // The score is 0 there: no step is left.
    for (const column of [a, b, rare]) {
      const score = column.reduce((s, x, i) => s + x * (outcome[i]! - whole.fitted[i]!), 0);
      assert.ok(Math.abs(score) < 1e-5, `${score}`);
    }
  });

  test("CR2 intervals cover the truth with eight clusters where CR1 with the normal does not", () => {
    const stream = random(23);
    const clusters = Array.from({ length: 80 }, (_, i) => Math.floor(i / 10));
    const covered = { CR2: 0, cluster: 0 };
    for (let run = 0; run < 600; run++) {
      const level = Array.from({ length: 8 }, () => stream.normal());
      // A regressor of whole clusters, two of eight: where few clusters hurt most.
      const x = clusters.map((g) => Number(g < 2));
      const outcome = clusters.map((g) => level[g]! + stream.normal());
      for (const covariance of ["CR2", "cluster"] as const) {
        const { lower, upper } = glm(
          { outcome, columns: { x }, cluster: clusters },
          { family: "gaussian", covariance, reference: covariance === "CR2" ? "t" : "normal" },
        );
        if (lower[1]! <= 0 && upper[1]! >= 0) covered[covariance]++;
      }
    }
    assert.ok(covered.CR2 >= 0.92 * 600, `CR2: ${covered.CR2}`);
    assert.ok(covered.cluster <= 0.88 * 600, `CR1: ${covered.cluster}`);
  });
});

describe("what a generalized linear model cannot fit", () => {
  const binomial = { family: "binomial" } as const;

  test("complete separation is named, and nothing is NaN", () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8];
    const noise = [3, 1, 2, 3, 1, 2, 2, 3];
    const outcome = x.map((value) => Number(value > 4));
    const found = glm({ outcome, columns: { x, noise } }, binomial);
    assert.equal(found.separation?.complete, true);
    assert.equal(found.separation?.rows, 8);
    assert.match(found.warnings[0]!, /^complete separation: x/);
    for (const values of [found.coefficients, found.standardErrors, found.pValues, found.fitted]) {
      assert.ok(values.every(Number.isFinite));
    }
    assert.deepEqual(Array.from(found.fitted, Math.round), outcome);
    const penalized = glm({ outcome, columns: { x, noise } }, { ...binomial, ridge: 1 });
    assert.deepEqual([penalized.separation, penalized.warnings], [null, []]);
  });

  test("quasi-complete separation names the column alone", () => {
    // Whoever has `always` has outcome 1; x alone separates nothing.
    const always = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
    const x = [1, 2, 3, 4, 5, 6, 7, 1, 4, 7];
    const outcome = [0, 1, 0, 1, 0, 1, 0, 1, 1, 1];
    const found = glm({ outcome, columns: { x, always } }, binomial);
    assert.deepEqual(found.separation, { complete: false, rows: 3, names: ["always"] });
    assert.match(found.warnings[0]!, /quasi-complete separation: always separates .* 3 rows/);
    // The other coefficient is that of the rows without.
    const others = glm({ outcome: outcome.slice(0, 7), columns: { x: x.slice(0, 7) } }, binomial);
    close(found.coefficients.subarray(0, 2), others.coefficients, 1e-5);
  });

  test("counts are separated by a column whose rows are all 0", () => {
    const none = [0, 0, 0, 0, 1, 1];
    const outcome = [1, 3, 0, 2, 0, 0];
    const found = glm({ outcome, columns: { none } }, { family: "poisson" });
    assert.deepEqual(found.separation?.names, ["none"]);
    close([found.fitted[0]!], [1.5], 1e-6);
  });

  test("a strong but overlapping column is no separation", () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    const outcome = x.map((value) => Number(value === 19 || value > 20));
    const found = glm({ outcome, columns: { x } }, binomial);
    assert.equal(found.separation, null);
    assert.ok(found.converged);
  });

  test("collinear and constant columns are named, or left out", () => {
    const sum = x1.map((value, k) => 3 * value - x2[k]! + 4);
    const seven = I.map(() => 7);
    const run = (collinear: "error" | "drop", ridge = 0) =>
      glm(
        { outcome: outcomes.binomial, columns: { x1, seven, x2, sum } },
        { ...binomial, collinear, ridge },
      );
    assert.throws(() => run("error"), /seven, sum: .*the other columns \(intercept, x1, x2\)/);
    const dropped = run("drop");
    assert.deepEqual(dropped.leftOut, ["seven", "sum"]);
    close(dropped.coefficients, PLAIN.binomial.coefficients);
    // With a penalty only the constant one is.
    assert.deepEqual(run("drop", 0.1).leftOut, ["seven"]);
  });

  test("too few iterations are a warning", () => {
    const found = glm({ outcome: outcomes.binomial, columns }, { ...binomial, maxIterations: 1 });
    assert.equal(found.converged, false);
    assert.match(found.warnings[0]!, /no convergence after 1 iteration/);
  });

  test("probabilities at 0 or 1 are counted", () => {
    const offset = I.map((i) => (i === 1 ? 40 : 0));
    const outcome = [1, ...outcomes.binomial.slice(1)];
    const found = glm({ outcome, columns, offset }, binomial);
    assert.ok(found.warnings.some((line) => /1 of 24 fitted probabilities are 0 or 1/.test(line)));
  });

  test("outcomes that are all the same are said", () => {
    const ones = I.map(() => 1);
    assert.throws(() => glm({ outcome: ones, columns }, binomial), /All outcomes are 1/);
    assert.throws(
      () => glm({ outcome: I.map(() => 0), columns }, { family: "poisson" }),
      /All outcomes are 0/,
    );
    const flat = glm({ outcome: ones, columns }, { family: "gaussian" });
    assert.ok(flat.warnings.includes("all outcomes are 1"));
    for (const values of [flat.standardErrors, flat.pValues, flat.lower]) {
      assert.ok(values.every((value) => !Number.isNaN(value)));
    }
    const through = glm(
      { outcome: [1, 1, 1], columns: { x: [-1, 1, 2] } },
      { ...binomial, intercept: false },
    );
    assert.ok(through.converged);
  });

  test("says what is wrong", () => {
    const run =
      (change: object, options: object = {}) =>
      () =>
        glm({ outcome: outcomes.binomial, columns, ...change }, { ...binomial, ...options });
    assert.throws(run({}, { robust: true }), /glm has no option robust. It has family, ridge/);
    assert.throws(run({}, { family: "gamma" }), /family is one of .*, not gamma/);
    assert.throws(run({}, { covariance: "HC4" }), /covariance is one of .*, not HC4/);
    assert.throws(run({}, { covariance: "cluster" }), /need clusters/);
    assert.throws(run({ cluster }, { covariance: "CR2", ridge: 1 }), /CR2 is for fits without/);
    assert.throws(run({}, { ridge: -1 }), /0 or more, not -1/);
    assert.throws(run({}, { ridge: { x3: 1 } }), /ridge names x3, but the columns are x1, x2/);
    assert.throws(run({}, { level: 95 }), /level is between 0 and 1/);
    assert.throws(run({ outcome: I }), /outcome, row 1: 2. A binomial outcome is between 0 and 1/);
    assert.throws(run({ outcome: I.map((i) => -i) }, { family: "poisson" }), /0 or more/);
    assert.throws(run({ columns: { x1: [1] } }), /x1 has 1 values, not 24/);
    assert.throws(run({ columns: { x1: [Number.NaN, ...x1.slice(1)] } }), /x1, row 0: NaN/);
    assert.throws(run({ weights: I.map((i) => i - 2) }), /Row 0: a weight is 0 or more, not -1/);
    assert.throws(run({ columns: { intercept: x1 } }), /column is called intercept/);
    assert.throws(
      run({ weights: I.map((i) => Number(i < 3)) }, { family: "gaussian" }),
      /need more than 2 rows/,
    );
    assert.throws(run({ cluster: I.map(() => 1) }), /at least two clusters/);
  });
});
