import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { askPython, findPython, isRecent } from "../../lib/setup/findPython.mjs";
import { placeOf } from "../../lib/setup/place.mjs";
import { condaPython, makeEnvironment } from "../../lib/setup/pythonEnvironment.mjs";
import { failureText, SetupError } from "../../lib/setup/report.mjs";
import { readState } from "../../lib/setup/state.mjs";
import { sessionOf } from "../../lib/setup/step.mjs";
import { temporaryFolder } from "./temporary";

const real = readState(placeOf().state).python ?? "python3";

describe("the search for a Python", {
  skip: process.platform === "win32" && "shell scripts",
}, () => {
  const folder = temporaryFolder();

  /** A folder with programs that start the real Python after some lines of Python. */
  function programs(name: string, scripts: Record<string, string>): string {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    for (const [program, prelude] of Object.entries(scripts)) {
      const file = join(path, program);
      // Called as: program -c CODE
      writeFileSync(file, `#!/bin/sh\nexec "${real}" -c "${prelude}\n$2"\n`);
      chmodSync(file, 0o755);
    }
    return path;
  }

  const old = "import sys; sys.version_info = (3, 8, 10)";
  const without = (...modules: string[]) =>
    `import importlib.util as u; f = u.find_spec; ` +
    `u.find_spec = lambda n: None if n in ${JSON.stringify(modules).replaceAll('"', "'")} else f(n)`;

  test("tells what an interpreter is", () => {
    const python = askPython([real]);
    assert.ok(python);
    assert.equal(isRecent(python), true);
    assert.match(python.version, /^3\.\d+\.\d+$/);
    assert.equal(python.hasPip, true);
  });

  test("passes over one that is too old, and says so", () => {
    const env = { PATH: programs("old", { python3: old, python: "" }) };
    const { python, seen } = findPython(env);
    assert.match(python?.version ?? "", /^3\./);
    assert.equal(seen.length, 1);
    assert.match(seen[0], /^python3 is 3\.8\.10 /);
  });

  test("finds a versioned name when the plain ones are too old", () => {
    const env = { PATH: programs("versioned", { python3: old, python: old, "python3.12": "" }) };
    assert.ok(findPython(env).python);
  });

  test("finds nothing on an empty PATH", () => {
    assert.deepEqual(findPython({ PATH: programs("empty", {}) }), { python: undefined, seen: [] });
  });

  test("prefers one that makes environments by itself, and takes another when there is none", () => {
    const bare = without("ensurepip");
    const both = findPython({ PATH: programs("both", { python3: bare, python: "" }) });
    assert.equal(both.python?.canSeedPip, true);
    const one = findPython({ PATH: programs("bare", { python3: bare }) });
    assert.equal(one.python?.canSeedPip, false);
    assert.equal(one.python?.canVenv, true);
  });

  test("takes LAB_PYTHON and no other", () => {
    const path = programs("named", { python3: "", mine: "" });
    assert.ok(findPython({ PATH: path, LAB_PYTHON: join(path, "mine") }).python);
    const { python, seen } = findPython({ PATH: path, LAB_PYTHON: join(path, "absent") });
    assert.equal(python, undefined);
    assert.match(seen[0], /LAB_PYTHON=.*absent does not start/);
  });

  test("asks for Debian's package when nothing can make an environment", async () => {
    const path = programs("debian", { python3: without("venv", "ensurepip", "pip") });
    const base = findPython({ PATH: path }).python;
    assert.ok(base);
    assert.equal(base.canVenv || base.canSeedPip || base.hasPip, false);
    // An interpreter that runs but knows no module: python -m virtualenv fails.
    const session = sessionOf(placeOf(join(folder, "project")));
    mkdirSync(session.root);
    const bare = join(path, "none");
    writeFileSync(bare, "#!/bin/sh\necho no module named $2 >&2; exit 1\n");
    chmodSync(bare, 0o755);
    const saved = process.env.PATH;
    process.env.PATH = path;
    try {
      await assert.rejects(
        makeEnvironment(session, { ...base, path: bare }, join(folder, "environment")),
        (error) => {
          assert.ok(error instanceof SetupError);
          const text = failureText(error);
          assert.match(text, /cannot make an environment/);
          assert.match(text, /without ensurepip, as Debian and Ubuntu package it/);
          assert.match(text, /apt-get install python3\.\d+-venv/);
          return true;
        },
      );
    } finally {
      process.env.PATH = saved;
    }
  });

  test("takes an active conda environment, but not conda's base", () => {
    const prefix = join(folder, "conda");
    mkdirSync(join(prefix, "bin"), { recursive: true });
    const path = programs("conda/bin", { python: "" });
    assert.equal(path, join(prefix, "bin"));
    const env = { CONDA_PREFIX: prefix, CONDA_DEFAULT_ENV: "recommender-causal-lab" };
    assert.ok(condaPython(env));
    assert.equal(condaPython({ ...env, CONDA_DEFAULT_ENV: "base" }), undefined);
    assert.equal(condaPython({}), undefined);
    assert.equal(condaPython({ ...env, CONDA_PREFIX: join(folder, "gone") }), undefined);
  });
});
