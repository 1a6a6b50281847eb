import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onPath } from "./programs.mjs";
import { readState } from "./state.mjs";
import {
  addonFile,
  addonPackage,
  addonStore,
  linkAddon,
  nodeApiLevel,
} from "./tensorflowAddon.mjs";
import { runTool } from "./tool.mjs";

/** @typedef {import("./step.mjs").Session} Session */

const unpackScript = fileURLToPath(new URL("./unpackTensorflow.py", import.meta.url));

/**
 * The C++ compiler to use: CXX, or the first of the usual names that starts.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string[] | undefined}  program and leading arguments
 */
export function findCompiler(env = process.env) {
  if (process.platform === "win32") return undefined;
  if (env.CXX?.trim()) return env.CXX.trim().split(/\s+/);
  for (const name of ["c++", "g++", "clang++"]) {
    if (onPath(name, env)) return [name];
  }
  return undefined;
}

/**
 * Gets TensorFlow's Python wheel, which holds the C headers and a library that exports the C API,
 * and keeps those. No package that it depends on is installed.
 * @param {Session} session
 * @returns {Promise<{ version?: string, trouble?: string }>}
 */
export async function unpackWheel(session) {
  const { python } = readState(session.place.state);
  if (!python) return { trouble: "no Python environment" };
  const tensorflow = join(session.place.lab, "tensorflow");
  const wheels = join(tensorflow, "wheel");
  rmSync(tensorflow, { recursive: true, force: true });
  mkdirSync(wheels, { recursive: true });

  let trouble = "";
  for (const target of [[], ...otherPythons()]) {
    const result = await runTool(session, {
      name: "tensorflow-wheel",
      command: python,
      args: [
        ...["-m", "pip", "download", "--retries", "1", "--no-input", "--progress-bar", "off"],
        ...["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--dest", wheels],
        ...target,
        wheelName(),
      ],
      timeoutSeconds: 900,
    });
    trouble = result.ok ? "" : result.tail.split("\n").at(-1) || "pip failed";
    if (result.ok) break;
  }
  if (trouble) return { trouble };

  const [wheel] = readdirSync(wheels).filter((name) => name.endsWith(".whl"));
  const unpacked = await runTool(session, {
    name: "tensorflow-unpack",
    command: python,
    args: [unpackScript, join(wheels, wheel), join(addonStore(session), "deps")],
    timeoutSeconds: 600,
  });
  rmSync(wheels, { recursive: true, force: true });
  if (!unpacked.ok) return { trouble: unpacked.tail.split("\n").at(-1) };
  return { version: wheel.split("-")[1] };
}

/**
 * Builds the add-on's two C++ files against these headers and libraries: one call of the
 * compiler, since Node-API needs neither Node's own headers nor node-gyp.
 * @param {Session} session
 * @param {string[]} compiler
 * @returns {Promise<{ trouble?: string }>}
 */
export async function compileAddon(session, compiler) {
  const source = join(addonPackage(session.root), "binding");
  const store = addonStore(session);
  const library = join(store, "deps", "lib");
  const include = join(store, "deps", "include");
  const file = addonFile(store);
  mkdirSync(dirname(file), { recursive: true });

  const isMac = process.platform === "darwin";
  const [cc, framework] = isMac
    ? ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"]
    : ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
  const linking = isMac
    ? ["-bundle", "-undefined", "dynamic_lookup", "-Wl,-rpath,@loader_path/../../deps/lib"]
    : ["-shared", "-fPIC", "-Wl,-rpath,$ORIGIN/../../deps/lib"];
  const result = await runTool(session, {
    name: "tensorflow-compile",
    command: compiler[0],
    args: [
      ...compiler.slice(1),
      ...["-std=c++17", "-O2", "-w", `-DNAPI_VERSION=${nodeApiLevel()}`],
      "-DNODE_GYP_MODULE_NAME=tfjs_binding",
      ...["-I", nodeApiHeaders(session.root), "-I", include, "-I", dirname(source)],
      ...[join(source, "tfjs_backend.cc"), join(source, "tfjs_binding.cc")],
      ...[join(library, cc), join(library, framework), ...linking, "-o", file],
    ],
    timeoutSeconds: 600,
  });
  if (!result.ok) return { trouble: result.tail };
  rmSync(include, { recursive: true, force: true });
  linkAddon(session);
  return {};
}

/** @param {string} root */
function nodeApiHeaders(root) {
  const require = createRequire(join(root, "package.json"));
  return join(dirname(require.resolve("node-api-headers/package.json")), "include");
}

function wheelName() {
  const isLinuxPc = process.platform === "linux" && process.arch === "x64";
  return `${isLinuxPc ? "tensorflow-cpu" : "tensorflow"}>=2.15,<3`;
}

/**
 * What to ask pip for when there is no wheel for our own Python, which may be newer than
 * TensorFlow knows: the library inside is the same for every Python.
 * @returns {string[][]}
 */
function otherPythons() {
  /** @type {Record<string, string[]>} */
  const platforms = {
    "linux-x64": ["manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_27_x86_64"],
    "linux-arm64": ["manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_27_aarch64"],
    "darwin-arm64": ["macosx_14_0_arm64"],
    "darwin-x64": ["macosx_14_0_x86_64"],
  };
  const tags = platforms[`${process.platform}-${process.arch}`];
  if (!tags) return [];
  return [12, 11, 13].map((minor) => [
    ...["--python-version", `3.${minor}`, "--implementation", "cp", "--abi", `cp3${minor}`],
    ...tags.flatMap((tag) => ["--platform", tag]),
  ]);
}
