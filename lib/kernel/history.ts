/** The cells that were run, as `history_request` asks for them. */

export interface HistoryEntry {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  output: string;
}

/**
 * The entries that a request selects (`tail`, `range` or `search` with a glob pattern), each as
 * [session, line, input] or, with `output`, [session, line, [input, output]].
 */
export function selectHistory(
  history: readonly HistoryEntry[],
  content: Readonly<Record<string, unknown>>,
): unknown[] {
  const withOutput = content.output === true;
  const n = Number(content.n ?? 100);
  let chosen: readonly HistoryEntry[] = history;
  if (content.hist_access_type === "range") {
    const start = Number(content.start ?? 1);
    const stop =
      content.stop === null || content.stop === undefined ? Infinity : Number(content.stop);
    chosen = history.filter(({ line }) => line >= start && line < stop);
  } else {
    if (content.hist_access_type === "search") {
      const pattern = globPattern(String(content.pattern ?? "*"));
      chosen = history.filter(({ input }) => pattern.test(input));
      if (content.unique === true) {
        const lastOf = new Map(chosen.map((entry) => [entry.input, entry]));
        chosen = chosen.filter((entry) => lastOf.get(entry.input) === entry);
      }
    }
    chosen = n > 0 ? chosen.slice(-n) : [];
  }
  return chosen.map(({ session, line, input, output }) => [
    session,
    line,
    withOutput ? [input, output] : input,
  ]);
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, "[\\s\\S]*").replace(/\?/g, "[\\s\\S]")}$`);
}
