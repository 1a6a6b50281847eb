import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import {
  archivePath,
  byHand,
  checkDataSet,
  DATA_SETS,
  type DataSet,
  dataSet,
  dataSetState,
  getDataSet,
} from "../../lib/loaders/dataSets";
import { temporaryFolder, zipOf } from "./zipFixture";

// A project of its own, so that the state of the real data folder plays no part.
const place = temporaryFolder();
place.write("package.json", '{"name": "recommender-causal-lab"}');
process.chdir(place.folder);

const FILES = ["ratings.csv", "movies.csv", "tags.csv", "links.csv"];
const good = zipOf(FILES.map((file) => ({ name: `ml-25m/${file}`, content: "a,b\n1,2\n" })));
const set = dataSet("ml-25m");

function put(content: string | Buffer, path = archivePath(set)): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
beforeEach(() => rmSync(join(place.folder, "data"), { recursive: true, force: true }));

const answers = new Map<string, Buffer | string>();
const server = createServer((request, response) => {
  const answer = answers.get(request.url ?? "");
  if (answer === undefined) response.writeHead(404).end();
  else response.writeHead(200, { "content-length": Buffer.byteLength(answer) }).end(answer);
});
const base = new Promise<string>((resolve) =>
  server.listen(0, "127.0.0.1", () =>
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  ),
);
after(() => {
  server.closeAllConnections();
  server.close();
  process.chdir("/");
  place.remove();
});

describe("the list of data sets", () => {
  test("has names of its own and places of their own", () => {
    assert.equal(new Set(DATA_SETS.map(({ name }) => name)).size, DATA_SETS.length);
    assert.equal(new Set(DATA_SETS.map(archivePath)).size, DATA_SETS.length);
    for (const name of ["ml-latest-small", "ml-25m", "ml-32m", "kuairec"]) {
      assert.equal(dataSet(name).name, name);
    }
  });

  test("names what it knows when asked for something else", () => {
    assert.throws(() => dataSet("ml-1b"), /no data set "ml-1b".*ml-latest-small.*kuairec/);
  });

  test("tells how to place a file by hand, from the project's root on", () => {
    assert.match(
      byHand(set),
      /ml-25m\.zip with any browser and save it as data.movieLens.ml-25m\.zip/,
    );
  });
});

describe("the state of a data set", () => {
  test("missing, partly there, there", async () => {
    assert.deepEqual(await dataSetState(set), { state: "missing" });
    put("12345", `${archivePath(set)}.part`);
    assert.deepEqual(await dataSetState(set), { state: "partial", bytes: 5 });
    put(good);
    assert.deepEqual(await dataSetState(set), { state: "there", bytes: good.length });
  });

  test("there, whatever the folder inside, or without one", async () => {
    for (const folder of ["", "a/b/"]) {
      put(zipOf(FILES.map((file) => ({ name: `${folder}${file}`, content: "" }))));
      assert.equal((await dataSetState(set)).state, "there");
    }
  });

  test("damaged, with the reason", async () => {
    for (const [content, reason] of [
      ["no zip", /cannot be read as a zip archive/],
      [good.subarray(0, good.length - 4), /cut short/],
      [
        zipOf([{ name: "ml/ratings.csv", content: "" }]),
        /lacks movies\.csv, tags\.csv, links\.csv/,
      ],
      [
        zipOf(FILES.map((file) => ({ name: `ml/old-${file}`, content: "" }))),
        /is not ml-25m: it lacks ratings\.csv/,
      ],
    ] as const) {
      put(content);
      const state = await dataSetState(set);
      assert.equal(state.state, "damaged");
      assert.match(state.state === "damaged" ? state.reason : "", reason);
    }
  });
});

describe("checking", () => {
  test("reads every byte and tells how far it is", async () => {
    put(good);
    const seen: [number, number][] = [];
    await checkDataSet(set, { onProgress: (...now) => seen.push(now) });
    assert.deepEqual(seen.at(-1), [32, 32]);
  });

  test("finds a wrong checksum in the last entry", async () => {
    const entries = FILES.map((file) => ({ name: `ml/${file}`, content: "a,b\n" }));
    put(zipOf([...entries.slice(0, 3), { ...entries[3]!, claims: { crc32: 1 } }]));
    assert.equal((await dataSetState(set)).state, "there");
    await assert.rejects(checkDataSet(set), /entry ml\/links\.csv is damaged: CRC-32/);
  });
});

describe("getting", () => {
  async function served(content: Buffer, md5?: string): Promise<DataSet> {
    answers.set("/x.zip", content);
    if (md5) answers.set("/x.zip.md5", md5);
    const url = `${await base}/x.zip`;
    const { md5Url: _, ...bare } = set;
    return { ...bare, name: "x", url, ...(md5 ? { md5Url: `${url}.md5` } : {}) };
  }
  const md5 = createHash("md5").update(good).digest("hex");

  test("brings the archive to its place and checks it", async () => {
    const wanted = await served(good, `MD5 (x.zip) = ${md5}\n`);
    await getDataSet(wanted);
    assert.equal((await dataSetState(wanted)).state, "there");
  });

  test("refuses what the publisher's MD5 does not fit", async () => {
    const wanted = await served(good, "0".repeat(32));
    await assert.rejects(getDataSet(wanted), /MD5/);
    assert.ok(!existsSync(archivePath(wanted)));
  });

  test("does without an MD5 where the publisher states none, and still checks the content", async () => {
    await getDataSet(await served(good));
    const other = zipOf([{ name: "other/ratings.csv", content: "" }]);
    await assert.rejects(getDataSet(await served(other)), /was removed.*lacks movies\.csv/);
    assert.deepEqual(await dataSetState(set), { state: "missing" });
  });
});
