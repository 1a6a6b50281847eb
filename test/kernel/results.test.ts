import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type KernelClient, outputsOf, resultOf, startKernel, textOf } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await startKernel();
});
after(() => kernel.stop());

const ok = async (code: string) => {
  const outcome = await kernel.run(code);
  assert.equal(outcome.reply.content.status, "ok", JSON.stringify(outcome.reply.content));
  return outcome;
};

test("the last expression is an execute_result, undefined shows nothing", async () => {
  const outcome = await ok("const a = 20;\na + 22");
  assert.equal(resultOf(outcome), "42");
  const [result] = outputsOf(outcome, "execute_result");
  assert.equal(result.execution_count, outcome.reply.content.execution_count);
  assert.deepEqual(result.metadata, {});
  assert.equal(outputsOf(await ok("undefined"), "execute_result").length, 0);
  assert.equal(resultOf(await ok("null")), "null");
  assert.equal(outputsOf(await ok("let b = 3"), "execute_result").length, 0);
});

test("an array of records is a table with its text twin", async () => {
  const outcome = await ok('[{ name: "a<b", n: 1234567 }, { name: null, n: 0.5 }]');
  const [{ data }] = outputsOf(outcome, "execute_result");
  assert.match(data["text/html"], /a&lt;b/);
  assert.match(data["text/html"], /text-align:right[^>]*>1,234,567</);
  assert.equal(data["text/plain"], "name          n\na<b   1,234,567\n         0.5000");
});

test("an estimate, and a list of them, is a small table", async () => {
  const one =
    '{ estimand: "ATE", value: 1.25, interval: { lower: 1, upper: 1.5 }, warnings: ["few"] }';
  const single = outputsOf(await ok(`(${one})`), "execute_result")[0].data;
  assert.equal(
    single["text/plain"],
    "estimand   value  interval.lower  interval.upper  warnings\nATE       1.2500               1          1.5000  few",
  );
  const list = outputsOf(await ok(`[${one}, ${one}]`), "execute_result")[0].data;
  assert.equal(list["text/html"].match(/<tr>/g).length, 3);
});

test("an Arrow table is a table", async () => {
  const outcome = await ok(
    'import { tableFromArrays } from "apache-arrow";\ntableFromArrays({ x: new Float64Array([1.5, 2]), s: ["p", "q"] })',
  );
  const [{ data }] = outputsOf(outcome, "execute_result");
  assert.match(data["text/html"], /title="Float64">x</);
  assert.equal(data["text/plain"], "     x  s\n1.5000  p\n     2  q");
});

test("a danfo DataFrame is a table with its index", async () => {
  const outcome = await ok(
    'import { DataFrame } from "danfojs-node";\nnew DataFrame([{ a: 1, b: "u" }, { a: 2, b: "v" }])',
  );
  const [{ data }] = outputsOf(outcome, "execute_result");
  assert.match(data["text/html"], /<table/);
  assert.match(data["text/html"], /title="int32">a</);
  assert.equal(data["text/plain"], "   a  b\n0  1  u\n1  2  v");
});

test("a tensor shows shape, type and a corner", async () => {
  const outcome = await ok(
    'import { tensor2d } from "@tensorflow/tfjs";\ntensor2d([[1, 2, 3], [4, 5, 6]])',
  );
  const [{ data }] = outputsOf(outcome, "execute_result");
  assert.match(data["text/plain"], /Tensor \[2, 3\] float32/);
  assert.match(data["text/plain"], /4 +5 +6/);
});

test("an object that displays itself gives its own bundle; typed arrays arrive as lists", async () => {
  const outcome = await ok(
    `({ [Symbol.for("Jupyter.display")]: async () => ({
        "application/vnd.plotly.v1+json": { data: [{ x: new Float64Array([1, 2.5]), n: 3n }] },
        "image/png": new Uint8Array([1, 2, 3]),
      }) })`,
  );
  const [{ data }] = outputsOf(outcome, "execute_result");
  assert.deepEqual(data["application/vnd.plotly.v1+json"], { data: [{ x: [1, 2.5], n: 3 }] });
  assert.equal(data["image/png"], "AQID");
  assert.equal(typeof data["text/plain"], "string");
});

