import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const folder = mkdtempSync(join(tmpdir(), "progress-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const kernel = resolve(__dirname, "../../lib/kernel");

/** What a plain script writes to stderr; with `terminal` it believes that it has one. */
function stderrOf(code: string, terminal: boolean): Promise<string> {
  const path = join(folder, "script.ts");
  const pretend = terminal
    ? "Object.defineProperty(process.stderr, 'isTTY', { value: true });"
    : "";
  writeFileSync(path, `import { progress } from ${JSON.stringify(kernel)};\n${pretend}\n${code}`);
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  return new Promise((done, fail) => {
    execFile(process.execPath, ["--import", tsx, path], (error, _stdout, stderr) =>
      error ? fail(error) : done(stderr),
    );
  });
}

test("without a terminal a bar is one line at its end", async () => {
  const text = await stderrOf(
    'const p = progress("read", 100); p.update(50); p.finish("32 MB");',
    false,
  );
  assert.match(text, /^read: 100%, 100\/100(, [\d.kMG]+\/s)?, done in [\d.]+ s, 32 MB\n$/);
});

test("in a terminal one line is written over", async () => {
  const text = await stderrOf(
    'const p = progress("read", 100); p.update(50); p.fail("no space");',
    true,
  );
  const [first, ...rest] = text.split("\r\u001b[2K").slice(1);
  assert.equal(first, "read: 0%, 0/100");
  assert.match(rest.at(-1) ?? "", /^read: 50%, 50\/100.*failed after [\d.]+ s, no space\n$/);
});

test("without a total the bar counts; after its end nothing changes it", async () => {
  const text = await stderrOf(
    'const p = progress("rows"); p.update(12345); p.finish(); p.update(5); p.fail();',
    false,
  );
  assert.match(text, /^rows: 12\.3k(, [\d.kMG]+\/s)?, done in [\d.]+ s\n$/);
});
