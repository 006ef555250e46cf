import { spawn, spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { packageRoot } from "./scrub.js";

/** What to say where Jupyter is missing. */
export const INSTALL_JUPYTER = `jupyter notebook was not found. On Debian or Ubuntu, install it with
  sudo apt-get install --no-install-recommends jupyter-notebook jupyter-nbconvert jupyter-client
The notebooks also run without it: npm start`;

/** Environment in which Jupyter finds the kernel of this repository; nothing needs to be registered. */
export function jupyterEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const ours = join(packageRoot, ".jupyter");
  return { ...env, JUPYTER_PATH: env.JUPYTER_PATH ? `${ours}${delimiter}${env.JUPYTER_PATH}` : ours };
}

/**
 * Arguments of `jupyter` for the classic Notebook on this machine only. It serves the whole repository, because
 * figures load plotly.js from node_modules, and opens the folder of notebooks.
 */
export function jupyterArgs(more: readonly string[] = []): string[] {
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const where = [`--notebook-dir=${packageRoot}`, "--NotebookApp.default_url=/tree/notebooks"];
  return ["notebook", "--ip=127.0.0.1", ...where, ...root, ...more];
}

/** Whether `jupyter notebook` can be started. */
export function haveJupyter(env: NodeJS.ProcessEnv = process.env): boolean {
  return spawnSync("jupyter", ["notebook", "--version"], { env, stdio: "ignore" }).status === 0;
}

/**
 * Start Jupyter on the notebooks and wait for its end: what `npm run jupyter` does. Resolves with the exit code;
 * 1, after saying what to install, if there is no Jupyter.
 *
 * @param more - further arguments of `jupyter notebook`.
 */
export async function runJupyter(
  more: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  if (!haveJupyter(env)) {
    console.error(INSTALL_JUPYTER);
    return 1;
  }
  const server = spawn("jupyter", jupyterArgs(more), {
    cwd: packageRoot,
    env: jupyterEnv(env),
    stdio: "inherit",
  });
  // Jupyter asks before it ends on Ctrl-C; it gets the signal from the terminal itself.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  return new Promise<number>((ended) => {
    server.once("exit", (code) => ended(code ?? 1));
  }).finally(() => process.removeListener("SIGINT", ignore));
}
