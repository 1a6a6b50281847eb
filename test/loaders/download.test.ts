import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { DownloadError, download, downloadText, partialPath } from "../../lib/loaders/download";
import { temporaryFolder } from "./zipFixture";

const place = temporaryFolder();
const content = randomBytes(3_000_000);
const md5 = createHash("md5").update(content).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer = () => {};
const ranges: (string | undefined)[] = [];
const server = createServer((request, response) => {
  ranges.push(request.headers.range);
  answer(request, response);
});
const listening = new Promise<string>((resolve) =>
  server.listen(0, "127.0.0.1", () =>
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file.zip`),
  ),
);
after(() => {
  server.closeAllConnections();
  server.close();
  place.remove();
});

const whole: Answer = (_, response) =>
  response.writeHead(200, { "content-length": content.length }).end(content);

const ranged: Answer = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  const rest = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length }).end(rest);
};

/** Sends part of the file, then hangs up. */
const hangingUp: Answer = (_, response) => {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 50));
};

let count = 0;
const target = () => join(place.folder, `file${count++}.zip`);

describe("a download", () => {
  test("arrives whole, with progress, and is checked against its MD5", async () => {
    answer = whole;
    const path = target();
    let last: [number, number | undefined] = [0, 0];
    await download(await listening, path, { md5, onProgress: (...now) => (last = now) });
    assert.deepEqual(readFileSync(path), content);
    assert.deepEqual(last, [content.length, content.length]);
    assert.ok(!existsSync(partialPath(path)));
  });

  test("keeps what arrived when the connection breaks, and goes on from there", async () => {
    const path = target();
    answer = hangingUp;
    await assert.rejects(download(await listening, path, { md5 }), (error: Error) => {
      assert.ok(error instanceof DownloadError);
      assert.match(error.message, /lost after \d+ of 3000000 bytes.*goes on from there/s);
      return true;
    });
    assert.ok(!existsSync(path));
    const arrived = readFileSync(partialPath(path)).length;
    assert.ok(arrived > 0 && arrived < content.length);
    answer = ranged;
    await download(await listening, path, { md5 });
    assert.equal(ranges.at(-1), `bytes=${arrived}-`);
    assert.deepEqual(readFileSync(path), content);
  });

  test("begins anew when the server cannot go on in the middle", async () => {
    const path = target();
    writeFileSync(partialPath(path), content.subarray(0, 1234));
    answer = whole;
    await download(await listening, path, { md5 });
    assert.deepEqual(readFileSync(path), content);
  });

  test("is finished when everything had arrived before", async () => {
    const path = target();
    writeFileSync(partialPath(path), content);
    answer = ranged;
    await download(await listening, path, { md5 });
    assert.deepEqual(readFileSync(path), content);
  });

  test("begins anew when more had arrived than the file has", async () => {
    const path = target();
    writeFileSync(partialPath(path), Buffer.concat([content, content]));
    answer = ranged;
    await download(await listening, path, { md5 });
    assert.deepEqual(readFileSync(path), content);
  });

  test("is removed when its MD5 is wrong", async () => {
    const path = target();
    answer = whole;
    await assert.rejects(
      download(await listening, path, { md5: "0".repeat(32) }),
      /arrived damaged.*MD5/,
    );
    assert.ok(!existsSync(path) && !existsSync(partialPath(path)));
  });

  test("ends with a clear word when the server stays silent", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write("x");
    };
    const waiting = download(await listening, target(), { silenceMs: 200 });
    await assert.rejects(waiting, /lost after 1 of 3000000 bytes: no byte for 0.2 s/);
  });

  test("ends with a clear word when the server does not answer at all", async () => {
    answer = () => {};
    const waiting = download(await listening, target(), { silenceMs: 200 });
    await assert.rejects(waiting, /127\.0\.0\.1.* cannot be reached \(no byte for 0\.2 s\)/);
  });

  test("says what the server answered", async () => {
    answer = (_, response) => response.writeHead(404).end();
    await assert.rejects(download(await listening, target()), /answered 404/);
    assert.equal(await downloadText(await listening), undefined);
  });

  test("says that there is no network, and what to do without one", async () => {
    const closed = "http://127.0.0.1:9/file.zip";
    await assert.rejects(
      download(closed, target()),
      /cannot be reached.*ECONNREFUSED|cannot be reached/,
    );
    await assert.rejects(download(closed, target()), /by hand/);
    await assert.rejects(
      download("http://no-such-host.invalid/x", target()),
      /no-such-host.invalid cannot be reached/,
    );
  });

  test("stops at once when aborted, and keeps what arrived", async () => {
    answer = hangingUp;
    const path = target();
    const stop = new AbortController();
    const loading = download(await listening, path, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await assert.rejects(loading, { name: "AbortError" });
    assert.ok(!existsSync(path));
  });
});
