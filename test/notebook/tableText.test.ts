import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tableOf } from "../../lib/notebook/table";
import { readableTable } from "../../lib/notebook/tableText";

describe("a table as text", () => {
  it("aligns columns and writes a column's numbers alike", () => {
    const table = tableOf([
      { rating: 0.5, count: 525132, share: 0.0164103, movieId: 4993, note: "low" },
      { rating: 5, count: 12, share: null, movieId: 318, note: null },
    ]);
    assert.equal(
      readableTable(table, 60).plain,
      [
        "rating    count   share  movieId  note",
        "   0.5  525,132  0.0164     4993  low",
        "   5.0       12              318",
      ].join("\n"),
    );
  });

  it("writes each value of a list of metrics by itself", () => {
    const table = tableOf([
      { metric: "users", value: 4018 },
      { metric: "rate", value: 0.9596 },
      { metric: "first", value: new Date("1995-01-09T11:46:44Z") },
    ]);
    assert.deepEqual(
      readableTable(table, 60)
        .plain.split("\n")
        .map((line) => line.split(/ {2,}/).pop()),
      ["value", "4,018", "0.9596", "1995-01-09 11:46:44"],
    );
  });

  it("shows the first rows only", () => {
    const table = tableOf([{ a: 1 }, { a: 2 }, { a: 3 }]);
    assert.equal(readableTable(table, 2).plain, "a\n1\n2");
  });
});

describe("a table as HTML", () => {
  it("shows text as it is and numbers at the right", () => {
    const html = readableTable(tableOf([{ title: '<b>&"x"</b>', n: 1000 }]), 60).html;
    assert.ok(
      html.includes(
        '<td style="text-align:left;white-space:nowrap">&lt;b&gt;&amp;&quot;x&quot;&lt;/b&gt;</td>',
      ),
    );
    assert.ok(html.includes('<td style="text-align:right;white-space:nowrap">1,000</td>'));
  });

  it("shortens long text", () => {
    const html = readableTable(tableOf([{ title: "x".repeat(100) }]), 60).html;
    assert.match(html, /<td[^>]* title="x{100}">x{59}…<\/td>/);
  });
});
