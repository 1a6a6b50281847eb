import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { answers } from "./network.mjs";
import {
  addonFile,
  addonPackage,
  clearPackage,
  linkAddon,
  storeFromPackage,
} from "./tensorflowAddon.mjs";
import { runTool } from "./tool.mjs";

/** @typedef {import("./step.mjs").Session} Session */

const downloadHost = "https://storage.googleapis.com/";

/**
 * The package's own install script: downloads libtensorflow and a ready add-on. Where its host
 * does not answer within three seconds it is not tried, for the script would hang.
 * @param {Session} session
 * @returns {Promise<{ trouble?: string }>}  trouble: why there is no add-on now
 */
export async function downloadAddon(session) {
  const { env } = process;
  const host =
    env.TFJS_NODE_BASE_URI ?? env.TFJS_NODE_CDN_STORAGE ?? env.CDN_STORAGE ?? downloadHost;
  if (!(await answers(host))) {
    return { trouble: `${new URL(host).host} does not answer` };
  }
  const folder = addonPackage(session.root);
  clearPackage(session);
  const result = await runTool(session, {
    name: "tensorflow-download",
    command: process.execPath,
    args: [join("scripts", "install.js")],
    cwd: folder,
    env: { PATH: [join(session.root, "node_modules", ".bin"), env.PATH].join(delimiter) },
    timeoutSeconds: 300,
  });
  if (!result.ok || !existsSync(addonFile(folder))) {
    clearPackage(session);
    return { trouble: result.tail.split("\n").at(-1) || "its script left no add-on" };
  }
  storeFromPackage(session);
  linkAddon(session);
  return {};
}
