import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { temporaryFolder, zipOf } from "../loaders/zipFixture";

const place = temporaryFolder();
after(place.remove);
place.write("package.json", '{"name": "recommender-causal-lab"}');

const SCRIPT = resolve("lib/cli/data.ts");
const TSX = pathToFileURL(require.resolve("tsx")).href;

/** Runs the command in a project of its own that holds no data. */
function data(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", TSX, SCRIPT, ...argv],
    { cwd: place.folder, encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

function put(name: string, content: string | Buffer): void {
  mkdirSync(join(place.folder, "data", "movieLens"), { recursive: true });
  writeFileSync(join(place.folder, "data", "movieLens", name), content);
}

test("lists every data set with its state, its place and how to get it by hand", () => {
  const { status, stdout, stderr } = data();
  assert.equal(status, 0, stderr);
  for (const name of ["ml-latest-small", "ml-25m", "ml-32m", "kuairec"]) {
    assert.match(stdout, new RegExp(`^${name} +missing$`, "m"));
  }
  assert.match(stdout, /Place: data\/movieLens\/ml-32m\.zip/);
  assert.match(stdout, /Fetch https:.*18164998.* and save it as data\/Kuairec\/18164998\.zip/);
  assert.match(stdout, /^synthetic data +made when a chapter needs it/m);

  const files = ["ratings.csv", "movies.csv", "tags.csv", "links.csv"];
  put("ml-25m.zip", zipOf(files.map((file) => ({ name: `ml-25m/${file}`, content: "a\n" }))));
  put("ml-32m.zip", "cut");
  put("ml-latest-small.zip.part", Buffer.alloc(300_000));
  const now = data().stdout;
  assert.match(now, /^ml-25m +there, 0\.0 MB$/m);
  assert.match(now, /^ml-32m +damaged, 0\.0 MB: ml-32m\.zip cannot be read as a zip archive/m);
  assert.match(now, /^ml-latest-small +partly downloaded, 0\.3 MB$/m);

  const checked = data("check", "ml-25m");
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stderr + checked.stdout, /sizes and checksums are right/);
  const again = data("get", "ml-25m");
  assert.match(again.stdout, /ml-25m is there already/);
});

test("says what it does not understand, and exits with an error", () => {
  const unknown = data("get", "ml-1b");
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /no data set "ml-1b".*ml-latest-small/);
  const misspelt = data("fetch", "ml-25m");
  assert.equal(misspelt.status, 1);
  assert.match(misspelt.stderr, /"fetch ml-25m" is not understood[\s\S]*Usage/);
  const missing = data("check", "kuairec");
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /18164998\.zip is not there/);
});
