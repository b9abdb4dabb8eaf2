/** Learns, rounds, measures and looks for codes, away from the page's own thread. */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import type { Grey } from "../../../ink/picture";
import type { Graph } from "../../../runtime/graph";
import { type Examples, fits, graphOf, type Layer, rounded, Small, taught } from "../network";
import { openedForCodes } from "./picture";

/** How many of some digits a network gets right. */
export interface Right {
  right: number;
  n: number;
}

/** A network before it is rounded, and in the code. */
export interface Compared {
  before: Right;
  after: Right;
}

/** Digits of one's own and test images; what is to be learnt has training images beside one's own too. */
interface Digits {
  own: Examples;
  test: Examples;
}

/** A network that is put into a code: that of another code, or `tiny` as it was shipped if `layers` is null. */
interface Making extends Digits {
  shipped: Graph;
  layers: readonly Layer[] | null;
  /** Null if the network stays as it is. */
  train: Examples | null;
}

const work = {
  /** Round a network, whose last layer may learn one's own digits first. */
  round({ shipped, layers, own, test, train }: Making) {
    const start = layers ? graphOf(shipped, layers) : shipped;
    const graph = train ? taught(start, own, train) : start;
    if (!fits(graph.tensors)) throw new Error("tiny has another shape");
    const weights = rounded(graph.tensors);
    const [before, after] = [new Small(graph), new Small(graphOf(shipped, weights))];
    const compared = (examples: Examples): Compared => ({
      before: rightOf(before, examples),
      after: rightOf(after, examples),
    });
    return { layers: weights, onTest: compared(test), onOwn: own.labels.length > 0 ? compared(own) : null };
  },

  /** Measure a network from a code. */
  measure({ shipped, layers, own, test }: Digits & { shipped: Graph; layers: readonly Layer[] }) {
    const small = new Small(graphOf(shipped, layers));
    return { onTest: rightOf(small, test), onOwn: own.labels.length > 0 ? rightOf(small, own) : null };
  },

  /** The texts of the codes in a picture that can be read; null if it is no picture. */
  async scan({ picture, scanner }: { picture: Blob | Grey; scanner: ArrayBuffer }): Promise<string[] | null> {
    const grey = picture instanceof Blob ? await openedForCodes(picture) : picture;
    if (!grey) return null;
    const { width, height, pixels } = grey;
    await prepareZXingModule({ overrides: { wasmBinary: scanner }, fireImmediately: true });
    const colours = new Uint8ClampedArray(4 * pixels.length);
    for (const [index, value] of pixels.entries()) colours.set([value, value, value, 255], 4 * index);
    const codes = await readBarcodes(new ImageData(colours, width, height), { formats: ["QRCode"] });
    return codes.filter(({ isValid }) => isValid).map(({ text }) => text);
  },
};

/** What can be asked for: the kinds of work, with what each takes and returns. */
export type Work = typeof work;

function rightOf(network: Small, { images, labels }: Examples): Right {
  return { right: network.right(images, labels), n: labels.length };
}

addEventListener(
  "message",
  async ({ data }: MessageEvent<{ id: number; kind: keyof Work; input: never }>) => {
    const { id, kind, input } = data;
    try {
      postMessage({ id, output: await work[kind](input) });
    } catch (error) {
      postMessage({ id, failed: String(error) });
    }
  },
);
