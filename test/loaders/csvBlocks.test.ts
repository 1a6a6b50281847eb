import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { csvBlocks, readHeader } from "../../lib/loaders/csvBlocks";
import { CsvError } from "../../lib/loaders/csvSchema";
import { temporaryFolder } from "./zipFixture";

const place = temporaryFolder();
after(place.remove);

/** The bytes of a text in pieces of at most `size` bytes, and whether the reader let go of them. */
function pieces(content: string | Buffer, size = 7) {
  const bytes = Buffer.from(content);
  const state = { released: false };
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    } finally {
      state.released = true;
    }
  }
  return { chunks: chunks(), state };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("readHeader", () => {
  test("takes the first row and hands on the rest, however the bytes come", async () => {
    for (const size of [1, 3, 8, 9, 10, 1000]) {
      const csv = await readHeader(pieces("a,b c,d\n1,2,3\n4,5,6", size).chunks, "x.csv");
      assert.deepEqual(csv.header, ["a", "b c", "d"]);
      assert.equal(csv.newline, "\n");
      assert.equal(await textOf(csv.body), "1,2,3\n4,5,6");
    }
  });

  test("knows CRLF, a byte order mark, quoted names and a header alone", async () => {
    for (const [text, header, newline, rest] of [
      ["a,b\r\n1,2\r\n", ["a", "b"], "\r\n", "1,2\r\n"],
      ["\uFEFFa,b\n1,2", ["a", "b"], "\n", "1,2"],
      ['"a ""x""","b,c"\n', ['a "x"', "b,c"], "\n", ""],
      ["a,b", ["a", "b"], "\n", ""],
    ] as const) {
      const csv = await readHeader(pieces(text, 1).chunks, "x.csv");
      assert.deepEqual(csv.header, header);
      assert.equal(csv.newline, newline);
      assert.equal(await textOf(csv.body), rest);
    }
  });

  test("says what is wrong with a file that has none, and lets go of it", async () => {
    await assert.rejects(readHeader(pieces("").chunks, "z.zip, entry x.csv"), (error: Error) => {
      return error instanceof CsvError && /z\.zip, entry x\.csv is empty/.test(error.message);
    });
    const endless = pieces(Buffer.alloc(200_000, 65), 10_000);
    await assert.rejects(readHeader(endless.chunks, "x.csv"), /not a CSV file/);
    assert.ok(endless.state.released);
  });

  test("lets go of a body that nobody reads", async () => {
    const source = pieces("a,b\n1,2\n", 2);
    const csv = await readHeader(source.chunks, "x.csv");
    assert.ok(!source.state.released);
    await csv.discard();
    assert.ok(source.state.released);
  });
});

describe("csvBlocks", () => {
  const field = fc.oneof(
    fc.constantFrom(
      "",
      "plain",
      'a "quote"',
      "comma,",
      "two\nlines",
      "crlf\r\n",
      '"',
      "東京",
      '""',
    ),
    fc.constantFrom('5" disk', 'x""y', 'say "hi', 'end"'),
    fc.string({ maxLength: 8 }),
  );
  /** Quoted where it must be; quotes inside a field that begins without one stay as they are. */
  const quoted = (text: string) =>
    /^"|[,\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

  test("cuts between rows only, and loses nothing", async () => {
    const body = fc.array(fc.tuple(field, field), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom("\n", "\r\n"),
        async (rows, pieceBytes, blockBytes, newline) => {
          const text = rows.map((row) => row.map(quoted).join(",") + newline).join("");
          const folder = mkdtempSync(join(place.folder, "cut-"));
          const blocks: string[] = [];
          for await (const block of csvBlocks(pieces(text, pieceBytes).chunks, {
            folder,
            blockBytes,
          })) {
            const content = readFileSync(block.file, "utf8");
            assert.equal(block.bytes, Buffer.byteLength(content));
            blocks.push(content);
          }
          assert.equal(blocks.join(""), text);
          const parsed = blocks.flatMap((block) =>
            parse(block, { record_delimiter: newline, relax_quotes: true }),
          );
          assert.deepEqual(parsed, rows);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("an empty body gives one empty block", async () => {
    const folder = mkdtempSync(join(place.folder, "empty-"));
    const sizes: number[] = [];
    for await (const block of csvBlocks(pieces("").chunks, { folder, blockBytes: 10 })) {
      sizes.push(block.bytes);
    }
    assert.deepEqual(sizes, [0]);
  });

  test("a folder that cannot be written to is an error of the reader, not of the process", async () => {
    const source = pieces("1,2\n".repeat(10_000), 1000);
    const blocks = csvBlocks(source.chunks, {
      folder: join(place.folder, "not there"),
      blockBytes: 1e6,
    });
    await assert.rejects(textOfBlocks(blocks), /ENOENT/);
    assert.ok(source.state.released);
  });

  test("a reader that stops early leaves no open source behind", async () => {
    const folder = mkdtempSync(join(place.folder, "early-"));
    const source = pieces("1,2\n".repeat(1000), 100);
    for await (const _ of csvBlocks(source.chunks, { folder, blockBytes: 200 })) break;
    assert.ok(source.state.released);
    assert.ok(readdirSync(folder).length < 4);
  });
});

async function textOfBlocks(blocks: AsyncIterable<{ file: string }>): Promise<string> {
  let text = "";
  for await (const block of blocks) text += readFileSync(block.file, "utf8");
  return text;
}
