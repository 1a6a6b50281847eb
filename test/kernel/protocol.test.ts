import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { type KernelClient, outputsOf, pause, resultOf, startKernel } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await startKernel();
});
after(() => kernel.stop());

test("kernel_info tells the true versions", async () => {
  for (const channel of ["shell", "control"] as const) {
    const { type, content } = await kernel.ask("kernel_info_request", {}, channel);
    assert.equal(type, "kernel_info_reply");
    const require_ = createRequire(__filename);
    const compiler = JSON.parse(
      readFileSync(require_.resolve("@tslab/typescript-for-tslab/package.json"), "utf8"),
    );
    assert.equal(content.language_info.name, "typescript");
    assert.equal(content.language_info.version, compiler.version);
    assert.equal(content.language_info.file_extension, ".ts");
    assert.match(content.protocol_version, /^5\.\d$/);
    assert.ok(content.banner.includes(process.version));
  }
});

test("a cell's messages come in order: busy, input, outputs, idle; the reply carries the count", async () => {
  const { published, reply } = await kernel.run("console.log('out'); 5");
  const order = published.map(
    ({ type, content }) => content.execution_state ?? content.name ?? type,
  );
  assert.deepEqual(order, ["busy", "execute_input", "stdout", "execute_result", "idle"]);
  const count = reply.content.execution_count;
  assert.equal(outputsOf({ published, reply }, "execute_input")[0].execution_count, count);
  assert.equal((await kernel.run("6")).reply.content.execution_count, count + 1);
});

test("a silent cell shows no result and does not count", async () => {
  const { reply } = await kernel.run("1");
  const silent = await kernel.run("4", { silent: true });
  assert.deepEqual(
    silent.published.map(({ type }) => type),
    ["status", "status"],
  );
  assert.equal(
    (await kernel.run("1")).reply.content.execution_count,
    reply.content.execution_count + 1,
  );
});

test("comm_info is answered with its own type", async () => {
  const reply = await kernel.ask("comm_info_request", { target_name: "jupyter.widget" });
  assert.equal(reply.type, "comm_info_reply");
  assert.deepEqual(reply.content, { status: "ok", comms: {} });
});

test("unknown messages are passed over without noise", async () => {
  const before = kernel.published.length;
  kernel.send("comm_open", { comm_id: "x", target_name: "y", data: {} });
  kernel.send("never_heard_of_request", {});
  assert.equal(resultOf(await kernel.run("'still here'")), "'still here'");
  const noise = kernel.published
    .slice(before)
    .filter(({ type }) => !["status", "execute_input", "execute_result"].includes(type));
  assert.deepEqual(noise, []);
  assert.equal(kernel.log(), "");
});

test("a message with a wrong signature, or none, changes nothing", async () => {
  const header = JSON.stringify({
    msg_id: "forged",
    msg_type: "execute_request",
    session: "s",
    username: "u",
    date: "",
    version: "5.3",
  });
  const content = JSON.stringify({ code: "console.log('forged')", silent: false });
  const parts = [header, "{}", "{}", content];
  await kernel.sendRaw(["<IDS|MSG>", "0".repeat(64), ...parts]);
  await kernel.sendRaw(["<IDS|MSG>", "", ...parts]);
  await kernel.sendRaw(["no delimiter at all"]);
  await kernel.sendRaw(["<IDS|MSG>", kernel.sign(["{", "{}", "{}", "{}"]), "{", "{}", "{}", "{}"]);
  assert.equal(resultOf(await kernel.run("7")), "7");
  await pause(50);
  assert.equal(kernel.published.filter((m) => m.parent.msg_id === "forged").length, 0);
});

test("reading standard input is refused with a clear word", async () => {
  const { reply } = await kernel.run(
    'import { createInterface } from "node:readline/promises";\nconst answer = await createInterface({ input: process.stdin }).question("name? ");',
  );
  assert.equal(reply.content.status, "error");
  assert.match(reply.content.evalue, /no standard input/);
});

test("requests are answered while a cell waits, and the front end learns that it goes on", async () => {
  const cell = kernel.send("execute_request", {
    code: "await new Promise((r) => setTimeout(r, 400))",
    silent: false,
  });
  await kernel.waitFor((m) => m.parent.msg_id === cell.id && m.type === "execute_input");
  const asked = kernel.send("complete_request", { code: "Math.sq", cursor_pos: 7 });
  const { reply } = await asked.outcome;
  assert.deepEqual(reply.content.matches.slice(0, 1), ["sqrt"]);
  const idle = kernel.published.findIndex(
    (m) => m.parent.msg_id === asked.id && m.content.execution_state === "idle",
  );
  await cell.outcome;
  const next = kernel.published[idle + 1];
  assert.deepEqual([next.parent.msg_id, next.content.execution_state], [cell.id, "busy"]);
});

test("a shutdown is answered before the process ends, with code 0", async () => {
  const { reply } = await kernel.send("shutdown_request", { restart: true }, "control").outcome;
  assert.deepEqual(reply.content, { status: "ok", restart: true });
  assert.equal(await kernel.exited, 0);
});
