/** Labels beside an axis of rows: each row has a place, counted from 0 at the top. */
import { axis, TEXT } from "./theme";

/** Breaks a long text into lines of about `width` characters, at blanks. */
export function wrapped(text: string, width = 40): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines.join("<br>");
}

/**
 * A vertical axis with one place a row, the first on top. Places are numbers, so that what stands at a row can be
 * moved up or down within it.
 */
export function rowAxis(title: string, labels: readonly string[]): Record<string, unknown> {
  return axis(title, {
    tickmode: "array",
    tickvals: labels.map((_, place) => place),
    ticktext: labels,
    range: [labels.length - 0.5, -0.5],
    showgrid: false,
    // Not seen, but they keep the labels off the line.
    tickcolor: "rgba(0, 0, 0, 0)",
    zeroline: false,
  });
}

/** The same along the bottom, the first row at the left. */
export function columnAxis(title: string, labels: readonly string[]): Record<string, unknown> {
  return { ...rowAxis(title, labels), range: [-0.5, labels.length - 0.5] };
}

/** About how wide a text of the size of labels is, in CSS pixels. Lines are parted by `<br>`. */
export function textWidth(text: string, size: number = TEXT.label): number {
  const plain = text.replace(/<(?!br>)[^>]*>/g, "").split("<br>");
  return Math.max(...plain.map((line) => line.length)) * size * 0.56;
}

/** A number as a label writes it: at most 4 digits, no trailing zeros. */
export function shortNumber(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 12 });
}
