/** What Shift-Tab shows: signature and documentation of the name, or of the call, at the cursor. */
import type tsTypes from "@tslab/typescript-for-tslab";
import { ts } from "./compiler";
import type { CellConverter } from "./converter";
import { type Documentation, packageDocumentation } from "./documentation";

export interface Inspection {
  readonly text: string;
  readonly markdown: string;
}

/**
 * Signature and TSDoc of the name at `position` (UTF-16 units); between the parentheses of a call, where
 * the cursor mostly is when one asks, those of the function that is called.
 */
export function inspectCell(
  converter: CellConverter,
  previous: string,
  source: string,
  position: number,
): Inspection | undefined {
  const places = [position, position - 1, calleeAt(source, position)];
  for (const place of places) {
    if (place === undefined || place < 0) continue;
    const info = converter.inspect(previous, source, place);
    if (!info?.displayParts?.length) continue;
    if (info.documentation?.length || info.tags?.length) return describe(info);
    return describe({ ...info, ...packageDocumentation(converter.declarationsAt(place)) });
  }
  return undefined;
}

/** Position of the name of the innermost call or `new` whose arguments hold the position. */
function calleeAt(source: string, position: number): number | undefined {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  let found: tsTypes.Expression | undefined;
  const visit = (node: tsTypes.Node): void => {
    if (position < node.pos || position > node.end) return;
    if (
      (ts.isCallExpression(node) || ts.isNewExpression(node)) &&
      position > node.expression.end &&
      node.arguments
    ) {
      found = node.expression;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (!found) return undefined;
  const name = ts.isPropertyAccessExpression(found) ? found.name : found;
  return name.getStart(file);
}

const plain = (parts: readonly tsTypes.SymbolDisplayPart[] | undefined): string =>
  (parts ?? []).map((part) => part.text).join("");

type Described = Pick<tsTypes.QuickInfo, "displayParts"> & Partial<Documentation>;

function describe(info: Described): Inspection {
  const signature = plain(info.displayParts);
  const documentation = plain(info.documentation);
  const text = [signature, documentation].filter((part) => part !== "");
  const markdown = ["```typescript", signature, "```"];
  if (documentation) markdown.push("", documentation);
  const parameters: string[] = [];
  const others: string[] = [];
  for (const tag of info.tags ?? []) {
    const value = plain(tag.text).trim();
    text.push(`@${tag.name} ${value}`.trim());
    if (tag.name === "param" || tag.name === "template" || tag.name === "typeParam") {
      const [, name, rest] = /^(\S+)\s*(?:-\s*)?([\s\S]*)$/.exec(value) ?? ["", value, ""];
      parameters.push(`- \`${name}\`${rest ? ` ${rest}` : ""}`);
    } else if (tag.name === "example") {
      others.push(/```/.test(value) ? value : `\`\`\`typescript\n${value}\n\`\`\``);
    } else others.push(`*@${tag.name}* ${value}`.trim());
  }
  if (parameters.length > 0) markdown.push("", ...parameters);
  for (const other of others) markdown.push("", other);
  return { text: text.join("\n"), markdown: markdown.join("\n") };
}
