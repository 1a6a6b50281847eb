/**
 * `npm run lab`: JupyterLab in the project's root, with the TypeScript kernel as the default.
 * Arguments go on to JupyterLab: `npm run lab -- --no-browser --port 8890`.
 */
import { delimiter, join } from "node:path";
import { runInForeground } from "../setup/foreground.mjs";
import { kernelName } from "../setup/kernelspec.mjs";
import { placeOf } from "../setup/place.mjs";
import { readState, writeAtomically } from "../setup/state.mjs";

/**
 * JupyterLab asks on the first start whether it may fetch news: a question that nobody who opens
 * a course has in mind. Kept in our own folder, so that other projects' JupyterLab is left alone.
 */
function writeJupyterSettings(folder: string): void {
  const page = { disabledExtensions: { "@jupyterlab/apputils-extension:announcements": true } };
  writeAtomically(join(folder, "labconfig", "page_config.json"), `${JSON.stringify(page)}\n`);
}

const usage = `Usage: npm run lab [-- JUPYTERLAB OPTIONS]
  opens JupyterLab in the project's folder with the TypeScript kernel
  npm run lab -- --no-browser --port 8890   for example; --help-all lists JupyterLab's options`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(usage);
    return 0;
  }
  const place = placeOf();
  const { python } = readState(place.state);
  if (!python) {
    console.error("There is no Python environment yet; start JupyterLab with: npm run lab");
    return 1;
  }
  const settings = join(place.lab, "jupyter");
  writeJupyterSettings(settings);
  const others = process.env.JUPYTER_CONFIG_PATH;
  return runInForeground(
    python,
    [
      ...["-m", "jupyterlab"],
      ...unlessGiven(args, [
        `--ServerApp.root_dir=${place.root}`,
        `--MultiKernelManager.default_kernel_name=${kernelName}`,
      ]),
      ...args,
    ],
    {
      cwd: place.root,
      env: {
        ...process.env,
        JUPYTER_CONFIG_PATH: others ? `${settings}${delimiter}${others}` : settings,
      },
    },
  );
}

/** Jupyter accepts an option once only, so one of the user's own takes the place of ours. */
function unlessGiven(args: readonly string[], options: readonly string[]): string[] {
  const nameOf = (option: string) => option.split("=")[0]!;
  const given = new Set(args.map(nameOf));
  return options.filter((option) => !given.has(nameOf(option)));
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
