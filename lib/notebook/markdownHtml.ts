/** A small part of Markdown as HTML: what a summary needs, and nothing that could carry markup of its own. */
import { escapeHtml } from "../kernel/htmlTable";

/**
 * Paragraphs parted by blank lines, lists of `- ` or `1. ` lines, headings of `# `, and within a line **bold**,
 * *italic*, `code` and [links](https://...). Everything else is shown as it is written; HTML is escaped, and a link
 * that is neither http, https nor a plain path stays text.
 * @param top  level of the text's highest headings on the page, 1 to 6, however many `#` they have; the next lower ones
 * follow without a gap, none beyond 6. Default 3
 */
export function markdownHtml(text: string, top = 3): string {
  const found = text
    .replaceAll("\r\n", "\n")
    .split(/\n\s*\n/)
    .flatMap((block) => blocks(block.split("\n").filter((line) => line.trim() !== "")));
  const levels = [...new Set(found.flatMap(({ kind, level }) => (kind === "h" ? [level] : [])))];
  levels.sort((a, b) => a - b);
  return found
    .map((block) => blockHtml(block, `h${Math.min(6, top + levels.indexOf(block.level))}`))
    .join("\n");
}

interface Block {
  readonly kind: "p" | "ul" | "ol" | "h";
  readonly level: number;
  readonly lines: string[];
}

/** Lines of one kind that follow each other. A line that begins with blanks goes on with the item before it. */
function blocks(lines: readonly string[]): Block[] {
  const found: Block[] = [];
  for (const line of lines) {
    const heading = /^(#{1,6}) +(.*)$/.exec(line);
    const bullet = /^[-*] +(.*)$/.exec(line);
    const numbered = /^\d+[.)] +(.*)$/.exec(line);
    const last = found[found.length - 1];
    if (heading) found.push({ kind: "h", level: heading[1]!.length, lines: [heading[2]!] });
    else if (bullet ?? numbered) {
      const kind = bullet ? "ul" : "ol";
      const item = (bullet ?? numbered)![1]!;
      if (last?.kind === kind) last.lines.push(item);
      else found.push({ kind, level: 0, lines: [item] });
    } else if (last && (last.kind === "ul" || last.kind === "ol") && /^\s/.test(line)) {
      last.lines[last.lines.length - 1] += ` ${line.trim()}`;
    } else if (last?.kind === "p") last.lines.push(line.trim());
    else found.push({ kind: "p", level: 0, lines: [line.trim()] });
  }
  return found;
}

function blockHtml({ kind, lines }: Block, heading: string): string {
  if (kind === "p") return `<p>${inlineHtml(lines.join(" "))}</p>`;
  if (kind === "h") return `<${heading}>${inlineHtml(lines[0]!)}</${heading}>`;
  const items = lines.map((line) => `<li>${inlineHtml(line)}</li>`);
  return `<${kind}>\n${items.join("\n")}\n</${kind}>`;
}

/** The marks within a line. Code is taken out first: what stands in it is not looked at again. */
export function inlineHtml(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part, i) =>
      i % 2 === 1 ? `<code>${escapeHtml(part.slice(1, -1))}</code>` : marked(part),
    )
    .join("");
}

function marked(text: string): string {
  return escapeHtml(text)
    .replace(/\[([^\]]+)\]\(([^()\s]+)\)/g, (whole, label: string, target: string) =>
      isSafe(target) ? `<a href="${target}">${label}</a>` : whole,
    )
    .replace(/\*\*(?=\S)(.+?)(?<=\S)\*\*/g, "<strong>$1</strong>")
    .replace(/(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])/g, "<em>$1</em>");
}

/** A path, or a page of the web: no `javascript:` and no `data:`. */
function isSafe(target: string): boolean {
  return /^https?:\/\//i.test(target) || /^[\w./#-]+$/.test(target);
}
