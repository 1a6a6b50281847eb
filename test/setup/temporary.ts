import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** A folder of its own for one test file, removed after its tests. Absolute, without links. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lab-setup-")));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
