import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  APART,
  type DesignResult,
  designStudy,
  globalEffect,
  marketOf,
  REACHES,
  type Runner,
} from "../../../lib/causal/spillover";
import { parallelMap } from "../../../lib/stats/parallel";
import { assertFinite } from "./fixture";
import { twelveItemSlates } from "./studySlates";

const slates = twelveItemSlates(2, 300);
const inThreads =
  (threads: number): Runner =>
  (work) =>
    parallelMap({ ...work, threads });

describe("the study of designs", () => {
  test("has the same rows whatever the number of threads", async () => {
    const of = (run: Runner) => designStudy(slates, { seed: 3, replications: 6, run });
    const one = await of(inThreads(1));
    assert.deepEqual(await of(inThreads(2)), one);
    assert.deepEqual(
      [...new Set(one.map(({ world }) => world))],
      REACHES.map(({ name }) => name),
    );
    assertFinite(one);
    const other = await designStudy(slates, { seed: 4, replications: 6, reaches: [APART] });
    assert.notEqual(other[0]!.mean_estimate, one[0]!.mean_estimate);
  });

  test("numbers of a row belong together", async () => {
    const rows = await designStudy(slates, {
      seed: 5,
      replications: 8,
      reaches: [APART],
      items: 2,
    });
    const truth = globalEffect(marketOf(slates, { seed: 5, items: 2 }), APART);
    for (const row of rows) {
      assert.equal(row.global_effect, truth);
      assert.ok(Math.abs(row.bias! - (row.mean_estimate! - truth)) < 1e-12);
      assert.ok(Math.abs(row.relative_bias! - row.bias! / Math.abs(truth)) < 1e-12);
      assert.ok(Math.abs(row.bias_error! - row.standard_deviation! / Math.sqrt(8)) < 1e-12);
      const variance = (row.standard_deviation! ** 2 * 7) / 8;
      assert.ok(Math.abs(row.root_mean_square_error! ** 2 - row.bias! ** 2 - variance) < 1e-12);
      assert.equal(row.replications, 8);
    }
  });

  test("says null where a design never leaves anything to compare", async () => {
    // One of two days is on: no day follows one of its own arm.
    const rows = await designStudy(slates, { seed: 5, replications: 4, reaches: [APART], days: 2 });
    const settled = rows.find(({ estimator }) => estimator === "difference on settled days")!;
    assert.equal(settled.replications, 0);
    assert.equal(settled.mean_estimate, null);
    assert.equal(settled.bias, null);
    assert.equal(settled.root_mean_square_error, null);
    assertFinite(rows);
  });

  test("needs two replications and a world in range", async () => {
    await assert.rejects(
      designStudy(slates, { seed: 1, replications: 1 }),
      /2 replications or more/,
    );
    const reaches = [{ ...APART, budget: 2 }];
    await assert.rejects(
      designStudy(slates, { seed: 1, replications: 2, reaches }),
      /budget \(2\)/,
    );
  });
});

describe("over 400 replications", () => {
  const rows = designStudy(slates, { seed: 11, replications: 400 });
  const find = async (world: string, design: string, estimator: string): Promise<DesignResult> => {
    const row = (await rows).find(
      (one) => one.world === world && one.design === design && one.estimator === estimator,
    );
    assert.ok(row, `${world}, ${design}, ${estimator}`);
    return row;
  };
  const naive = "slates, a coin each";

  test("slate designs are unbiased where slates are apart, the test over items is not", async () => {
    const apart = (await rows).filter(({ world }) => world === APART.name);
    for (const row of apart.filter(({ design }) => !design.startsWith("items"))) {
      const errors = row.bias! / row.bias_error!;
      assert.ok(Math.abs(errors) < 4, `${row.design}, ${row.estimator}: ${errors} errors`);
    }
    const items = await find(APART.name, "items, a coin each", "item difference x items");
    assert.ok(items.bias! > 20 * items.bias_error!, "it takes no loss of the neighbours");
    assert.ok(items.mean_estimate! > 0 && items.global_effect < 0, "its sign is wrong");
    const exposed = await find(APART.name, "items, a coin each", "Horvitz-Thompson");
    assert.ok(Math.abs(exposed.bias!) < 4 * exposed.bias_error!);
  });

  test("each design repairs its own world", async () => {
    const repairs = [
      ["user groups", "user groups", "difference in means"],
      ["carry-over", "switchback over days", "difference on settled days"],
      ["shared budget", "budget split", "difference in means"],
    ] as const;
    for (const [world, design, estimator] of repairs) {
      const broken = await find(world, naive, "difference in means");
      const repaired = await find(world, design, estimator);
      assert.ok(Math.abs(broken.bias!) > 10 * broken.bias_error!, `${world} breaks the coin`);
      // The first of 30 days has no day before it: what is settled misses 1 / 30 of the carry-over.
      const known = world === "carry-over" ? Math.abs(broken.bias!) / 30 : 0;
      assert.ok(
        Math.abs(repaired.bias!) < 4 * repaired.bias_error! + known,
        `${world}, ${design}: ${repaired.bias} with error ${repaired.bias_error}`,
      );
      assert.ok(Math.abs(repaired.bias!) < Math.abs(broken.bias!) / 4, `${world} is repaired`);
    }
  });

  test("two stages take away part of the bias of user groups", async () => {
    const coin = await find("user groups", naive, "difference in means");
    const stages = "user groups, 10 % or 90 % of slates";
    const both = await find("user groups", stages, "difference in means");
    const total = await find("user groups", stages, "two-stage total effect");
    assert.ok(total.bias! < both.bias! && both.bias! < coin.bias!);
    assert.ok(total.bias! > 4 * total.bias_error!, "10 % and 90 % are not 0 and 100 %");
  });

  test("regression adjustment makes estimates less variable", async () => {
    const plain = await find(APART.name, "slates, exactly half", "difference in means");
    const lin = await find(APART.name, "slates, exactly half", "adjusted difference (Lin)");
    assert.ok(lin.standard_deviation! < plain.standard_deviation!);
  });
});
