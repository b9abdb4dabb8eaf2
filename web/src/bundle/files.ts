/**
 * The files that come with the page: models and images.
 *
 * A page that is one file holds them as base64, each in a script element of type `application/octet-stream` whose id
 * is the file's name; nothing is requested then. Otherwise they lie beside the page.
 */
import { edition } from "../edition";
import { bytesOf } from "../shared/files";

const ID = "file:";

/**
 * The content of a file that comes with the page; one that ends in `.gz` is unpacked.
 *
 * @param name relative to the page, such as "data/t10k-images-idx3-ubyte.gz"
 * @throws MissingFile
 */
export async function file(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return unpacked(await packed(name), name);
}

/** Load something once; after a failure, the next call tries again. */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
}

/**
 * The same as it comes, perhaps packed.
 *
 * @param heard of how many bytes came, and of how many more than before there are in all
 * @throws MissingFile
 */
export function packed(name: string, heard: Heard = () => undefined): Promise<Uint8Array<ArrayBuffer>> {
  return edition === "file" ? held(name) : fetched(name, heard);
}

type Heard = (came: number, more: number) => void;

async function held(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const element = await elementOf(name);
  if (!element) throw new MissingFile(name);
  return bytesOf(element.textContent ?? "");
}

/** Find the element that holds a file, once the browser has read all of it: the page begins to work before that. */
function elementOf(name: string): Promise<HTMLElement | null> {
  return new Promise((resolve) => {
    const look = () => {
      const element = document.getElementById(ID + name);
      // a following element means that it is complete
      if (document.readyState === "loading" && !element?.nextSibling) return;
      observer.disconnect();
      document.removeEventListener("DOMContentLoaded", look);
      resolve(element);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true });
    document.addEventListener("DOMContentLoaded", look);
    look();
  });
}

async function fetched(name: string, heard: Heard): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(name);
    if (response.ok && response.body) {
      heard(0, Number(response.headers.get("content-length")));
      const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(piece, controller) {
          heard(piece.length, 0);
          controller.enqueue(piece);
        },
      });
      return new Uint8Array(await new Response(response.body.pipeThrough(counted)).arrayBuffer());
    }
  } catch {
    // no connection
  }
  throw new MissingFile(name);
}

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
  // by the first bytes, not by the name: some servers unpack a .gz file on the way
  return content[0] === 0x1f && content[1] === 0x8b ? unzipped(content, name) : content;
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
      if (isPage && position > 0) await new Promise((resolve) => setTimeout(resolve));
      controller.enqueue(content.subarray(position, position + PIECE));
      position += PIECE;
      if (position >= content.length) controller.close();
    },
  });
}
