import assert from "node:assert/strict";
import { test } from "node:test";
import { csvBytes } from "../../../lib/loaders/synthetic/csvBytes";

test("whole numbers are written as their digits", () => {
  const numbers = [0, 1, 9, 10, 99, 100, 12_345, 1_697_164_147, 2 ** 31, 2 ** 53 - 1];
  const csv = csvBytes(1_000, "\n");
  for (const value of numbers) {
    csv.integer(value);
    csv.endRow();
  }
  assert.equal(csv.take().toString(), numbers.map((value) => `${value}\n`).join(""));
});

test("text is quoted where CSV needs it, and stays UTF-8", () => {
  const csv = csvBytes(1_000, "\r\n");
  for (const value of ["plain", "a, b", 'say "x"', "日本 é", "two\nlines", " blanks ", ""]) {
    csv.text(value);
    csv.comma();
  }
  csv.ascii("4.5");
  csv.endRow();
  assert.equal(
    csv.take().toString(),
    'plain,"a, b","say ""x""",日本 é,"two\nlines", blanks ,,4.5\r\n',
  );
});

test("chunks: full when the size is reached, empty after taking, larger than the chunk when it must be", () => {
  const csv = csvBytes(16, "\n");
  csv.ascii("0123456789");
  assert.equal(csv.isFull(), false);
  csv.ascii("0123456789");
  assert.equal(csv.isFull(), true);
  assert.equal(csv.take().length, 20);
  assert.equal(csv.take().length, 0);
  const long = "x".repeat(50_000);
  csv.text(long);
  csv.ascii(long);
  assert.equal(csv.take().toString(), long + long);
});
