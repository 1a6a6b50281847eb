/** Errors as a reader of the notebook wants them: the cell's own lines, lib's files, no Node internals. */
import { findSourceMap, SourceMap } from "node:module";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, stripVTControlCharacters } from "node:util";
import type { CheckedCell, Complaint } from "./checkThread";
import type { StoppedAt } from "./ioThread";

/** Name of a cell's script for V8. */
export const cellScript = (count: number) => `cell:${count}`;
const CELL = /^cell:(\d+)$/;

interface CellSource {
  readonly map: SourceMap | undefined;
  readonly columns: CheckedCell["columns"];
  readonly source: string;
}

/** What a cell's error tells the front end. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

const cells = new Map<number, CellSource>();
/** Sources of this many last cells are kept for tracebacks. */
const KEPT = 500;

/** Remembers a cell, for the traceback of errors in it. */
export function rememberCell(
  count: number,
  source: string,
  { map, columns }: Pick<CheckedCell, "map" | "columns">,
): void {
  cells.set(count, { map: map ? new SourceMap(JSON.parse(map)) : undefined, columns, source });
  cells.delete(count - KEPT);
}

/** Puts the variables' own names back into what V8 says about rewritten code (see rewriteCell.ts). */
function plainNames(message: string): string {
  return message.replace(/\(0 ?, \$\$([\w$]+)\.v\)/g, "$1").replace(/\$\$([\w$]+)\.v\b/g, "$1");
}

interface Place {
  readonly file: string;
  readonly cell?: number;
  readonly line: number;
  readonly column: number;
}

/** Line and column, from 1, in the cell for a place in its JavaScript. */
function placeInCell(
  count: number,
  line: number,
  column: number,
): { line: number; column: number } | undefined {
  const cell = cells.get(count);
  if (!cell?.map) return undefined;
  let at = column - 1;
  for (const [editLine, after, before] of cell.columns) {
    if (editLine === line - 1 && after <= column - 1) at = before + (column - 1 - after);
  }
  let entry = cell.map.findEntry(line - 1, at);
  // What stands before a line's first mapping belongs to that line all the same.
  if (!("generatedLine" in entry) || entry.generatedLine !== line - 1) {
    entry = cell.map.findEntry(line - 1, Number.MAX_SAFE_INTEGER);
  }
  if (!("originalLine" in entry)) return undefined;
  // The converter puts one line before the cell: its line index is the cell's line number.
  return { line: entry.originalLine, column: entry.originalColumn + 1 };
}

