/** Files that come packed, as models and images do. */
import { pause } from "../shared/pause";

const PIECE = 2 ** 18; // packed bytes: some 10 ms of work

/** A file of the page is unavailable: the network or the server failed, or the file is damaged. */
export class MissingFile extends Error {
  constructor(readonly file: string) {
    super(`${file} is missing or damaged`);
    this.name = "MissingFile";
  }
}

/**
 * Unpack it, if it is packed.
 *
 * @throws MissingFile
 */
export async function unpacked(
  content: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  return isZipped(content) ? unzipped(content, name) : content;
}

/** By the first bytes, not by the name: some servers unpack a .gz file on the way. */
function isZipped(content: Uint8Array): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}

async function unzipped(content: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const plain = inPieces(content).pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(plain).arrayBuffer());
  } catch {
    throw new MissingFile(name);
  }
}

/** Split the work, so that the page can draw between pieces: browsers unpack on the calling thread. */
function inPieces(content: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const isPage = "document" in globalThis;
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      if (isPage && position > 0) await pause();
      controller.enqueue(content.subarray(position, position + PIECE));
      position += PIECE;
      if (position >= content.length) controller.close();
    },
  });
}
