/** Declarations of the cells so far, as the text of a `.d.ts` file. */
import type tsTypes from "@tslab/typescript-for-tslab";
import { ts } from "./compiler";

/**
 * The declarations after a cell that failed half-way: what it declared and has a value now counts, of the
 * rest the earlier declaration, if there was one, still does. Types count in any case.
 */
export function declarationsAfterFailure(options: {
  readonly previous: string;
  readonly declarations: string;
  readonly assigned: readonly string[];
}): string {
  const assigned = new Set(options.assigned);
  const before = statements(options.previous);
  const beforeTexts = new Set(before.map(({ text }) => text));
  const kept: string[] = [];
  const lost = new Set<string>();
  for (const { text, node, file } of statements(options.declarations)) {
    const names = valueNames(node);
    if (beforeTexts.has(text) || names.length === 0 || names.every((name) => assigned.has(name))) {
      kept.push(text);
      continue;
    }
    if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) {
        const name = (declaration.name as tsTypes.Identifier).text;
        if (assigned.has(name)) kept.push(`declare let ${declaration.getText(file)};`);
        else lost.add(name);
      }
    } else for (const name of names) lost.add(name);
  }
  const present = new Set(kept);
  for (const { text, node } of before) {
    if (!present.has(text) && valueNames(node).some((name) => lost.has(name))) kept.push(text);
  }
  return kept.length > 0 ? `${kept.join("\n")}\n` : "";
}

interface Statement {
  readonly text: string;
  readonly node: tsTypes.Statement;
  readonly file: tsTypes.SourceFile;
}

function statements(declarations: string): Statement[] {
  const file = ts.createSourceFile("cells.d.ts", declarations, ts.ScriptTarget.ES2022, true);
  return file.statements.map((node) => ({ text: node.getText(file), node, file }));
}

/** Names of values that a statement declares; none for a type. */
function valueNames(node: tsTypes.Statement): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(
      (declaration) => (declaration.name as tsTypes.Identifier).text,
    );
  }
  if (
    (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node)) &&
    node.name
  ) {
    return [node.name.text];
  }
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    const names = clause?.name ? [clause.name.text] : [];
    const bindings = clause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
    else for (const element of bindings?.elements ?? []) names.push(element.name.text);
    return names;
  }
  return [];
}
