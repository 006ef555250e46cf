/** One line that follows the work on stderr: rewritten in place on a terminal, sparse lines elsewhere. */
export function statusLine(): { show(text: string): void; end(): void } {
  const { stderr } = process;
  let last = 0;
  let open = false;
  return {
    show(text) {
      if (text === "") return;
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
        open = true;
      } else if (performance.now() - last > 5000) {
        last = performance.now();
        stderr.write(`${text}\n`);
      }
    },
    end() {
      if (open) stderr.write("\r\u001b[K");
      open = false;
    },
  };
}
