/**
 * Documentation comments of packages, read only when somebody asks. They are most of the text of many
 * declaration files, and parsing them costs a sixth of the time that the compiler needs to get ready.
 */
import { readFileSync } from "node:fs";
import type tsTypes from "@tslab/typescript-for-tslab";
import { ts } from "./compiler";

export interface Documentation {
  readonly documentation: readonly tsTypes.SymbolDisplayPart[];
  readonly tags: readonly tsTypes.JSDocTagInfo[];
}

/** Is this a file whose documentation comments can wait? */
export const isPackageDeclaration = (path: string) =>
  path.includes("/node_modules/") && /\.d\.[cm]?ts$/.test(path);

const COMMENT = /^[ \t]*\/\*\*(?!\/)[\s\S]*?\*\//gm;

/** Declarations with blanks in place of documentation comments: everything else stays where it was. */
export function withoutDocumentation(text: string): string {
  return text.replace(COMMENT, (comment, at: number) => {
    // Within another comment this is no comment of its own.
    const opened = text.lastIndexOf("/*", at - 1);
    return opened > text.lastIndexOf("*/", at - 1) && at > 0 ? comment : " ".repeat(comment.length);
  });
}

/** The documentation of declarations in packages' files, parsed from the files as they are. */
export function packageDocumentation(declarations: readonly tsTypes.Declaration[]): Documentation {
  const whole: tsTypes.Node[] = [];
  for (const declaration of declarations.slice(0, 5)) {
    const { fileName } = declaration.getSourceFile();
    if (!isPackageDeclaration(fileName)) continue;
    const file = ts.createSourceFile(
      fileName,
      readFileSync(fileName, "utf8"),
      ts.ScriptTarget.ES2022,
      true,
    );
    const end = declaration.end;
    const find = (node: tsTypes.Node): tsTypes.Node | undefined => {
      if (node.end === end && node.kind === declaration.kind) return node;
      return ts.forEachChild(node, (child) =>
        child.pos <= end && end <= child.end ? find(child) : undefined,
      );
    };
    const found = find(file);
    if (found) whole.push(found);
  }
  const { JsDoc } = ts as unknown as {
    JsDoc: {
      getJsDocCommentsFromDeclarations: (nodes: tsTypes.Node[]) => tsTypes.SymbolDisplayPart[];
      getJsDocTagsFromDeclarations: (nodes: tsTypes.Node[]) => tsTypes.JSDocTagInfo[];
    };
  };
  return {
    documentation: JsDoc.getJsDocCommentsFromDeclarations(whole),
    tags: JsDoc.getJsDocTagsFromDeclarations(whole),
  };
}
