/*
 * Records one workload: node dist/trace/record/main.js NAME. Use data/record/record.sh, which also sets up the
 * process-id namespace.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, inputError } from "../../util/error.js";
import { finishTrace } from "./finish.js";
import { runUnderLackey } from "./lackey-run.js";
import { Recorder } from "./recorder.js";
import { saveTrace } from "./save.js";
import { runUnderStrace } from "./strace-run.js";
import { WORKLOADS } from "./workloads.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function firstLine(argv: readonly string[]): string {
  return execFileSync(argv[0]!, argv.slice(1), { encoding: "utf8" }).split("\n")[0]!.trim();
}

async function record(name: string | undefined): Promise<void> {
  const workload = WORKLOADS.find((candidate) => candidate.name === name);
  if (workload === undefined) {
    inputError(`unknown workload: ${name}; use one of ${WORKLOADS.map((w) => w.name).join(", ")}`);
  }
  const data = process.env.RECLAIM_LAB_ROOT ?? ROOT;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `record-${name}-`)));
  const started = Date.now();
  const progress = (text: string): void => {
    console.error(`${workload.name} ${((Date.now() - started) / 1000).toFixed(0)} s: ${text}`);
  };
  try {
    const setup = join(data, "data/record/setup", `${name}.sh`);
    progress("make the input");
    execFileSync("/bin/bash", ["-eu", setup], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    const recorder = new Recorder(folder, workload.reduction);
    const run = workload.tool === "lackey" ? runUnderLackey : runUnderStrace;
    await run(workload.steps, folder, recorder, progress);
    const unmapped = recorder.processes.reduce((sum, p) => sum + p.nrUnmapped, 0);
    progress(`${recorder.processes.length} processes; ${unmapped} accesses to unknown addresses left out`);
    const trace = finishTrace(workload.name, recorder);
    const path = join(data, "data/traces", `${name}.parquet`);
    await saveTrace(path, trace, {
      about: workload.about,
      command: workload.steps.map((step) => step.join(" ")),
      version: firstLine(workload.version),
      recorder: firstLine([
        workload.tool === "lackey" ? "/usr/bin/valgrind" : "/usr/bin/strace",
        "--version",
      ]),
      ...(workload.tool === "lackey" ? { reduction: workload.reduction } : {}),
    });
    progress(`wrote ${path}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

record(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof InputError ? error.message : error);
  process.exitCode = error instanceof InputError ? 2 : 1;
});
