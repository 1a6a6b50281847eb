/** Writes where the numbers came from into a figure: a line at its foot for readers, a record for programs. */
import type { DataSource } from "../loaders/dataSource";
import type { Figure } from "./figure";
import { isSynthetic, sourceRecord, sourceText } from "./provenance";
import { MARGIN, MUTED, PALETTE, TEXT } from "./theme";

/** The same figure with its source at the lower right and in `layout.meta`. Synthetic data is set off in colour. */
export function withSourceLine(
  figure: Figure,
  sources: readonly DataSource[],
  library: string,
): Figure {
  const margin = { ...MARGIN, ...(figure.layout.margin as object | undefined) };
  const line = {
    name: "source",
    text: sourceText(sources),
    xref: "paper",
    yref: "paper",
    x: 1,
    y: 0,
    xanchor: "right",
    yanchor: "bottom",
    // From the foot of the drawing to the foot of the figure.
    yshift: 5 - margin.b,
    showarrow: false,
    font: { size: TEXT.footer, color: isSynthetic(sources) ? PALETTE.vermillion : MUTED },
  };
  const annotations = (figure.layout.annotations as object[] | undefined) ?? [];
  const meta = { ...(figure.layout.meta as object | undefined) };
  return {
    data: figure.data,
    layout: {
      ...figure.layout,
      annotations: [...annotations, line],
      meta: { ...meta, ...sourceRecord(sources, library) },
    },
  };
}
