/**
 * Turns the checked cell (an ES module) into the body of a function. Every top-level variable becomes a
 * record in one namespace (`x` is written `$$x.v`), so that a later cell, a closure of an earlier cell and
 * a redefinition all mean the same variable. Edits never move a line: the source map stays true.
 */
import type tsTypes from "@tslab/typescript-for-tslab";
import { ts } from "./compiler";
import { applyEdits, type Edit } from "./edits";

export interface RewrittenCell {
  /** A function expression of (variable, modules, guard, result). */
  readonly code: string;
  /** Specifiers of the static imports, in order. */
  readonly imports: readonly string[];
  /** Names that the cell declares. */
  readonly declared: readonly string[];
  /** Does it await outside of functions? Then the function is asynchronous. */
  readonly hasAwait: boolean;
  /** For each edit [line, column in `code`, column in the module], lines from 0: what lies behind it. */
  readonly columns: readonly (readonly [number, number, number])[];
}

export interface RewriteOptions {
  /** Is this free name a variable of an earlier cell? */
  readonly isVariable: (name: string) => boolean;
  /** Name of the variable that holds the value of the last expression. */
  readonly lastExpression?: string;
}

type Scoped = tsTypes.Node & { locals?: Map<string, unknown> };

/** Parameters of a cell's function, after `exports` and `require`. */
export const PARAMETERS = [
  /** name -> its record */
  "$$variable",
  /** the modules of `imports` */
  "$$modules",
  /** `import()` */
  "$$import",
  /** what is awaited goes through these two */
  "$$guard",
  "$$guardAll",
  /** `import.meta` */
  "$$meta",
  /** takes the value of the last expression */
  "$$result",
] as const;

/** The record's name in the code for a variable. */
const record = (name: string) => `$$${name}`;

