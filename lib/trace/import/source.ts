/* The bytes of a file, piece by piece; a .gz or .zst is opened on the way. Memory: a piece, and the decoder's window. */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { inputError } from "../../util/error.js";

/** Bytes that are read at once. */
const PIECE = 1 << 18;

/** An error of a decoder, not of the system, says that the content is wrong. */
function unreadable(path: string, error: unknown): never {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) inputError(`damaged compressed file: ${path} (${message}); copy it again`);
  inputError(`cannot read trace file: ${path} (${message}); check the path`);
}

async function* plain(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>;
}

async function* gunzipped(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: PIECE });
  const gunzip = createGunzip({ chunkSize: PIECE });
  file.on("error", (error) => gunzip.destroy(error));
  yield* file.pipe(gunzip) as AsyncIterable<Buffer>;
}

async function* unzstd(path: string): AsyncGenerator<Buffer> {
  const ready: Uint8Array[] = [];
  let ended = false;
  const decoder = new Decompress((piece, final) => {
    if (piece.length > 0) ready.push(piece);
    if (final === true) ended = true;
  });
  let nr = 0;
  for await (const piece of plain(path)) {
    nr += piece.length;
    decoder.push(piece);
    for (const part of ready.splice(0)) yield Buffer.from(part.buffer, part.byteOffset, part.length);
  }
  decoder.push(new Uint8Array(0), true);
  for (const part of ready.splice(0)) yield Buffer.from(part.buffer, part.byteOffset, part.length);
  if (nr === 0 || !ended) throw new Error("unexpected end of file");
}

/**
 * The content of a file in pieces of any length.
 * @throws InputError if it cannot be read, or is damaged.
 */
export async function* readPieces(path: string): AsyncGenerator<Buffer> {
  const open = path.endsWith(".gz") ? gunzipped : path.endsWith(".zst") ? unzstd : plain;
  const pieces = open(path);
  for (;;) {
    let next: IteratorResult<Buffer>;
    try {
      next = await pieces.next();
    } catch (error) {
      unreadable(path, error);
    }
    if (next.done === true) return;
    yield next.value;
  }
}
