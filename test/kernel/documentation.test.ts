import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutDocumentation } from "../../lib/kernel/documentation";

test("documentation comments become blanks, and nothing else moves or goes", () => {
  const text = [
    "/** one */",
    "export declare const a: number;",
    "  /**",
    "   * two",
    "   */",
    'export type Glob = "src/**/*.ts" | "/**/";',
    "/**/ export type Empty = {};",
    "/* in a comment",
    "/** not by itself */ export type After = 1;",
    "export declare function f(/** inline */ x: number): void; // /** line */",
    "/** last */",
  ].join("\n");
  const stripped = withoutDocumentation(text);
  assert.equal(stripped.length, text.length);
  for (const kept of [
    "export declare const a: number;",
    'export type Glob = "src/**/*.ts" | "/**/";',
    "/**/ export type Empty = {};",
    "/* in a comment\n/** not by itself */ export type After = 1;",
    "export declare function f(/** inline */ x: number): void; // /** line */",
  ]) {
    assert.equal(stripped.indexOf(kept), text.indexOf(kept), kept);
  }
  assert.doesNotMatch(stripped, /one|two|last/);
});
