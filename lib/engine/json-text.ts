/**
 * Parse JSON that a person wrote.
 * @throws SyntaxError whose message ends in the line and the column, which JSON.parse does not tell in Node 20.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const before = text.slice(0, faultOf(text));
    const line = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    const what = (error as Error).message.replace(/( in JSON)? at position \d+.*$|, (\.\.\.)?".*$/s, "");
    throw new SyntaxError(`${what} at line ${line}, column ${column}`);
  }
}

/** Where the shortest beginning ends that no text could go on from. */
function faultOf(text: string): number {
  const isBroken = (length: number): boolean => {
    try {
      JSON.parse(text.slice(0, length));
      return false;
    } catch (error) {
      const { message } = error as Error;
      const at = /at position (\d+)/.exec(message);
      if (at !== null) return Number(at[1]) < length;
      return !/end of JSON input|Unterminated/.test(message);
    }
  };
  let [sound, broken] = [0, text.length + 1];
  while (broken - sound > 1) {
    const middle = (sound + broken) >> 1;
    if (isBroken(middle)) broken = middle;
    else sound = middle;
  }
  return Math.min(sound, text.length);
}
