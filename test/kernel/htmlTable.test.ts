import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCell, type TableData, tableHtml, tableText } from "../../lib/kernel/htmlTable";

const table = (rows: readonly (readonly unknown[])[], names: readonly string[]): TableData => ({
  columns: names.map((name) => ({ name })),
  rowCount: rows.length,
  cell: (row, column) => rows[row][column],
});

test("cells: integers grouped, four decimals, dates, nothing, not a number", () => {
  const expected: [unknown, string][] = [
    [0, "0"],
    [-1234567, "-1,234,567"],
    [12345.678901, "12,345.6789"],
    [0.00001234, "1.2340e-5"],
    [1e21, "1.0000e+21"],
    [Number.NaN, "\u2013"],
    [Number.NEGATIVE_INFINITY, "-\u221e"],
    [12345678901234567890n, "12,345,678,901,234,567,890"],
    [null, ""],
    [undefined, ""],
    [true, "true"],
    [new Date(Date.UTC(2020, 1, 3, 4, 5, 6)), "2020-02-03 04:05:06"],
    [new Date(Number.NaN), "\u2013"],
    [["Drama", "War"], "Drama, War"],
    [new Float32Array([1, 0.5]), "1, 0.5000"],
    [{ a: 1 }, '{"a":1}'],
  ];
  for (const [value, text] of expected) assert.equal(formatCell(value), text);
});

test("text from data never becomes markup", () => {
  const html = tableHtml({
    ...table([['<script>alert("1")</script>']], ["a&b"]),
    columns: [{ name: "a&b", dtype: '"x"' }],
    label: () => "<i>",
    caption: "<b>",
  });
  assert.doesNotMatch(html, /<script|<i>|<b>|a&b|""x""/);
  assert.match(html, /&lt;script&gt;alert\(&quot;1&quot;\)/);
});

test("numbers stand on the right, also in a column with gaps, text on the left", () => {
  const html = tableHtml(
    table(
      [
        [1, "a", null],
        [null, "b", null],
      ],
      ["n", "s", "empty"],
    ),
  );
  assert.match(html, /<th style="text-align:right">n</);
  assert.match(html, /<th style="text-align:left">s</);
  assert.match(html, /<th style="text-align:left">empty</);
});

test("of many rows and columns the first and the last are shown, with the whole size", () => {
  const rows = Array.from({ length: 1000 }, (_, row) =>
    Array.from({ length: 50 }, (_, c) => row * 100 + c),
  );
  const names = Array.from({ length: 50 }, (_, c) => `c${c}`);
  let asked = 0;
  const counted = {
    ...table(rows, names),
    cell: (row: number, column: number) => {
      asked += 1;
      return rows[row][column];
    },
  };
  const html = tableHtml(counted, { rows: 4, columns: 4 });
  assert.equal(html.match(/<tr>/g)?.length, 1 + 5);
  assert.match(html, />c0<.*>c1<.*>c48<.*>c49</);
  assert.match(html, />99,949</);
  assert.match(html, /1,000 rows \u00d7 50 columns/);
  assert.ok(asked < 100, `${asked} cells were read`);
  assert.equal(
    tableText(table(rows, names), { rows: 2, columns: 2 }),
    "    c0  \u2026     c49\n     0  \u2026      49\n     \u2026  \u2026       \u2026\n99,900  \u2026  99,949\n1,000 rows \u00d7 50 columns",
  );
});

test("a long cell is cut and shows whole when the pointer rests on it; a line break does not break the text", () => {
  const long = "x".repeat(300);
  const html = tableHtml(table([[long]], ["a"]), { characters: 10 });
  assert.match(html, new RegExp(`title="${long}">x{9}\u2026<`));
  assert.equal(tableText(table([["a\nb"]], ["t"])), "t\na b");
});

test("an empty table has its head", () => {
  assert.match(tableHtml(table([], ["a"])), /<th[^>]*>a<\/th>/);
  assert.equal(tableText(table([], ["a", "b"])), "a  b");
});
