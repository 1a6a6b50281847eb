/** A progress bar: in place in a cell, on one line of a terminal, one line at the end in a log. */
import { randomUUID } from "node:crypto";
import { currentCell } from "./cell";
import { escapeHtml } from "./htmlTable";

export interface Progress {
  /** How much is done, in the unit of the total. */
  update(done: number, note?: string): void;
  /** The bar stays, full. */
  finish(note?: string): void;
  /** The bar stays where it is, marked as failed. */
  fail(note?: string): void;
}

type State = "running" | "done" | "failed";

/** At most four updates a second. */
const INTERVAL_MS = 250;

/**
 * Starts a progress bar.
 * @param label what is being done
 * @param total the work there is (bytes, rows, steps); without it the bar shows what is done and the rate
 */
export function progress(label: string, total?: number): Progress {
  const cell = currentCell();
  const startedAt = Date.now();
  const id = randomUUID();
  let done = 0;
  let note = "";
  let state: State = "running";
  let drawnAt = 0;
  let isDrawn = false;

  const draw = (): void => {
    drawnAt = Date.now();
    const seconds = (drawnAt - startedAt) / 1000;
    const text = describe(label, done, total, seconds, note, state);
    if (cell.host === "kernel") {
      cell.display(
        { "text/html": bar(text, done, total, state), "text/plain": text },
        { id, update: isDrawn },
      );
      isDrawn = true;
    } else if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[2K${text}${state === "running" ? "" : "\n"}`);
    } else if (state !== "running") process.stderr.write(`${text}\n`);
  };
  const end = (how: State, last?: string): void => {
    if (state !== "running") return;
    state = how;
    if (last !== undefined) note = last;
    if (how === "done" && total !== undefined) done = total;
    draw();
  };

  draw();
  return {
    update(now, message) {
      if (state !== "running") return;
      done = now;
      if (message !== undefined) note = message;
      if (Date.now() - drawnAt >= INTERVAL_MS) draw();
    },
    finish: (message) => end("done", message),
    fail: (message) => end("failed", message),
  };
}

function describe(
  label: string,
  done: number,
  total: number | undefined,
  seconds: number,
  note: string,
  state: State,
): string {
  const rate = seconds > 0.2 ? done / seconds : 0;
  const parts: string[] = [];
  if (total !== undefined && total > 0) {
    parts.push(`${Math.floor((100 * Math.min(done, total)) / total)}%`);
    parts.push(`${short(done)}/${short(total)}`);
  } else if (done > 0) parts.push(short(done));
  if (rate > 0 && done > 0) parts.push(`${short(rate)}/s`);
  if (state === "running") {
    if (total !== undefined && rate > 0 && done < total) {
      parts.push(`${duration((total - done) / rate)} left`);
    }
  } else parts.push(`${state === "done" ? "done in" : "failed after"} ${duration(seconds)}`);
  if (note) parts.push(note);
  return `${label}: ${parts.join(", ")}`.replace(/: $/, "");
}

function bar(text: string, done: number, total: number | undefined, state: State): string {
  const share = total ? Math.min(1, Math.max(0, done / total)) : state === "done" ? 1 : 0;
  const colour = state === "failed" ? "#c0392b" : state === "done" ? "#2e8b57" : "#3b7dd8";
  return (
    `<div style="display:flex;align-items:center;gap:0.8em;font-size:13px">` +
    `<div style="flex:0 0 180px;height:8px;border-radius:4px;background:rgba(128,128,128,0.25)">` +
    `<div style="height:8px;border-radius:4px;width:${(100 * share).toFixed(1)}%;background:${colour}"></div></div>` +
    `<span style="font-variant-numeric:tabular-nums">${escapeHtml(text)}</span></div>`
  );
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${(value / 1e9).toFixed(1)}G`;
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