function placeOf(site: NodeJS.CallSite): Place | undefined {
  const file = site.getFileName() ?? site.getScriptNameOrSourceURL?.() ?? undefined;
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (!file || line === null || column === null) return undefined;
  const cell = CELL.exec(file);
  if (cell) {
    const count = Number(cell[1]);
    return { file, cell: count, ...(placeInCell(count, line, column) ?? { line, column }) };
  }
  const entry = findSourceMap(file)?.findEntry(line - 1, column - 1);
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  return entry && "originalLine" in entry
    ? { file: path, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
    : { file: path, line, column };
}

function describe(place: Place): string {
  if (place.cell !== undefined) return `Cell [${place.cell}]:${place.line}:${place.column}`;
  const near = relative(process.cwd(), place.file);
  const file = near.startsWith("..") ? place.file : `.${sep}${near}`;
  return `${file}:${place.line}:${place.column}`;
}

/** Makes `error.stack` speak of cells and of TypeScript lines everywhere in this process. */
export function installStackFormat(): void {
  Error.prepareStackTrace = (error, sites) => {
    const lines = [plainNames(headOf(error))];
    for (const site of sites) {
      const place = placeOf(site);
      // From here on it is the kernel that calls.
      if (place && KERNEL_FILE.test(place.file) && place.file.startsWith(__dirname)) break;
      const isNode = !place || place.file.startsWith("node:");
      if (!place) {
        if (!site.isNative()) lines.push(`    at ${site}`);
        continue;
      }
      const caller = callerOf(site, place);
      const where = isNode ? `${place.file}:${place.line}:${place.column}` : describe(place);
      lines.push(caller ? `    at ${caller} (${where})` : `    at ${where}`);
    }
    return lines.join("\n");
  };
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

function callerOf(site: NodeJS.CallSite, place: Place): string {
  const name = site.getFunctionName();
  if (!name || (place.cell !== undefined && name === "cell")) return "";
  const type = site.getTypeName();
  const isMethod =
    !site.isToplevel() && !site.isConstructor() && type && type !== "Object" && !name.includes(".");
  const plain = plainNames(name);
  const prefix = site.isAsync() ? "async " : site.isConstructor() ? "new " : "";
  return `${prefix}${isMethod ? `${type}.` : ""}${plain}`;
}

const FRAME = /^\s+at /;
const NODE_FRAME = /\bnode:|[\\/]node_modules[\\/]tsx[\\/]|^\s+at <anonymous>$/;
/** Files of the kernel that stand between a cell and Node; its others are library that cells call. */
const KERNEL_FILE = /[\\/](executor|session|modules|main|awaitGuard)\.ts$/;

const CELL_FRAME = /Cell \[(\d+)\]:(\d+)(?::(\d+))?/;

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
const green = (text: string) => `\u001b[32m${text}\u001b[39m`;
const gray = (text: string) => `\u001b[90m${text}\u001b[39m`;

/** The lines of a cell around one line, the line itself marked. */
export function excerpt(count: number, line: number, around = 1): string[] {
  const lines = cells.get(count)?.source.split("\n");
  if (!lines || line < 1 || line > lines.length) return [];
  const from = Math.max(1, line - around);
  const to = Math.min(lines.length, line + around);
  const width = String(to).length;
  const out: string[] = [];
  for (let number = from; number <= to; number++) {
    const mark = number === line ? green("---->") : "     ";
    out.push(`${mark} ${String(number).padStart(width)} ${lines[number - 1]}`);
  }
  return out;
}

/** Turns whatever a cell threw into name, message and traceback; a value that is no Error is inspected. */
export function describeError(thrown: unknown): CellError {
  if (!isError(thrown)) {
    const evalue = `thrown value: ${inspect(thrown, { depth: 3 })}`;
    return { ename: "Error", evalue, traceback: [`${red("Error")}: ${evalue}`] };
  }
  const ename = String(thrown.name || "Error");
  const evalue = plainNames(String(thrown.message));
  const traceback: string[] = [`${red(ename)}: ${evalue}`];
  const seen = new Set<unknown>();
  addFrames(thrown, traceback, seen);
  return { ename, evalue, traceback };
}

function addFrames(error: Error, traceback: string[], seen: Set<unknown>): void {
  if (seen.has(error) || seen.size > 5) return;
  seen.add(error);
  const stack = typeof error.stack === "string" ? error.stack : "";
  const frames = stack.split("\n").filter((line) => FRAME.test(line) && !NODE_FRAME.test(line));
  const first = frames.find((frame) => CELL_FRAME.test(frame));
  const at = first ? CELL_FRAME.exec(first) : null;
  if (at) {
    traceback.push(green(`Cell [${at[1]}], line ${at[2]}`));
    traceback.push(...excerpt(Number(at[1]), Number(at[2])));
  }
  traceback.push(...frames.map((frame) => gray(frame)));
  if (error instanceof AggregateError) {
    for (const inner of error.errors.slice(0, 5)) {
      if (!isError(inner)) continue;
      traceback.push("", `${red(inner.name)}: ${plainNames(inner.message)}`);
      addFrames(inner, traceback, seen);
    }
  }
  if (isError(error.cause)) {
    traceback.push(
      "",
      "Caused by:",
      `${red(error.cause.name)}: ${plainNames(error.cause.message)}`,
    );
    addFrames(error.cause, traceback, seen);
  }
}

/** Adds the frames of who waited to an error whose own stack has lost the cell. */
export function addWaitingFrames(thrown: unknown, waiting: { readonly stack?: string }): void {
  if (!isError(thrown) || typeof thrown.stack !== "string" || CELL_FRAME.test(thrown.stack)) return;
  const frames = (waiting.stack ?? "").split("\n").filter((line) => CELL_FRAME.test(line));
  if (frames.length === 0) return;
  const lines = frames.map((frame) => frame.replace(/^(\s+at )(?:async )?/, "$1async "));
  // A frozen error stays as it is.
  Reflect.set(thrown, "stack", [thrown.stack, ...lines].join("\n"));
}

/** The complaints of the compiler about a cell. */
export function describeComplaints(count: number, complaints: readonly Complaint[]): CellError {
  const traceback: string[] = [];
  const messages: string[] = [];
  let shownAt = -1;
  for (const { line, column, offset, message, code, file } of complaints) {
    const where = file ? `${file}:${line}:${column}` : `line ${line}:${column}`;
    messages.push(`${where}: ${message} (TS${code})`);
    if (offset !== shownAt) {
      traceback.push(green(`Cell [${count}], ${where}`));
      if (!file) traceback.push(...excerpt(count, line));
    }
    shownAt = offset;
    traceback.push(`${red("TypeScript")}: ${message} (TS${code})`);
  }
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
  return { ename: "TypeScriptError", evalue: `${messages[0]}${more}`, traceback };
}

/** An interrupted cell; with the place in its JavaScript where it was stopped, the line is shown. */
export function describeInterrupt(count: number, place?: StoppedAt): CellError {
  const ename = "Interrupted";
  const evalue = `Cell [${count}] was interrupted`;
  const traceback = [`${red(ename)}: ${evalue}`];
  const at = place && placeInCell(place.cell, place.line, place.column);
  if (place && at) {
    traceback.push(green(`Cell [${place.cell}], line ${at.line}`), ...excerpt(place.cell, at.line));
  }
  return { ename, evalue, traceback };
}

/** Errors of other realms (vm contexts, workers) count too. */
function isError(value: unknown): value is Error {
  return (
    value instanceof Error ||
    (typeof value === "object" &&
      value !== null &&
      Object.prototype.toString.call(value) === "[object Error]")
  );
}

/** The number of the first cell in an error's stack, for errors that lost their context. */
export function cellOfError(thrown: unknown): number | undefined {
  const stack = isError(thrown) && typeof thrown.stack === "string" ? thrown.stack : "";
  const at = CELL_FRAME.exec(stripVTControlCharacters(stack));
  return at ? Number(at[1]) : undefined;
}
