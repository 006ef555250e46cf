/* Somebody's policy on the command line: `run --module`, `check`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it, vi } from "vitest";
import { main } from "../../lib/cli/main.js";
import { run } from "../../lib/cli/run-command.js";

const MODULE = fileURLToPath(new URL("../reclaim/wrong-policies.mjs", import.meta.url));
const TRACE = join(mkdtempSync(join(tmpdir(), "wrong-policy-")), "ids.txt");
writeFileSync(TRACE, Array.from({ length: 3000 }, (_, i) => (i * 7 + (i >> 4) * 31) % 600).join("\n"));

const mine = (kind: string): string[] => [
  ...["--trace", TRACE, "--format", "list", "--memory-max", "256"],
  ...["--policy", `wrong:{"kind":"${kind}"}`, "--module", MODULE],
];

afterEach(() => void vi.restoreAllMocks());

it("runs a policy of a file, and all of its result is there", async () => {
  const [sound, fifo] = [
    await run(mine("none")),
    await run([...mine("none").slice(0, 6), "--policy", "fifo"]),
  ];
  expect(sound!.counters).toEqual(fifo!.counters);
  expect((await run([...mine("none"), "--checkpoints", "3"]))!.checkpoints).toHaveLength(3);
});

it("warns of one that is ejected, and exits with 0", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  const printed = vi.spyOn(console, "log").mockReturnValue();
  expect(await main(["run", ...mine("loses"), "--fallback", "sieve", "--json"])).toBe(0);
  expect(said).toHaveBeenCalledWith(
    expect.stringMatching(/^warning: policy wrong: place\(folio \d+, page \d+\): .* sieve took over$/),
  );
  expect(JSON.parse(printed.mock.calls[0]![0] as string)).toMatchObject({
    status: "ejected",
    ejected: [{ policy: "wrong", hook: "place", fallback: "sieve" }],
  });
});

it("refuses what cannot be loaded", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  expect(await main(["run", ...mine("none").slice(0, 8), "--module", "/no/such.mjs"])).toBe(2);
  expect(said).toHaveBeenCalledWith(expect.stringMatching(/^error: cannot load policy module file:/));
});

it("checks a policy: 0 if all is well, 3 if not", async () => {
  const printed = vi.spyOn(console, "log").mockReturnValue();
  expect(await main(["check", "sieve"])).toBe(0);
  expect(await main(["check", 'wrong:{"kind":"unlists"}', "--module", MODULE, "--json"])).toBe(3);
  const checks = JSON.parse(printed.mock.calls.at(-1)![0] as string) as { check: string; verdict: string }[];
  expect(checks.filter(({ verdict }) => verdict === "fail").map(({ check }) => check)).toEqual([
    "folios",
    "folios",
  ]);
});
