/** What the kernel says about itself. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PROTOCOL_VERSION } from "./wire";

export const KERNEL_VERSION = "0.1.0";

/** Content of `kernel_info_reply`, with the versions that are really running. */
export function kernelInfo(): Record<string, unknown> {
  const typescript = versionOf("@tslab/typescript-for-tslab");
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "typescript-lab",
    implementation_version: KERNEL_VERSION,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
      pygments_lexer: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${typescript} cells on Node.js ${process.version}`,
    debugger: false,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "Node.js", url: "https://nodejs.org/api/" },
    ],
  };
}

function versionOf(name: string): string {
  const path = createRequire(__filename).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
