/** Interactive figures as HTML: a page beside the other files, and an output for where no PNG can be had. */
import { createHash } from "node:crypto";
import { escapeHtml } from "../kernel/htmlTable";
import type { Figure } from "./figure";
import { figureTitle } from "./figureText";

/** Name of the copy of plotly.js that the pages of one folder share. */
export const PLOTLY_COPY = "plotly.min.js";

const CONFIG = { responsive: true, displaylogo: false };

/** A page of its own that draws the figure with the `plotly.min.js` beside it. */
export function figurePage(figure: Figure): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(figureTitle(figure))}</title>
<script src="${PLOTLY_COPY}"></script>
</head>
<body>
<div id="figure" style="height:${heightOf(figure)}px"></div>
<script>
Plotly.newPlot("figure", ${scriptJson(figure.data)}, ${scriptJson(figure.layout)}, ${scriptJson(CONFIG)});
</script>
</body>
</html>
`;
}

/**
 * An output that draws the figure wherever the page finds a plotly.js: one that is loaded already, or the copy
 * in the write-up. Until then, and where scripts do not run, it names the figure and links to its page.
 * @param page  the figure's page, relative to the write-up folder: `figures/01_x.html`
 */
export function figureFragment(figure: Figure, page: string): string {
  const id = `figure-${createHash("sha256").update(page).digest("hex").slice(0, 12)}`;
  const folder = page.slice(0, page.lastIndexOf("/") + 1);
  const title = escapeHtml(figureTitle(figure));
  return `<div id="${id}" class="lab-figure"><p>${title}: <a href="${escapeHtml(page)}">open the interactive figure</a></p></div>
<script>
(() => {
  const element = document.getElementById("${id}");
  const draw = () => {
    element.textContent = "";
    element.style.height = "${heightOf(figure)}px";
    window.Plotly.newPlot(element, ${scriptJson(figure.data)}, ${scriptJson(flexible(figure))}, ${scriptJson(CONFIG)});
  };
  const load = (places) => {
    if (window.Plotly) return draw();
    if (places.length === 0) return;
    const script = document.createElement("script");
    script.src = places[0];
    script.onload = draw;
    script.onerror = () => load(places.slice(1));
    document.head.append(script);
  };
  load(["${folder}${PLOTLY_COPY}", "writeup/${folder}${PLOTLY_COPY}"]);
})();
</script>`;
}

/** Plotly forgets the layout's own height when the window changes, and then fills its element. */
function heightOf({ layout }: Figure): number {
  return typeof layout.height === "number" ? layout.height : 450;
}

/** On a page the figure is as wide as the text. */
function flexible({ layout: { width: _, ...layout } }: Figure): object {
  return { ...layout, autosize: true };
}

/** JSON that cannot end the script element around it. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
