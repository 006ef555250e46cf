/*
 * The log of `valgrind --tool=lackey --trace-mem=yes --trace-syscalls=yes`, as a stream of bytes.
 *
 *   I  0401ab70,3          instruction fetch: address (hex), size (decimal)
 *    L 1fff000768,8        load
 *    S 1fff000768,8        store
 *    M 04033e06,1          load, then store
 *   SYSCALL[pid,tid](nr) sys_name ( arguments ) --> ... Success(0x..)
 *   ==pid== text           valgrind itself
 *
 * A busy second of a program is tens of millions of such lines, so accesses are decoded from bytes without
 * making a string; all other lines are handed on as text.
 */

/** Takes what the log says, in order. */
export interface LackeySink {
  /** One access of `size` bytes that starts in virtual page `vpn`, at byte `offset` of it. */
  access(vpn: number, offset: number, size: number, store: boolean): void;
  /** A line that is no access, without its end of line. */
  text(line: string): void;
}

const NEWLINE = 10;
const SPACE = 32;
const COMMA = 44;
const I = 73;
const L = 76;
const M = 77;
const S = 83;

/** Value of each hexadecimal digit; 255 for other bytes. */
const HEX: Uint8Array = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit++) HEX[digit.toString(16).charCodeAt(0)] = digit;

/** Decodes one process's log, fed in pieces of any length. */
export class LackeyLog {
  private rest: Buffer = Buffer.alloc(0);
  /** Lines seen, the one that the sink is being given included. */
  nrLines = 0;

  constructor(private readonly sink: LackeySink) {}

  /** Takes the next bytes; a line that is cut off waits for the next call. */
  push(bytes: Buffer): void {
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    let at = 0;
    for (;;) {
      const end = data.indexOf(NEWLINE, at);
      if (end < 0) break;
      this.nrLines++;
      if (!this.accessLine(data, at, end)) this.sink.text(data.toString("latin1", at, end));
      at = end + 1;
    }
    this.rest = Buffer.from(data.subarray(at));
  }

  /** The log ends: what is left is a line, too. */
  end(): void {
    if (this.rest.length > 0) this.push(Buffer.from("\n"));
  }

  /** True if the line is an access, which then went to the sink. */
  private accessLine(data: Buffer, start: number, end: number): boolean {
    if (end - start < 6 || data[start + 2] !== SPACE) return false;
    const fetch = data[start] === I && data[start + 1] === SPACE;
    const op = data[start + 1];
    if (!fetch && !(data[start] === SPACE && (op === L || op === S || op === M))) return false;
    let at = start + 3;
    let comma = at;
    while (comma < end && data[comma] !== COMMA) comma++;
    if (comma === end || comma - at < 4) return false;
    let vpn = 0;
    let bad = 0;
    for (; at < comma - 3; at++) {
      const digit = HEX[data[at]!]!;
      bad |= digit;
      vpn = vpn * 16 + digit;
    }
    const offset = (HEX[data[at]!]! << 8) | (HEX[data[at + 1]!]! << 4) | HEX[data[at + 2]!]!;
    let size = 0;
    for (at = comma + 1; at < end; at++) size = size * 10 + (data[at]! - 48);
    if (bad > 15 || offset > 4095 || !(size > 0)) return false;
    this.sink.access(vpn, offset, size, !fetch && op !== L);
    return true;
  }
}
