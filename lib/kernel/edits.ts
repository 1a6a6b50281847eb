/** Edits of a text that never move a line. */

export interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Applies edits (in any order, none within another) behind a `head` on the first line. `columns` leads back:
 * for each edit [line, column in the result, column before the edits] of what lies behind it, from 0.
 */
export function applyEdits(
  text: string,
  edits: readonly Edit[],
  head: string,
): { text: string; columns: [number, number, number][] } {
  const ordered = edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => a.at - b.at || a.order - b.order);
  const columns: [number, number, number][] = [[0, head.length, 0]];
  const out: string[] = [head];
  let from = 0;
  let line = 0;
  // Columns reached in the result and in the text before the edits.
  let column = head.length;
  let columnBefore = 0;
  const advance = (piece: string, isKept: boolean): void => {
    const last = piece.lastIndexOf("\n");
    if (last >= 0) {
      line += piece.split("\n").length - 1;
      column = piece.length - last - 1;
      columnBefore = column;
    } else {
      column += piece.length;
      if (isKept) columnBefore += piece.length;
    }
  };
  for (const edit of ordered) {
    const kept = text.slice(from, edit.at);
    advance(kept, true);
    // Lines that an edit swallows (an import over several lines) are given back.
    const lost = text.slice(edit.at, edit.end);
    const lines = lost.split("\n");
    out.push(kept, edit.text, "\n".repeat(lines.length - 1));
    column += edit.text.length;
    if (lines.length > 1) {
      line += lines.length - 1;
      column = 0;
      columnBefore = lines[lines.length - 1].length;
    } else columnBefore += lost.length;
    columns.push([line, column, columnBefore]);
    from = edit.end;
  }
  out.push(text.slice(from));
  return { text: out.join(""), columns };
}
