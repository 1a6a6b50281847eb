import assert from "node:assert/strict";
import { test } from "node:test";
import { failureText, SetupError } from "../../lib/setup/report.mjs";

test("a failed step says what, why, what to do next and where the rest is", () => {
  const error = new SetupError({
    what: "npm could not install the packages",
    why: "first reason\nsecond reason\n",
    next: "Check the network.\nThen run it again.",
    log: "/project/.lab/log/npm-ci.log",
  });
  assert.equal(
    failureText(error),
    [
      "set-up failed: npm could not install the packages",
      "  why:",
      "    | first reason",
      "    | second reason",
      "  next: Check the network.",
      "        Then run it again.",
      "  log:  /project/.lab/log/npm-ci.log",
    ].join("\n"),
  );
});

test("a single reason stays on its line", () => {
  const text = failureText(new SetupError({ what: "a", why: "b", next: "c" }));
  assert.equal(text, "set-up failed: a\n  why:  b\n  next: c");
});
