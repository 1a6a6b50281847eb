/** Any value as a mime bundle: several representations of one output. */
import { inspect } from "node:util";
import type { MimeBundle } from "./cell";
import { type TableData, tableHtml, tableText } from "./htmlTable";
import { tableOf } from "./tableOf";

/** The protocol of Deno's kernel: an object that says by itself how it is displayed. */
export const DISPLAY = Symbol.for("Jupyter.display");

/**
 * The mime bundle of a value: what its `[Symbol.for("Jupyter.display")]()` returns (a promise is waited
 * for); an HTML table with a text twin for a danfo DataFrame or Series, an Arrow Table or an array of plain
 * records; shape, type and a corner for a tensor; else the text of `util.inspect`.
 * Every bundle has `text/plain`, and is plain JSON: typed arrays are lists, bytes of images base64.
 */
export function toBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  const own = displayMethod(value)?.();
  if (own instanceof Promise) return own.then((bundle) => completed(bundle, value));
  return completed(own, value);
}

function completed(own: unknown, value: unknown): MimeBundle {
  if (typeof own === "object" && own !== null) {
    const bundle = own as Record<string, unknown>;
    return jsonBundle(
      "text/plain" in bundle ? bundle : { ...bundle, "text/plain": inspectText(value) },
    );
  }
  const table = tableOf(value);
  return table ? tableBundle(table) : { "text/plain": inspectText(value) };
}

/** A table as HTML with its text twin. */
export function tableBundle(table: TableData): MimeBundle {
  return { "text/html": tableHtml(table), "text/plain": tableText(table) };
}

function displayMethod(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null)
    return undefined;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  return typeof method === "function" ? () => method.call(value) : undefined;
}

function inspectText(value: unknown): string {
  return inspect(value, {
    depth: 4,
    maxArrayLength: 100,
    maxStringLength: 10_000,
    breakLength: 100,
  });
}

/** A bundle whose values are plain JSON. */
export function jsonBundle(bundle: Readonly<Record<string, unknown>>): MimeBundle {
  const out: Record<string, unknown> = {};
  for (const [type, value] of Object.entries(bundle)) {
    if (value === undefined) continue;
    if (value instanceof Uint8Array && !isJsonType(type)) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      out[type] = isTextType(type) ? bytes.toString("utf8") : bytes.toString("base64");
    } else out[type] = plainJson(value);
  }
  return out;
}

const isJsonType = (type: string) => type === "application/json" || type.endsWith("+json");
const isTextType = (type: string) => type.startsWith("text/") || type === "image/svg+xml";

/** JSON text of a value: typed arrays as lists, bigints as numbers where exact, else as text. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint")
      return Number.isSafeInteger(Number(item)) ? Number(item) : `${item}`;
    if (ArrayBuffer.isView(item) && !(item instanceof DataView)) {
      return Array.from(item as unknown as ArrayLike<number | bigint>);
    }
    if (item instanceof Map) return Object.fromEntries(item);
    if (item instanceof Set) return [...item];
    return item;
  });
}

function plainJson(value: unknown): unknown {
  if (typeof value === "string") return value;
  const text = jsonText(value);
  return text === undefined ? null : JSON.parse(text);
}
