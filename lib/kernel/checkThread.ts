/**
 * The thread that owns the compiler. Cells are checked and turned into JavaScript here, so that the main
 * thread belongs to the cells alone: it can load what a cell imports meanwhile, and stopping a cell never
 * stops the compiler in the middle of its work.
 */
import { parentPort } from "node:worker_threads";
import { ts } from "./compiler";
import { type Completions, completeCell } from "./completions";
import { type CellConverter, createCellConverter, isCompleteCode } from "./converter";
import { declarationsAfterFailure } from "./declarations";
import { type Inspection, inspectCell } from "./inspection";
import { rewriteCell } from "./rewriteCell";

/** A complaint of the compiler; lines and columns count from 1, `offset` is the place in the cell. */
export interface Complaint {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly message: string;
  readonly code: number;
  /** The file, when it is not the cell. */
  readonly file?: string;
}

export interface CheckedCell {
  readonly complaints: readonly Complaint[];
  /** Function expression that runs the cell (see rewriteCell); empty when there is nothing to run. */
  readonly code: string;
  /** JSON of the source map from `code` to the cell. */
  readonly map: string;
  /** See rewriteCell. */
  readonly columns: readonly (readonly [number, number, number])[];
  readonly imports: readonly string[];
  readonly declared: readonly string[];
  readonly hasAwait: boolean;
  /** Declarations of all cells so far, for the next check. */
  readonly declarations: string;
}

export interface CheckRequests {
  convert: { ask: { previous: string; source: string }; answer: CheckedCell };
  complete: { ask: { previous: string; source: string; position: number }; answer: Completions };
  inspect: {
    ask: { previous: string; source: string; position: number; detail: number };
    answer: Inspection | undefined;
  };
  isComplete: { ask: { source: string }; answer: Completeness };
  afterFailure: {
    ask: { previous: string; declarations: string; assigned: readonly string[] };
    answer: string;
  };
}

/** Is this text a whole cell, the beginning of one, or none? */
export interface Completeness {
  readonly status: "complete" | "incomplete" | "invalid";
  /** What the next line of an incomplete cell begins with. */
  readonly indent?: string;
}

export type CheckKind = keyof CheckRequests;
export type ToCheck = {
  [K in CheckKind]: { id: number; kind: K; ask: CheckRequests[K]["ask"] };
}[CheckKind];
export type FromCheck =
  | { kind: "ready" }
  | { kind: "answer"; id: number; answer: unknown }
  | { kind: "failed"; id: number; reason: string };

/** Names that cells have declared so far: free names in a cell's JavaScript that mean a variable. */
const known = new Set<string>();
let made: CellConverter | undefined;

function converter(): CellConverter {
  made ??= createCellConverter();
  return made;
}

function convert({ previous, source }: CheckRequests["convert"]["ask"]): CheckedCell {
  const converted = converter().convert(previous, withoutExports(source));
  const complaints = converted.diagnostics.map((diagnostic) => ({
    line: diagnostic.start.line + 1,
    column: diagnostic.start.character + 1,
    offset: diagnostic.start.offset,
    message: diagnostic.messageText,
    code: diagnostic.code,
    file: diagnostic.fileName,
  }));
  const empty = { code: "", map: "", columns: [], imports: [], declared: [], hasAwait: false };
  const declarations = converted.declOutput ?? previous;
  if (complaints.length > 0 || !converted.output) return { ...empty, complaints, declarations };
  const { js, map } = splitMap(converted.output);
  const rewritten = rewriteCell(js, {
    isVariable: (name) => known.has(name),
    lastExpression: converted.lastExpressionVar,
  });
  for (const name of rewritten.declared) known.add(name);
  // A `var` inside a block is a variable of the cell, but the compiler writes no declaration for it.
  const undeclared = rewritten.declared.filter(
    (name) => !new RegExp(`(?<![\\w$])${name.replace(/\$/g, "\\$")}(?![\\w$])`).test(declarations),
  );
  const extra = undeclared.map((name) => `declare var ${name}: any;\n`).join("");
  return { complaints, map, declarations: declarations + extra, ...rewritten };
}

/** The converter exports all names itself: a cell's own `export` gives way to blanks. */
function withoutExports(source: string): string {
  if (!/\bexport\b/.test(source)) return source;
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  let text = source;
  const blank = (start: number, end: number) => {
    text = text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, " ") + text.slice(end);
  };
  for (const node of file.statements) {
    if (ts.isExportDeclaration(node)) blank(node.getStart(file), node.end);
    else if (ts.isExportAssignment(node))
      blank(node.getStart(file), node.expression.getStart(file));
    else if (ts.canHaveModifiers(node)) {
      for (const modifier of ts.getModifiers(node) ?? []) {
        if (
          modifier.kind === ts.SyntaxKind.ExportKeyword ||
          modifier.kind === ts.SyntaxKind.DefaultKeyword
        ) {
          blank(modifier.getStart(file), modifier.end);
        }
      }
    }
  }
  return text;
}

function splitMap(output: string): { js: string; map: string } {
  const at = output.lastIndexOf("//# sourceMappingURL=");
  if (at < 0) return { js: output, map: "" };
  const encoded = output.slice(output.indexOf("base64,", at) + "base64,".length).trim();
  return { js: output.slice(0, at), map: Buffer.from(encoded, "base64").toString("utf8") };
}

function answer(message: ToCheck): unknown {
  switch (message.kind) {
    case "convert":
      return convert(message.ask);
    case "complete": {
      const { previous, source, position } = message.ask;
      return completeCell(converter(), previous, source, position);
    }
    case "inspect": {
      const { previous, source, position } = message.ask;
      return inspectCell(converter(), previous, source, position);
    }
    case "isComplete":
      return completeness(message.ask.source);
    case "afterFailure":
      return declarationsAfterFailure(message.ask);
  }
}

function completeness(source: string): Completeness {
  const { completed, indent } = isCompleteCode(source);
  if (!completed) return { status: "incomplete", indent: indent ?? "" };
  const { diagnostics } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return { status: diagnostics?.length ? "invalid" : "complete" };
}

const port = parentPort;
if (port) {
  const tell = (message: FromCheck) => port.postMessage(message);
  port.on("message", (message: ToCheck) => {
    try {
      tell({ kind: "answer", id: message.id, answer: answer(message) });
    } catch (error) {
      // The compiler broke off in the middle of its work: the next cell gets a fresh one.
      made?.close();
      made = undefined;
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tell({ kind: "failed", id: message.id, reason });
    }
  });
  converter().convert("", "0");
  tell({ kind: "ready" });
}
