import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { placeOf } from "../../lib/setup/place.mjs";
import { readState } from "../../lib/setup/state.mjs";
import { bringUp, isDue, type Session, type Step, sessionOf } from "../../lib/setup/step.mjs";
import { temporaryFolder } from "./temporary";

/** A step that copies `<root>/<name>.in` to `<root>/<name>.out` and keeps a journal. */
function copying(name: string): Step {
  const input = (session: Session) => join(session.root, `${name}.in`);
  const output = (session: Session) => join(session.root, `${name}.out`);
  return {
    name,
    fingerprint: (session) => readFileSync(input(session), "utf8"),
    isThere: (session) => existsSync(output(session)),
    async run(session) {
      appendFileSync(join(session.root, "journal"), `${name} `);
      const text = readFileSync(input(session), "utf8");
      if (text === "bad") throw new Error(`${name} cannot be done`);
      writeFileSync(output(session), text);
      return `from ${text}`;
    },
  };
}

function project(folder: string, name: string): Session {
  const place = placeOf(join(folder, name));
  return sessionOf(place);
}

describe("steps", () => {
  const folder = temporaryFolder();
  const steps = [copying("first"), copying("second")];
  const journal = ({ root }: Session) => readFileSync(join(root, "journal"), "utf8");

  function fresh(name: string): Session {
    const session = project(folder, name);
    rmSync(session.root, { recursive: true, force: true });
    mkdirSync(session.root, { recursive: true });
    writeFileSync(join(session.root, "first.in"), "a");
    writeFileSync(join(session.root, "second.in"), "b");
    return session;
  }

  test("are done once", async () => {
    const session = fresh("once");
    await bringUp(session, steps);
    await bringUp(session, steps);
    assert.equal(journal(session), "first second ");
    assert.equal(readState(session.place.state).steps.first.note, "from a");
    assert.equal(existsSync(session.place.lock), false);
  });

  test("are done again when their input changed or their output is gone", async () => {
    const session = fresh("again");
    await bringUp(session, steps);
    writeFileSync(join(session.root, "second.in"), "c");
    await bringUp(session, steps);
    rmSync(join(session.root, "first.out"));
    await bringUp(session, steps);
    assert.equal(journal(session), "first second second first ");
  });

  test("that fail stop the rest, keep what was done and let the next run go on", async () => {
    const session = fresh("failing");
    writeFileSync(join(session.root, "second.in"), "bad");
    await assert.rejects(bringUp(session, steps), /second cannot be done/);
    assert.equal(existsSync(session.place.lock), false);
    writeFileSync(join(session.root, "second.in"), "good");
    await bringUp(session, steps);
    assert.equal(journal(session), "first second second ");
  });

  test("all look again in a folder that was moved", async () => {
    const session = fresh("here");
    await bringUp(session, steps);
    const moved = project(folder, "there");
    renameSync(session.root, moved.root);
    assert.deepEqual(
      steps.map((step) => isDue(moved, step)),
      [true, true],
    );
    await bringUp(moved, steps);
    await bringUp(moved, steps);
    assert.equal(journal(moved), "first second first second ");
    assert.equal(readState(moved.place.state).root, moved.root);
  });

  test("that fell back are tried again only when asked", async () => {
    const session = fresh("fallback");
    const step = { ...copying("first"), fellBack: () => true };
    await bringUp(session, [step]);
    await bringUp(session, [step]);
    await bringUp({ ...session, again: true }, [step]);
    assert.equal(journal(session), "first first ");
  });

  test("killed with -9 in the middle are done again, the finished ones are not", async () => {
    const session = fresh("killed");
    const modules = join(__dirname, "../../lib/setup");
    const script = `
      import { appendFileSync, writeFileSync } from "node:fs";
      import { bringUp, sessionOf } from ${JSON.stringify(pathToFileURL(join(modules, "step.mjs")).href)};
      import { placeOf } from ${JSON.stringify(pathToFileURL(join(modules, "place.mjs")).href)};
      const root = ${JSON.stringify(session.root)};
      const step = (name, wait) => ({ name, fingerprint: () => name === "first" ? "a" : "b", isThere: () => true,
        async run() { appendFileSync(root + "/journal", name + " ");
          writeFileSync(root + "/" + name + ".out", "half");
          if (wait) { console.log("in the middle"); await new Promise(() => setInterval(() => {}, 1000)); } } });
      await bringUp(sessionOf(placeOf(root)), [step("first", false), step("second", true)]);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    assert.equal(existsSync(session.place.lock), true);

    await bringUp(session, steps);
    assert.equal(journal(session), "first second second ");
    assert.equal(readFileSync(join(session.root, "second.out"), "utf8"), "b");
    assert.equal(existsSync(session.place.lock), false);
  });
});