test("promises and errors are shown without what the kernel adds", async () => {
  assert.equal(resultOf(await ok("Promise.resolve(5)")), "Promise { 5 }");
  assert.equal(
    textOf(await ok("console.log([new Promise(() => {})])"), "stdout"),
    "[ Promise { <pending> } ]\n",
  );
  const shown = resultOf(await ok("const f = () => new Error('shown');\nf()"));
  assert.match(
    shown ?? "",
    /^Error: shown\n {4}at f \(Cell \[\d+\]:1:17\)\n {4}at Cell \[\d+\]:2:\d+$/,
  );
});

test("show displays anywhere in a cell, several times, and updates in place", async () => {
  const outcome = await ok(
    `import { show } from "./lib/kernel";
     show(1); for (const n of [2, 3]) show({ n });
     const shown = show("first"); shown.update("second");
     const slow = { [Symbol.for("Jupyter.display")]: () => new Promise((r) => setTimeout(() => r({ "text/plain": "slow" }), 50)) };
     show(slow).update("after"); undefined`,
  );
  const texts = outcome.published
    .filter(({ type }) => type === "display_data" || type === "update_display_data")
    .map(({ type, content }) => [type, content.data["text/plain"]]);
  assert.deepEqual(texts, [
    ["display_data", "1"],
    ["display_data", "{ n: 2 }"],
    ["display_data", "{ n: 3 }"],
    ["display_data", "'first'"],
    ["update_display_data", "'second'"],
    ["display_data", "slow"],
    ["update_display_data", "'after'"],
  ]);
  const ids = outcome.published
    .filter(({ type }) => type.endsWith("display_data"))
    .map(({ content }) => content.transient.display_id);
  assert.equal(ids[3], ids[4]);
  assert.equal(new Set(ids).size, 5);
});

test("text goes to stdout and stderr in the order it was written", async () => {
  const outcome = await ok('console.log("one"); console.error("two"); console.log("three")');
  assert.equal(textOf(outcome, "stdout"), "one\nthree\n");
  assert.equal(textOf(outcome, "stderr"), "two\n");
  const order = outputsOf(outcome, "stream").map(({ name }) => name);
  assert.deepEqual(order, ["stdout", "stderr", "stdout"]);
});

test("a progress bar is updated in place and stays", async () => {
  const outcome = await ok(
    `import { progress } from "./lib/kernel";
     const outer = progress("outer", 2);
     for (let i = 1; i <= 2; i++) {
       const inner = progress("inner", 30);
       for (let j = 0; j <= 30; j++) { inner.update(j); await new Promise((r) => setTimeout(r, 10)); }
       inner.finish(); outer.update(i);
     }
     outer.finish("all done");`,
  );
  const shown = outputsOf(outcome, "display_data");
  assert.equal(shown.length, 3, "one output for each bar");
  const updates = outputsOf(outcome, "update_display_data");
  const last = new Map(updates.map((content) => [content.transient.display_id, content.data]));
  assert.equal(last.size, 3);
  for (const data of last.values()) {
    assert.match(data["text/plain"], /100%.*done in/);
    assert.match(data["text/html"], /width:100\.0%/);
  }
  assert.ok(updates.length <= 14, `${updates.length} updates in about 0.7 s`);
  const outer = last.get(shown[0].transient.display_id);
  assert.match(outer["text/plain"], /^outer: 100%.*all done$/);
});

test("notebooks written for tslab display through tslab's own functions", async () => {
  const outcome = await ok(
    'import * as tslab from "tslab";\ntslab.display.html("<b>x</b>");\nconst d = tslab.newDisplay(); d.text("1"); d.text("2");',
  );
  assert.deepEqual(outputsOf(outcome, "display_data")[0].data, { "text/html": "<b>x</b>" });
  assert.equal(outputsOf(outcome, "update_display_data")[0].data["text/plain"], "2");
});