export function rewriteCell(js: string, options: RewriteOptions): RewrittenCell {
  const file = ts.createSourceFile(
    "cell.js",
    js,
    ts.ScriptTarget.ES2022,
    true,
    ts.ScriptKind.JS,
  ) as tsTypes.SourceFile & Scoped;
  (ts as unknown as { bindSourceFile: (f: tsTypes.SourceFile, o: object) => void }).bindSourceFile(
    file,
    {
      target: ts.ScriptTarget.ES2022,
    },
  );
  const top = file.locals ?? new Map<string, unknown>();
  const edits: Edit[] = [];
  const used = new Set<string>();
  const declared = new Set<string>();
  const hoisted: string[] = [];
  const imports: string[] = [];
  let hasAwait = false;
  const noteAwait = (node: tsTypes.Node): void => {
    for (let at = node.parent; at !== file; at = at.parent) if (ts.isFunctionLike(at)) return;
    hasAwait = true;
  };
  const replace = (node: tsTypes.Node, text: string) =>
    edits.push({ at: node.getStart(file), end: node.end, text });
  const insert = (at: number, text: string) => edits.push({ at, end: at, text });
  const isResult = (name: string) => name === options.lastExpression;
  const place = (name: string): string => {
    if (isResult(name)) return "$$result.v";
    used.add(name);
    return `${record(name)}.v`;
  };

  /** The class in whose own body `node` stands and that bears `name`: inside, the name stays the class's. */
  const scopeOf = (node: tsTypes.Node, name: string): "local" | "top" | "free" => {
    for (let at: tsTypes.Node | undefined = node; at && at !== file; at = at.parent) {
      if ((at as Scoped).locals?.has(name)) return "local";
      if (
        (ts.isFunctionExpression(at) || ts.isClassLike(at)) &&
        at.name?.text === name &&
        at.name !== node
      ) {
        return "local";
      }
    }
    return top.has(name) ? "top" : "free";
  };
  const isNamespaced = (node: tsTypes.Identifier): boolean => {
    const scope = scopeOf(node, node.text);
    return scope === "top" || (scope === "free" && options.isVariable(node.text));
  };

  /** Is this identifier read or assigned as a variable (not a property's name, a label, a declaration)? */
  const isReference = (node: tsTypes.Identifier): boolean => {
    const parent = node.parent;
    if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
    if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
    if (ts.isMethodDeclaration(parent) || ts.isGetAccessor(parent) || ts.isSetAccessor(parent))
      return false;
    if (ts.isPropertyDeclaration(parent)) return parent.initializer === node;
    if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
    if (ts.isFunctionLike(parent) || ts.isClassLike(parent)) return parent.name !== node;
    if (ts.isParameter(parent) || ts.isVariableDeclaration(parent))
      return parent.initializer === node;
    if (ts.isBindingElement(parent)) return parent.initializer === node;
    if (ts.isMetaProperty(parent) || ts.isExportSpecifier(parent) || ts.isImportSpecifier(parent))
      return false;
    return true;
  };

  const rewriteIdentifier = (node: tsTypes.Identifier): void => {
    if (!isReference(node) || !isNamespaced(node)) return;
    const parent = node.parent;
    const target = place(node.text);
    if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
      insert(node.end, `: ${target}`);
    } else if (
      (ts.isCallExpression(parent) && parent.expression === node) ||
      (ts.isTaggedTemplateExpression(parent) && parent.tag === node)
    ) {
      // A plain call of the record's field would make the record its `this`.
      replace(node, `(0, ${target})`);
    } else replace(node, target);
  };

  /** `let {a, b: [c]} = e` declares `a` and `c` at the top level: it becomes an assignment to records. */
  const isTopLevelList = (list: tsTypes.VariableDeclarationList): boolean => {
    const names: tsTypes.Identifier[] = [];
    for (const declaration of list.declarations) bindingNames(declaration.name, names);
    return names.length > 0 && names.every((name) => scopeOf(list, name.text) === "top");
  };
  const rewriteBinding = (name: tsTypes.BindingName): void => {
    if (ts.isIdentifier(name)) {
      declared.add(name.text);
      replace(name, place(name.text));
      return;
    }
    for (const element of name.elements) {
      if (ts.isOmittedExpression(element)) continue;
      if (element.propertyName && ts.isComputedPropertyName(element.propertyName)) {
        visit(element.propertyName);
      }
      if (ts.isIdentifier(element.name) && !element.propertyName && !element.dotDotDotToken) {
        declared.add(element.name.text);
        const target = place(element.name.text);
        if (ts.isObjectBindingPattern(name)) insert(element.name.end, `: ${target}`);
        else replace(element.name, target);
      } else rewriteBinding(element.name);
      if (element.initializer) visit(element.initializer);
    }
  };
  const rewriteList = (list: tsTypes.VariableDeclarationList): void => {
    const parent = list.parent;
    const inFor = !ts.isVariableStatement(parent);
    const isLoopHead = ts.isForInStatement(parent) || ts.isForOfStatement(parent);
    const first = list.declarations[0];
    const start = inFor ? list.getStart(file) : parent.getStart(file);
    // The leading semicolon and the parentheses keep `({a} = b)` an expression of its own.
    edits.push({
      at: start,
      end: first.getStart(file),
      text: isLoopHead ? "" : inFor ? "(" : ";(",
    });
    for (const declaration of list.declarations) {
      rewriteBinding(declaration.name);
      if (declaration.initializer) {
        const named = needsName(declaration.initializer) && ts.isIdentifier(declaration.name);
        if (named) {
          const name = (declaration.name as tsTypes.Identifier).text;
          insert(declaration.initializer.getStart(file), `{ ${name}: `);
          visit(declaration.initializer);
          insert(declaration.initializer.end, ` }.${name}`);
        } else visit(declaration.initializer);
      } else if (!isLoopHead && !(list.flags & ts.NodeFlags.BlockScoped)) {
        // A bare `var x` keeps its value.
        insert(declaration.end, ` = ${place((declaration.name as tsTypes.Identifier).text)}`);
      } else if (!isLoopHead) insert(declaration.end, " = undefined");
    }
    if (!isLoopHead) insert(list.end, ")");
  };

  const rewriteImport = (node: tsTypes.ImportDeclaration): void => {
    const specifier = (node.moduleSpecifier as tsTypes.StringLiteral).text;
    const number = imports.push(specifier) - 1;
    const assignments: string[] = [];
    const bind = (name: tsTypes.Identifier, how: string) => {
      declared.add(name.text);
      assignments.push(`${place(name.text)} = ${how}`);
    };
    const clause = node.importClause;
    if (clause?.name) bind(clause.name, `$$modules[${number}].default`);
    if (clause?.namedBindings) {
      if (ts.isNamespaceImport(clause.namedBindings)) {
        bind(clause.namedBindings.name, `$$modules[${number}].namespace`);
      } else {
        for (const element of clause.namedBindings.elements) {
          const wanted = JSON.stringify((element.propertyName ?? element.name).text);
          bind(element.name, `$$modules[${number}].named(${wanted})`);
        }
      }
    }
    replace(node, assignments.length > 0 ? `;${assignments.join(", ")};` : ";");
  };

  const dropModifiers = (node: tsTypes.FunctionDeclaration | tsTypes.ClassDeclaration): void => {
    for (const modifier of node.modifiers ?? []) {
      if (
        modifier.kind === ts.SyntaxKind.ExportKeyword ||
        modifier.kind === ts.SyntaxKind.DefaultKeyword
      ) {
        replace(modifier, "");
      }
    }
  };

  const visit = (node: tsTypes.Node): void => {
    if (ts.isIdentifier(node)) {
      rewriteIdentifier(node);
      return;
    }
    if (ts.isImportDeclaration(node)) {
      rewriteImport(node);
      return;
    }
    if (ts.isExportDeclaration(node)) {
      replace(node, ";");
      return;
    }
    if (ts.isVariableDeclarationList(node) && isTopLevelList(node)) {
      rewriteList(node);
      return;
    }
    if (ts.isFunctionDeclaration(node) && node.parent === file && node.name) {
      dropModifiers(node);
      declared.add(node.name.text);
      hoisted.push(`${place(node.name.text)} = ${node.name.text}`);
    }
    if (ts.isClassDeclaration(node) && node.parent === file && node.name) {
      declared.add(node.name.text);
      dropModifiers(node);
      insert(node.getStart(file), `;${place(node.name.text)} = `);
      ts.forEachChild(node, visit);
      insert(node.end, ";");
      return;
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      replace(node.expression, "$$import");
      for (const argument of node.arguments) visit(argument);
      return;
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
      replace(node, "$$meta");
      return;
    }
    if (ts.isForOfStatement(node) && node.awaitModifier) {
      noteAwait(node);
      visit(node.initializer);
      insert(node.expression.getStart(file), "$$guardAll(");
      visit(node.expression);
      insert(node.expression.end, ")");
      visit(node.statement);
      return;
    }
    if (ts.isAwaitExpression(node)) {
      noteAwait(node);
      // So that an interrupt ends the wait, whatever is awaited.
      insert(node.expression.getStart(file), "$$guard(");
      visit(node.expression);
      insert(node.expression.end, ")");
      return;
    }
    // tslab writes a variable of an earlier cell as `exports.x`.
    if (
      ts.isPropertyAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === "exports" &&
      scopeOf(node, "exports") === "free" &&
      options.isVariable(node.name.text)
    ) {
      const called =
        (ts.isCallExpression(node.parent) && node.parent.expression === node) ||
        (ts.isTaggedTemplateExpression(node.parent) && node.parent.tag === node);
      replace(node, called ? `(0, ${place(node.name.text)})` : place(node.name.text));
      return;
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);

  const records = [...used].map((name) => `${record(name)} = $$variable(${JSON.stringify(name)})`);
  const prologue = [
    records.length > 0 ? `const ${records.join(", ")};` : "",
    hoisted.length > 0 ? `${hoisted.join("; ")};` : "",
  ].join(" ");
  const head = `(${hasAwait ? "async " : ""}function (exports, require, ${PARAMETERS.join(", ")}) { ${prologue}`;
  const { text, columns } = applyEdits(js, edits, head);
  return { code: `${text}\n})`, imports, declared: [...declared], hasAwait, columns };
}

function bindingNames(name: tsTypes.BindingName, into: tsTypes.Identifier[]): void {
  if (ts.isIdentifier(name)) into.push(name);
  else {
    for (const element of name.elements) {
      if (!ts.isOmittedExpression(element)) bindingNames(element.name, into);
    }
  }
}

/** An anonymous function or class takes its name from a declaration, but not from an assignment to a field. */
function needsName(node: tsTypes.Expression): boolean {
  return (
    ts.isArrowFunction(node) ||
    ((ts.isFunctionExpression(node) || ts.isClassExpression(node)) && !node.name)
  );
}
