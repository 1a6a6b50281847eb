import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeVersionProblem } from "../../lib/setup/nodeVersion.mjs";

test("only versions that load ESM packages from CommonJS code will do", () => {
  for (const version of ["20.19.0", "20.20.2", "22.12.0", "23.0.0", "24.1.0", "26.10.0"]) {
    assert.equal(nodeVersionProblem(version), undefined, version);
  }
  for (const version of ["8.17.0", "18.20.0", "20.9.0", "20.18.3", "21.7.0", "22.11.0"]) {
    assert.match(nodeVersionProblem(version) ?? "", new RegExp(`this is ${version} `), version);
  }
});
