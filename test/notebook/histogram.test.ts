import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { binned, histogram } from "../../lib/notebook/histogram";

const near = (actual: readonly number[], expected: readonly number[]) => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= 1e-9 * Math.abs(expected[i]!), `${actual}`);
  });
};

describe("binned", () => {
  it("makes bins of equal width on a logarithmic axis", () => {
    // Three decades in three bins: edges at the powers of ten.
    const bins = binned([1, 5, 9.5, 10, 99.9, 100, 500, 1000], { logX: true, bins: 3 });
    near(bins.edges, [1, 10, 100, 1000]);
    // 10 and 100 open their bins, 1000 closes the last one.
    assert.deepEqual(bins.counts, [3, 2, 3]);
  });

  it("makes bins of equal width on a linear axis, the last one closed", () => {
    const bins = binned([0, 0.25, 0.5, 0.99, 1], { bins: 4 });
    near(bins.edges.slice(1), [0.25, 0.5, 0.75, 1]);
    assert.deepEqual(bins.counts, [1, 1, 1, 2]);
  });

  it("counts what a logarithmic axis cannot show, and what is missing", () => {
    const bins = binned([0, -1, 1, 10, Number.NaN, Number.POSITIVE_INFINITY], {
      logX: true,
      bins: 1,
    });
    assert.equal(bins.notPositive, 2);
    assert.equal(bins.missing, 2);
    assert.deepEqual(bins.counts, [2]);
  });

  it("leaves no bin between whole numbers empty for want of one", () => {
    // 1 to 8 in 8 log bins would put an empty bin between 1 and 2. Five bins are the most without
    // one: edges 8^(i/5) = 1, 1.52, 2.30, 3.48, 5.28, 8.
    const values = [1, 1, 2, 3, 4, 5, 6, 7, 8];
    const bins = binned(values, { logX: true, bins: 8 });
    near(
      bins.edges,
      [0, 1, 2, 3, 4, 5].map((i) => 8 ** (i / 5)),
    );
    assert.deepEqual(bins.counts, [2, 1, 1, 2, 3]);
  });

  it("never gives a bin fewer whole numbers than the one before", () => {
    // 20 to 4165 in 60 bins would hold 2, 2, 3, 2, 3 ... numbers: one each of them makes exactly that picture.
    const all = Array.from({ length: 4146 }, (_, i) => i + 20);
    const { counts, edges } = binned(all, { logX: true, bins: 60 });
    assert.equal(counts.length, 47);
    assert.deepEqual(counts.slice(0, 8), [3, 3, 3, 3, 4, 4, 5, 5]);
    counts.forEach((count, i) => {
      if (i > 0) assert.ok(count >= counts[i - 1]!);
    });
    const ratios = edges.slice(1).map((edge, i) => edge / edges[i]!);
    near(
      ratios,
      ratios.map(() => (4165 / 20) ** (1 / 47)),
    );
  });

  it("gives every linear bin equally many whole numbers", () => {
    // 0 to 9 in at most 4 bins: three numbers each, edges halfway between numbers.
    const bins = binned([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { bins: 4 });
    assert.deepEqual(bins.edges, [-0.5, 2.5, 5.5, 8.5, 11.5]);
    assert.deepEqual(bins.counts, [3, 3, 3, 1]);
  });

  it("puts equal values into one bin", () => {
    assert.deepEqual(binned([7, 7, 7]).counts, [3]);
    assert.deepEqual(binned([0.3, 0.3], { logX: true }).counts, [2]);
  });

  it("takes typed arrays", () => {
    assert.deepEqual(binned(Int32Array.from([1, 2, 2]), { bins: 2 }).counts, [1, 2]);
  });

  it("says what is wrong", () => {
    assert.throws(() => binned([]), /at least one number/);
    assert.throws(
      () => binned([0, -2], { logX: true }),
      /positive number: 2 values are 0 or below/,
    );
    assert.throws(() => binned([1], { bins: 0 }), /bins is a whole number from 1 to 5000, not 0/);
    assert.throws(() => binned([1], { bins: 2.5 }), /not 2\.5/);
  });

  it("counts every value once, in bins that ascend", () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      fc.integer({ min: -50, max: 5000 }),
      fc.constant(Number.NaN),
    );
    fc.assert(
      fc.property(
        fc.array(value),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        (values, bins, logX) => {
          fc.pre(values.some((v) => (logX ? v > 0 : Number.isFinite(v))));
          const found = binned(values, { bins, logX });
          const total = found.counts.reduce((sum, count) => sum + count, 0);
          assert.equal(total + found.missing + found.notPositive, values.length);
          assert.equal(found.edges.length, found.counts.length + 1);
          assert.ok(found.counts.length <= bins);
          for (let i = 1; i < found.edges.length; i++) {
            assert.ok(found.edges[i]! >= found.edges[i - 1]!);
          }
        },
      ),
    );
  });
});

describe("histogram", () => {
  const figure = histogram([0, 1, 1, 2, 30], {
    logX: true,
    bins: 20,
    title: "Ratings per user",
    xTitle: "Ratings, log scale",
    yTitle: "Users",
    color: "green",
  });
  const trace = figure.data[0] as unknown as {
    x: number[];
    y: number[];
    width: number[];
    hovertext: string[];
  };

  it("draws each bar from its lower to its upper edge", () => {
    const { edges } = binned([1, 1, 2, 30], { logX: true, bins: 20 });
    near(
      trace.x.map((x, i) => x - trace.width[i]! / 2).map((x) => Math.round(x * 1e4)),
      edges.slice(0, -1).map((x) => Math.round(x * 1e4)),
    );
  });

  it("says the range of a bar when asked", () => {
    assert.equal(trace.hovertext[0], "1: 2");
    assert.match(trace.hovertext[trace.hovertext.length - 1]!, /^\d+ to 30: 1$/);
  });

  it("says what it leaves out", () => {
    const notes = figure.layout.annotations as { text: string }[];
    assert.deepEqual(
      notes.map(({ text }) => text),
      ["off the log axis (0 or below): 1"],
    );
  });
});
