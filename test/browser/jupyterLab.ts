/** A JupyterLab of its own and a headless browser in front of it, for tests that look at what an analyst sees. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { projectRoot } from "../../lib/loaders/places";

export interface JupyterLab {
  readonly page: Page;
  /** Opens a notebook in simple mode and waits until its kernel is ready. */
  open(notebook: string): Promise<void>;
  /** Restarts the kernel, runs all cells, and gives the prompts of the code cells once none waits any more. */
  runAll(options: { timeout: number }): Promise<string[]>;
  /** Brings a cell into the window until what it should show is there: outputs are drawn only near the window. */
  scrollTo(cell: Locator, shown: string): Promise<void>;
  /** Keeps a screenshot under `.lab/screenshots`. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

const TOKEN = "only-for-this-test";

/** Starts a server whose folder holds copies of the notebooks, so that nothing is saved into the project. */
export async function startJupyterLab(
  notebooks: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<JupyterLab> {
  const root = projectRoot();
  const folder = mkdtempSync(join(tmpdir(), "lab-browser-"));
  for (const path of notebooks) {
    writeFileSync(join(folder, basename(path)), readFileSync(path));
  }
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      ...["--import", "tsx", join(root, "lib", "cli", "lab.ts"), "--no-browser", "--allow-root"],
      ...[`--port=${port}`, `--ServerApp.root_dir=${folder}`, "--ServerApp.port_retries=0"],
      ...[`--IdentityProvider.token=${TOKEN}`, "--LabApp.news_url=None"],
    ],
    { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const log: string[] = [];
  server.stdout.on("data", (text) => log.push(String(text)));
  server.stderr.on("data", (text) => log.push(String(text)));
  const address = `http://127.0.0.1:${port}`;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await endServer(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(`${address}/api?token=${TOKEN}`, server, log);
    browser = await chromium.launch({
      executablePath: browserPath(),
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    });
    const page = await browser.newPage({ viewport: { width: 1300, height: 1000 } });
    const screenshot = async (name: string) => {
      const target = join(root, ".lab", "screenshots");
      mkdirSync(target, { recursive: true });
      const path = join(target, `${name}.png`);
      await page.screenshot({ path });
      return path;
    };
    return {
      page,
      close,
      async open(notebook) {
        await page.goto(`${address}/doc/tree/${encodeURIComponent(notebook)}?token=${TOKEN}`);
        await page.waitForSelector(".jp-Notebook .jp-Cell", { timeout: 60_000 });
        // The toolbar's circle says "idle" before there is a kernel; the status bar does not.
        await page.getByText("TypeScript | Idle").waitFor({ timeout: 60_000 });
      },
      async runAll({ timeout }) {
        await page.locator('[data-command="notebook:restart-run-all"]').first().click();
        await page.locator(".jp-Dialog .jp-mod-accept").click({ timeout: 10_000 });
        await page
          .locator(".jp-InputPrompt", { hasText: "[*]" })
          .first()
          .waitFor({ state: "attached", timeout });
        const end = Date.now() + timeout;
        while (Date.now() < end) {
          const prompts = await promptsOf(page);
          if (!prompts.includes("[*]:")) return prompts;
          await page.waitForTimeout(500);
        }
        await screenshot("not-ended");
        throw new Error(`The notebook did not end within ${timeout / 1000} s.`);
      },
      async scrollTo(cell, shown) {
        const target = cell.locator(shown).first();
        for (let i = 0; i < 30; i++) {
          await cell.scrollIntoViewIfNeeded();
          if (await target.isVisible()) return;
          await page.waitForTimeout(500);
        }
        await screenshot("not-shown");
        throw new Error(`The cell shows no ${shown}.`);
      },
      screenshot,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What stands beside the code cells: `[3]:` after a run, `[*]:` before, `[ ]:` when a failure stopped the run. */
async function promptsOf(page: Page): Promise<string[]> {
  const texts = await page.locator(".jp-CodeCell .jp-InputPrompt").allTextContents();
  return texts.map((text) => text.trim());
}

function browserPath(): string {
  const state = JSON.parse(readFileSync(join(projectRoot(), ".lab", "setup.json"), "utf8"));
  if (typeof state.browser !== "string" || !existsSync(state.browser)) {
    throw new Error("This test needs Chrome, Chromium or Edge. Install one, then: npm test");
  }
  return state.browser;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

async function answering(url: string, server: ChildProcess, log: readonly string[]): Promise<void> {
  const end = Date.now() + 60_000;
  while (Date.now() < end && server.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`JupyterLab did not start:\n${log.join("").slice(-3000)}`);
}

async function endServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  const late = setTimeout(() => server.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(late);
}
