/** Loads what cells import, with Node's own `require` and tsx behind it, and reloads edited local files. */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";

/** A module as the three forms of `import` see it. */
export interface Loaded {
  readonly default: unknown;
  readonly namespace: unknown;
  readonly named: (name: string) => unknown;
}

export interface Modules {
  /** Loads the modules that a cell imports; local files edited since they were loaded are read again. */
  readonly load: (specifiers: readonly string[]) => Promise<Loaded[]>;
  /** `import("x")` inside a cell. */
  readonly importDynamically: (specifier: string) => Promise<unknown>;
  /** Forgets modules in the middle of whose loading everything was stopped. */
  readonly forgetUnfinished: () => void;
  readonly require: NodeJS.Require;
}

type CachedModule = NodeJS.Module & { children: CachedModule[] };

export interface ModulesOptions {
  /** The folder that `./` means in a cell. */
  readonly root: string;
  /** Makers of modules given to cells in place of installed ones. */
  readonly builtIn: ReadonlyMap<string, () => unknown>;
  /** Folder whose modules are never reloaded: the kernel's own. */
  readonly kept: string;
}

export function createModules(options: ModulesOptions): Modules {
  // The name of a TypeScript file: tsx resolves imports of TypeScript files without their endings.
  const fromRoot = createRequire(join(options.root, "cell.ts"));
  const stamps = new Map<string, string>();
  const isLocal = (file: string) =>
    file.startsWith(options.root + sep) &&
    !file.includes(`${sep}node_modules${sep}`) &&
    !file.startsWith(options.kept + sep);

  /** Takes edited files, and all that (also indirectly) import them, out of Node's cache. */
  const forgetEdited = (): void => {
    const cached = Object.entries(fromRoot.cache) as [string, CachedModule][];
    const edited = new Set<CachedModule>();
    for (const [key, module] of cached) {
      const file = fileOf(key);
      if (isLocal(file) && stamps.has(key) && stamps.get(key) !== stampOf(file)) edited.add(module);
    }
    if (edited.size === 0) return;
    for (let before = -1; before !== edited.size; ) {
      before = edited.size;
      for (const [key, module] of cached) {
        if (!module || !isLocal(fileOf(key))) continue;
        if (module.children.some((child) => edited.has(child))) edited.add(module);
      }
    }
    for (const [key, module] of cached) {
      if (!edited.has(module)) continue;
      delete fromRoot.cache[key];
      stamps.delete(key);
    }
  };
  const rememberLoaded = (): void => {
    for (const key of Object.keys(fromRoot.cache)) {
      const file = fileOf(key);
      if (!stamps.has(key) && isLocal(file)) stamps.set(key, stampOf(file));
    }
  };

  const loadOne = async (specifier: string): Promise<Loaded> => {
    const builtIn = options.builtIn.get(specifier);
    if (builtIn) return interop(builtIn());
    try {
      return interop(fromRoot(specifier));
    } catch (error) {
      // A package whose top level awaits can only be imported.
      if ((error as NodeJS.ErrnoException).code !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
      return interop(await import(fromRoot.resolve(specifier)));
    }
  };

  return {
    async load(specifiers) {
      if (specifiers.some((specifier) => isRelative(specifier))) forgetEdited();
      const loaded: Loaded[] = [];
      try {
        for (const specifier of specifiers) loaded.push(await loadOne(specifier));
      } finally {
        if (specifiers.length > 0) rememberLoaded();
      }
      return loaded;
    },
    async importDynamically(specifier) {
      const name = String(specifier);
      if (isRelative(name)) forgetEdited();
      try {
        const module = await loadOne(name);
        return module.namespace;
      } finally {
        rememberLoaded();
      }
    },
    forgetUnfinished() {
      for (const [key, module] of Object.entries(fromRoot.cache)) {
        if (module && !module.loaded) delete fromRoot.cache[key];
      }
    },
    require: fromRoot,
  };
}

/** Modules that a cell's import statements name, by a quick look at lines that begin with `import`. */
export function importsOf(source: string): string[] {
  const pattern = /^[ \t]*import\s+(?!type\b)(?:[\w$*{}\s,]+?\sfrom\s*)?(["'])([^"'\n]+)\1/gm;
  return [...source.matchAll(pattern)].map((match) => match[2]);
}

const isRelative = (specifier: string) => /^\.{0,2}\//.test(specifier);

/** tsx may add a query to the key of a module. */
const fileOf = (key: string) => key.replace(/\?.*$/, "");

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : "gone";
}

/** Default and namespace imports of a CommonJS module, as TypeScript's `esModuleInterop` defines them. */
function interop(module: unknown): Loaded {
  const isObject = (typeof module === "object" || typeof module === "function") && module !== null;
  const record = module as Record<string, unknown>;
  const isEsModule =
    isObject &&
    (record.__esModule === true || Object.prototype.toString.call(module) === "[object Module]");
  let namespace: unknown = module;
  if (!isEsModule) {
    const copy: Record<string, unknown> = { default: module };
    if (isObject) {
      for (const key of Object.keys(record)) {
        if (key !== "default") {
          Object.defineProperty(copy, key, { enumerable: true, get: () => record[key] });
        }
      }
    }
    namespace = copy;
  }
  return {
    default: isEsModule ? record.default : module,
    namespace,
    named: (name) => (name === "default" && !isEsModule ? module : record?.[name]),
  };
}
