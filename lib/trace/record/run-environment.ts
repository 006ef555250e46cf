/** How a command is run that is recorded. */
export interface RunEnvironment {
  /** Its environment, and its output goes to stderr. Default: a plain one, the same everywhere, and no output. */
  readonly env?: NodeJS.ProcessEnv;
  /** An exit code other than 0 is no error. Default: false. */
  readonly anyExit?: boolean;
}

/** An environment that does not depend on who records. */
export function plainEnvironment(folder: string): NodeJS.ProcessEnv {
  return { PATH: "/usr/bin:/bin", HOME: folder, TMPDIR: folder, LC_ALL: "C", TZ: "UTC" };
}
