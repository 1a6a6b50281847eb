/**
 * The seam to tslab: its converter checks a cell against the declarations of the cells before and turns it
 * into JavaScript. tslab fixes its compiler settings in code; this file changes the few that matter by
 * standing between tslab and the compiler while the converter is made, without a copy of its code.
 */
import { statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { sep } from "node:path";
import type ts from "@tslab/typescript-for-tslab";
import type { Converter } from "tslab/dist/converter";
import { ts as compiler, withReplaced } from "./compiler";
import { isPackageDeclaration, withoutDocumentation } from "./documentation";

export interface CellConverter {
  /** Checks a cell; `output` is an ES module whose lines a source map at its end leads back to the cell. */
  readonly convert: Converter["convert"];
  readonly inspect: Converter["inspect"];
  readonly complete: Converter["complete"];
  /** Where the name at a place of the cell that was inspected last is declared. */
  readonly declarationsAt: (position: number) => readonly ts.Declaration[];
  readonly close: () => void;
}

const { bindSourceFile, getTouchingPropertyName } = compiler as unknown as {
  bindSourceFile: (file: ts.SourceFile, options: ts.CompilerOptions) => void;
  getTouchingPropertyName: (file: ts.SourceFile, position: number) => ts.Node;
};

/** tslab's own module, read only after the compiler's functions were made exchangeable. */
function tslabConverter(): typeof import("tslab/dist/converter") {
  return require("tslab/dist/converter");
}

/** tslab's answer to "is this a whole cell?", with the indentation of the next line if not. */
export function isCompleteCode(source: string): { completed: boolean; indent?: string } {
  return tslabConverter().isCompleteCode(source);
}

type MakeHost = (
  files: string[],
  options: ts.CompilerOptions,
  sys: ts.System,
  createProgram: unknown,
  ...rest: unknown[]
) => ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.EmitAndSemanticDiagnosticsBuilderProgram>;

/** Makes a converter for cells whose relative imports start in `process.cwd()`. Takes about a second. */
export function createCellConverter(): CellConverter {
  const watched = watchByAsking();
  let program: ts.Program | undefined;
  const original = compiler.createWatchCompilerHost as unknown as MakeHost;
  const makeHost: MakeHost = (files, tslabOptions, sys, _createProgram, ...rest) => {
    const options: ts.CompilerOptions = {
      ...tslabOptions,
      // Understands `exports` maps and packages that are ES modules only.
      moduleResolution: compiler.ModuleResolutionKind.Bundler,
      // Every package under @types would be read at the start otherwise.
      types: ["node"],
      inlineSourceMap: true,
    };
    readFast(sys);
    // tslab asks for a builder that keeps account of every file's dependencies; nothing here needs it.
    const host = original(files, options, sys, compiler.createAbstractBuilder, ...rest);
    resolveModules(host, options, sys);
    onlyTheCell(host, options, (made) => {
      program = made;
    });
    return host;
  };
  const { createConverter } = tslabConverter();
  const converter = withReplaced("createWatchCompilerHost", makeHost, () => createConverter({}));
  // tslab would turn the module into CommonJS here; rewriteCell does it its own way.
  const asIs = (js: string) => ({ outputText: js });
  return {
    convert(previous, source) {
      watched.ask();
      return withReplaced("transpileModule", asIs, () => converter.convert(previous, source));
    },
    inspect(previous, source, position) {
      watched.ask();
      return converter.inspect(previous, source, position);
    },
    complete(previous, source, position) {
      watched.ask();
      return converter.complete(previous, source, position);
    },
    declarationsAt(position) {
      const name = program?.getRootFileNames().find((root) => !root.endsWith(".d.ts"));
      const file = name === undefined ? undefined : program?.getSourceFile(name);
      if (!program || !file) return [];
      const checker = program.getTypeChecker();
      const shift = file.text.indexOf("\n") + 1; // the line before the cell
      const symbol = checker.getSymbolAtLocation(getTouchingPropertyName(file, position + shift));
      if (!symbol) return [];
      const isAlias = symbol.flags & compiler.SymbolFlags.Alias;
      return (isAlias ? checker.getAliasedSymbol(symbol) : symbol).declarations ?? [];
    },
    close: () => converter.close(),
  };
}

/**
 * Replaces the compiler's file watchers by a look at the files' times before each cell: nothing arrives
 * late, nothing keeps the process alive, and the thousands of files under node_modules cost nothing.
 */
function watchByAsking(): { ask: () => void } {
  const files = new Map<string, { time: number; changed: ts.FileWatcherCallback }>();
  const timeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const foreign = `${sep}node_modules${sep}`;
  compiler.sys.watchFile = (path, changed) => {
    if (!path.includes(foreign)) files.set(path, { time: timeOf(path), changed });
    return { close: () => files.delete(path) };
  };
  compiler.sys.watchDirectory = () => ({ close: () => {} });
  return {
    ask() {
      for (const [path, file] of files) {
        const time = timeOf(path);
        if (time === file.time) continue;
        const kind =
          file.time === 0
            ? compiler.FileWatcherEventKind.Created
            : time === 0
              ? compiler.FileWatcherEventKind.Deleted
              : compiler.FileWatcherEventKind.Changed;
        file.time = time;
        file.changed(path, kind);
      }
    },
  };
}

/**
 * tslab wraps every question to the file system to make up for a tslab that is installed elsewhere. Under
 * node_modules, where nearly all questions go, the answers are remembered instead.
 */
function readFast(sys: ts.System): void {
  const plain = compiler.sys;
  const remember = <T>(ask: (path: string) => T, otherwise: (path: string) => T) => {
    const answers = new Map<string, T>();
    return (path: string): T => {
      if (!path.includes("/node_modules/")) return otherwise(path);
      let answer = answers.get(path);
      if (answer === undefined) {
        answer = ask(path);
        answers.set(path, answer);
      }
      return answer;
    };
  };
  sys.fileExists = remember(plain.fileExists, sys.fileExists.bind(sys));
  sys.directoryExists = remember(plain.directoryExists, sys.directoryExists.bind(sys));
  const readOther = sys.readFile.bind(sys);
  const readForeign = (path: string, encoding?: string) => {
    const text = plain.readFile(path, encoding);
    return text !== undefined && isPackageDeclaration(path) ? withoutDocumentation(text) : text;
  };
  sys.readFile = (path, encoding) =>
    path.includes("/node_modules/") ? readForeign(path, encoding) : readOther(path, encoding);
  if (plain.realpath) {
    const realpath = plain.realpath;
    sys.realpath = remember(realpath, realpath);
  }
}

/** Resolves imports with a memory for what was found and none for what was not: a new file is seen at once. */
function resolveModules(
  host: Pick<ts.CompilerHost, "resolveModuleNameLiterals">,
  options: ts.CompilerOptions,
  sys: ts.System,
): void {
  const cwd = sys.getCurrentDirectory();
  const cache = compiler.createModuleResolutionCache(cwd, (name) => name, options);
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map((literal) => {
      const name = literal.text;
      const known = compiler.resolveModuleName(name, containingFile, options, sys, cache);
      // Node's own modules have no file.
      if (containingFile.includes("/node_modules/") || isBuiltin(name)) return known;
      const file = known.resolvedModule?.resolvedFileName;
      const isForeign = file?.includes("/node_modules/");
      if (file && (isForeign || sys.fileExists(file))) return known;
      return compiler.resolveModuleName(name, containingFile, options, sys);
    });
  (host as { hasInvalidatedResolutions?: (path: string) => boolean }).hasInvalidatedResolutions =
    () => false;
}

/**
 * tslab checks and emits the cell and every source file that it imports, again and again. Here the cell
 * alone is checked: the compiler looks into an imported file only as far as the cell uses its types, and
 * Node runs it.
 */
function onlyTheCell(
  host: ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.EmitAndSemanticDiagnosticsBuilderProgram>,
  options: ts.CompilerOptions,
  made: (program: ts.Program) => void,
): void {
  let after: ((program: ts.EmitAndSemanticDiagnosticsBuilderProgram) => void) | undefined;
  Object.defineProperty(host, "afterProgramCreate", {
    configurable: true,
    get: () => after,
    set(callback: (program: ts.EmitAndSemanticDiagnosticsBuilderProgram) => void) {
      after = (program) => {
        program.getAllDependencies = (file) => [file.fileName];
        const inner = program.getProgram();
        made(inner);
        // A type without a name that can be written down (of a private class, of a function's own
        // interface) is no fault of a cell: later cells see `any` in its place.
        inner.getDeclarationDiagnostics = () => [];
        program.emit = (...parameters) =>
          withoutPropertyNames(inner.getTypeChecker(), () =>
            (inner.emit as (...all: unknown[]) => ts.EmitResult)(
              ...[...parameters, ...Array(5).fill(undefined)].slice(0, 5),
              true, // writes declarations all the same
            ),
          );
        // tslab reads the cell's names from the file; a checker, which would bind every file first, is
        // made only when the cell is checked.
        for (const name of host.rootFiles) {
          const file = program.getSourceFile(name);
          if (file && !file.isDeclarationFile) bindSourceFile(file, options);
        }
        callback(program);
      };
    },
  });
}

/**
 * While a cell is written tslab puts `exports.` before each name that an earlier cell declares, also before the property in
 * `const { property: name } = earlier`. Meanwhile the checker knows nothing of names of properties in patterns and literals.
 */
function withoutPropertyNames<T>(checker: ts.TypeChecker, write: () => T): T {
  const original = checker.getSymbolAtLocation;
  checker.getSymbolAtLocation = (node) => (isPropertyName(node) ? undefined : original(node));
  try {
    return write();
  } finally {
    checker.getSymbolAtLocation = original;
  }
}

function isPropertyName(node: ts.Node): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (compiler.isBindingElement(parent)) return parent.propertyName === node;
  return compiler.isPropertyAssignment(parent) && parent.name === node;
}
