/**
 * Checks the cells of notebooks under a project's own (strict) TypeScript configuration. The kernel checks
 * loosely, so that trying things out stays easy; what is committed should stand the strict check.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type tsTypes from "@tslab/typescript-for-tslab";
import { ts } from "./compiler";

/** One complaint of the compiler about a cell. */
export interface CellProblem {
  /** Path of the notebook, as it was given. */
  readonly notebook: string;
  /** Number of the cell among the notebook's code cells, from 1: what `[n]` shows after a fresh run. */
  readonly cell: number;
  /** Line and column in the cell, from 1. */
  readonly line: number;
  readonly column: number;
  /** For example `TS2322`. */
  readonly code: string;
  readonly message: string;
  /** The line that is complained about. */
  readonly source: string;
}

export interface CheckCellsOptions {
  /** Folder of `tsconfig.json` and `node_modules`; relative imports in cells start here. */
  readonly root: string;
  /** Folder below the root for files that are removed afterwards. Default: `.lab`. */
  readonly scratch?: string;
}

/** Sources of a notebook's code cells, in order. Throws with the path when it is no notebook. */
export function cellsOf(notebook: string): string[] {
  let content: { cells?: { cell_type: string; source: string | string[] }[] };
  try {
    content = JSON.parse(readFileSync(notebook, "utf8"));
  } catch (error) {
    throw new Error(
      `${notebook} is no notebook: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!Array.isArray(content.cells)) throw new Error(`${notebook} is no notebook: it has no cells`);
  return content.cells
    .filter((cell) => cell.cell_type === "code")
    .map(({ source }) => (Array.isArray(source) ? source.join("") : source));
}

/**
 * Type-checks every cell of the notebooks in one run of the project's compiler. Each cell becomes a module
 * that imports the names it uses from the cells before; a later cell may declare a name again.
 * Returns the complaints in the order of notebooks, cells and lines; none means that all is well.
 */
export async function checkCells(
  notebooks: readonly string[],
  options: CheckCellsOptions,
): Promise<CellProblem[]> {
  const root = resolve(options.root);
  const scratch = resolve(root, options.scratch ?? ".lab");
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "cells-"));
  try {
    const modules = new Map<string, { notebook: string; cell: number; source: string }>();
    notebooks.forEach((notebook, number) => {
      const known = new Map<string, Known>();
      cellsOf(notebook).forEach((source, at) => {
        const name = `notebook${number + 1}_cell${at + 1}`;
        writeFileSync(join(folder, `${name}.ts`), cellModule(source, name, known));
        modules.set(`${name}.ts`, { notebook, cell: at + 1, source });
      });
    });
    if (modules.size === 0) return [];
    const config = {
      extends: join(root, "tsconfig.json"),
      // `./lib/x` in a cell means the project's root, wherever the cell's module lies; what a cell imports
      // may be used in a later cell only.
      compilerOptions: { rootDirs: [root, folder], noEmit: true, noUnusedLocals: false },
      include: [],
      files: [...modules.keys()].map((file) => join(folder, file)),
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const output = await compile(root, join(folder, "tsconfig.json"));
    return problemsIn(output, modules);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The complaint as one line: notebook, cell, line, message. */
export function describeProblem(problem: CellProblem): string {
  const { notebook, cell, line, column, message, code, source } = problem;
  return `${notebook}, cell ${cell}, line ${line}:${column}: ${message} (${code})\n    ${source.trim()}`;
}

/** Where a later cell finds a name: text of an import statement. */
type Known = string;

/** Lines that stand before the cell in its module. */
const LINES_BEFORE = 1;

function cellModule(source: string, module: string, known: Map<string, Known>): string {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  const used = new Set<string>();
  const collect = (node: tsTypes.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, collect);
  };
  collect(file);
  const { values, types, imports } = declarationsOf(file);
  const own = new Set([...values, ...types, ...imports.keys()]);
  const needed = [...used]
    .filter((name) => !own.has(name))
    .flatMap((name) => known.get(name) ?? []);
  for (const name of values) known.set(name, `import { ${name} } from "./${module}";`);
  for (const name of types) {
    if (!values.has(name)) known.set(name, `import type { ${name} } from "./${module}";`);
  }
  for (const [name, statement] of imports) known.set(name, statement);
  const typesOnly = [...types].filter((name) => !values.has(name));
  return [
    needed.join(" "),
    source,
    `export { ${[...values].join(", ")} };`,
    `export type { ${typesOnly.join(", ")} };`,
  ].join("\n");
}

interface Declarations {
  readonly values: Set<string>;
  readonly types: Set<string>;
  /** Imported names, each with an import statement of its own. */
  readonly imports: Map<string, string>;
}

function declarationsOf(file: tsTypes.SourceFile): Declarations {
  const values = new Set<string>();
  const types = new Set<string>();
  const imports = new Map<string, string>();
  const bind = (name: tsTypes.BindingName): void => {
    if (ts.isIdentifier(name)) values.add(name.text);
    else for (const part of name.elements) if (!ts.isOmittedExpression(part)) bind(part.name);
  };
  for (const node of file.statements) {
    if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) bind(declaration.name);
    } else if (
      (ts.isFunctionDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isEnumDeclaration(node)) &&
      node.name
    ) {
      values.add(node.name.text);
    } else if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      types.add(node.name.text);
    } else if (ts.isImportDeclaration(node)) {
      const from = node.moduleSpecifier.getText(file);
      const clause = node.importClause;
      const type = clause?.isTypeOnly ? "type " : "";
      if (clause?.name)
        imports.set(clause.name.text, `import ${type}${clause.name.text} from ${from};`);
      const bindings = clause?.namedBindings;
      if (bindings && ts.isNamespaceImport(bindings)) {
        imports.set(bindings.name.text, `import ${type}* as ${bindings.name.text} from ${from};`);
      } else {
        for (const element of bindings?.elements ?? []) {
          const how = element.isTypeOnly ? "type " : type;
          const rename = element.propertyName ? `${element.propertyName.text} as ` : "";
          imports.set(
            element.name.text,
            `import ${how}{ ${rename}${element.name.text} } from ${from};`,
          );
        }
      }
    }
  }
  return { values, types, imports };
}

/** Output of the project's compiler; it ends with an error code when it complains. */
function compile(root: string, config: string): Promise<string> {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  return new Promise((done, fail) => {
    const argv = [compiler, "-p", config, "--pretty", "false"];
    execFile(process.execPath, argv, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") fail(error);
      else if (error && stdout.trim() === "") fail(new Error(`the compiler failed: ${stderr}`));
      else done(stdout);
    });
  });
}

const COMPLAINT = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;
/** An imported name cannot be assigned to; a variable of an earlier cell can. */
const ASSIGNED_IMPORT = "TS2632";

function problemsIn(
  output: string,
  modules: ReadonlyMap<string, { notebook: string; cell: number; source: string }>,
): CellProblem[] {
  const problems: CellProblem[] = [];
  for (const text of output.split("\n")) {
    const found = COMPLAINT.exec(text);
    if (!found) {
      if (text.startsWith("error ")) throw new Error(`The cells cannot be checked: ${text}`);
      const last = problems.at(-1);
      // The compiler goes on about the same place on indented lines.
      if (last && /^\s+\S/.test(text)) {
        problems[problems.length - 1] = { ...last, message: `${last.message}\n${text}` };
      }
      continue;
    }
    const [, path, lineText, columnText, code, message] = found;
    const module = modules.get(basename(path));
    // What is wrong in lib is for lib's own check to tell.
    if (!module) continue;
    const line = Number(lineText) - LINES_BEFORE;
    const lines = module.source.split("\n");
    if (code === ASSIGNED_IMPORT || line < 1 || line > lines.length) continue;
    const { notebook, cell } = module;
    const source = lines[line - 1];
    problems.push({ notebook, cell, line, column: Number(columnText), code, message, source });
  }
  return problems.sort(
    (a, b) => a.notebook.localeCompare(b.notebook) || a.cell - b.cell || a.line - b.line,
  );
}
