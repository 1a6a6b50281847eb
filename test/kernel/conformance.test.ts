/**
 * Jupyter's own conformance suite for kernels (the Python package jupyter_kernel_test), and a notebook run
 * by nbclient. Where the Python packages are missing the tests are skipped, and say so.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

const root = resolve(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "conformance-"));
after(() => rmSync(folder, { recursive: true, force: true }));

before(() => {
  const kernel = join(folder, "kernels", "typescript-under-test");
  mkdirSync(kernel, { recursive: true });
  const spec = {
    argv: [
      process.execPath,
      "--import",
      pathToFileURL(require.resolve("tsx")).href,
      join(root, "lib/kernel/main.ts"),
      "--root",
      root,
      "{connection_file}",
    ],
    display_name: "TypeScript under test",
    language: "typescript",
    interrupt_mode: "message",
  };
  writeFileSync(join(kernel, "kernel.json"), JSON.stringify(spec));
});

/** The project's own Python first, then the system's: Debian's package serves the latter. */
const pythons = [join(root, ".lab/python/bin/python"), "/usr/bin/python3", "python3"].filter(
  (path) => !path.includes("/") || existsSync(path),
);

function run(python: string, argv: readonly string[]): Promise<{ code: number; text: string }> {
  const env = { ...process.env, JUPYTER_PATH: folder, JUPYTER_RUNTIME_DIR: folder, HOME: folder };
  return new Promise((done) => {
    execFile(python, argv, { env, cwd: folder, timeout: 120_000 }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code ?? 1) : 0, text: stdout + stderr });
    });
  });
}

/** A Python that has a module. */
async function pythonWith(module: string): Promise<string | undefined> {
  for (const python of pythons) {
    if ((await run(python, ["-c", `import ${module}`])).code === 0) return python;
  }
  return undefined;
}

const SUITE = `
import unittest
import jupyter_kernel_test

class TypeScriptKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "typescript-under-test"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": "Math.sqr", "matches": {"sqrt", "SQRT2", "SQRT1_2"}},
    ]
    complete_code_samples = ["1", "const x = 1", "function f() { return 1 }", "for (const x of [1]) {}"]
    incomplete_code_samples = ["function f() {", "for (const x of [1]) {", "const x = ["]
    invalid_code_samples = ["const = 1", ")"]
    code_page_something = "Math.sqrt?"
    code_generate_error = "throw new Error('x')"
    code_execute_result = [{"code": "6*7", "result": "42"}]
    code_display_data = [
        {"code": "import { show } from './lib/kernel'; void show([{ a: 1 }])", "mime": "text/html"}
    ]
    code_history_pattern = "6?7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.sqrt"
    code_clear_output = "import { clearOutput } from './lib/kernel'; clearOutput()"

unittest.main()
`;

const EXECUTE = `
import sys, nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

notebook = nbformat.read(sys.argv[1], as_version=4)
try:
    NotebookClient(notebook, timeout=60, kernel_name="typescript-under-test").execute()
except CellExecutionError as error:
    print("CellExecutionError", error.ename, "|", error.evalue)
    print(error.traceback)
nbformat.write(notebook, sys.argv[2])
`;

async function execute(python: string, name: string, ...cells: string[]) {
  const path = join(folder, `${name}.ipynb`);
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "typescript-under-test", display_name: "t", language: "typescript" },
    },
    cells: cells.map((source, at) => ({
      id: `cell${at}`,
      cell_type: "code",
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    })),
  };
  writeFileSync(path, JSON.stringify(notebook));
  writeFileSync(join(folder, "execute.py"), EXECUTE);
  const done = join(folder, `${name}.done.ipynb`);
  const { code, text } = await run(python, [join(folder, "execute.py"), path, done]);
  assert.equal(code, 0, text);
  const written = JSON.parse(readFileSync(done, "utf8")) as {
    cells: { outputs: Record<string, unknown>[]; execution_count: number }[];
  };
  return { text, cells: written.cells };
}

// The suite waits most of its time: the two run side by side.
describe("from Python", { concurrency: true }, () => {
  test("Jupyter's conformance suite passes in every part it offers", async (t) => {
    const python = await pythonWith("jupyter_kernel_test");
    if (!python) {
      const advice =
        "NOT RUN: no Python here has jupyter_kernel_test (Debian: apt-get install python3-jupyter-kernel-test)";
      t.diagnostic(advice);
      t.skip(advice);
      return;
    }
    writeFileSync(join(folder, "suite.py"), SUITE);
    const { code, text } = await run(python, [join(folder, "suite.py"), "-v"]);
    assert.equal(code, 0, text);
    assert.match(text, /Ran 1\d tests/);
    assert.doesNotMatch(text, /skipped/, text);
  });

  test("nbclient runs a notebook and keeps its outputs; a failing cell stops it with name and line", async (t) => {
    const python = await pythonWith("nbclient");
    if (!python) {
      const advice = "NOT RUN: no Python here has nbclient (npm run lab sets one up)";
      t.diagnostic(advice);
      t.skip(advice);
      return;
    }
    const good = await execute(
      python,
      "good",
      'import { progress, show } from "./lib/kernel";\nconst bar = progress("work", 2);\nbar.update(1);\nbar.finish();',
      'console.log("text"); show([{ a: 1 }]);\n({ answer: 42 })',
    );
    assert.doesNotMatch(good.text, /CellExecutionError/);
    const [bar] = good.cells[0].outputs as { data: Record<string, string[]> }[];
    assert.equal(good.cells[0].outputs.length, 1, "the bar is one output, in its final state");
    assert.match([bar.data["text/plain"]].flat().join(""), /100%.*done in/);
    assert.deepEqual(
      good.cells[1].outputs.map(({ output_type }) => output_type),
      ["stream", "display_data", "execute_result"],
    );
    const bad = await execute(
      python,
      "bad",
      "const fine = 1;",
      "function broken(): never {\n  throw new RangeError('out of bounds');\n}\n\nbroken();",
      "console.log('never');",
    );
    assert.match(bad.text, /CellExecutionError RangeError \| out of bounds/);
    assert.match(bad.text, /Cell \[2\], line 2/);
    assert.equal(bad.cells[2].execution_count, null);
    assert.equal(bad.cells[1].outputs[0].output_type, "error");
  });
});
