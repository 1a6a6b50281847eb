/** What Shift-Tab shows: signature and documentation of the name at the cursor. */
import { printQuickInfo } from "tslab/dist/inspect";
import type { CellConverter } from "./converter";

export interface Inspection {
  readonly text: string;
  readonly markdown: string;
}

export function inspectCell(
  converter: CellConverter,
  previous: string,
  source: string,
  position: number,
): Inspection | undefined {
  const info = converter.inspect(previous, source, position);
  if (!info) return undefined;
  const text = printQuickInfo(info);
  return { text, markdown: text };
}
