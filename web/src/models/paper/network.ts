/** A rounded network in the form that the page runs: the graph of `tiny` with new weights. */
import type { Graph, Tensor } from "../../runtime/graph";
import { Network } from "../../runtime/network";
import { type Layer, tensorsOf } from "./rounding";

const PROBABILITIES = "probabilities";
const HIDDEN = "flatten/flatten:0";
const SIDE = 28;
const CLASSES = 10;

export function withTensors(tiny: Graph, changed: ReadonlyMap<string, Tensor>): Graph {
  return { ...tiny, tensors: new Map([...tiny.tensors, ...changed]) };
}

export function graphOf(tiny: Graph, layers: readonly Layer[]): Graph {
  return withTensors(tiny, tensorsOf(layers));
}

/** A graph with the shape of `tiny`, ready to run. */
export class Small {
  readonly #network: Network;

  constructor(readonly graph: Graph) {
    this.#network = new Network(graph);
  }

  /** Ten probabilities of each image, 28x28 pixels each. */
  probabilities(images: Uint8Array): Float32Array {
    return this.#run(images, PROBABILITIES);
  }

  /** The inputs of the last layer for each image. */
  features(images: Uint8Array): Float32Array {
    return this.#run(images, HIDDEN);
  }

  /** How many images get their label as the most probable digit. */
  right(images: Uint8Array, labels: Uint8Array): number {
    const probabilities = this.probabilities(images);
    return labels.reduce((right, label, index) => {
      const own = probabilities.subarray(index * CLASSES, (index + 1) * CLASSES);
      return right + (own.every((other, digit) => digit === label || other < (own[label] ?? 0)) ? 1 : 0);
    }, 0);
  }

  #run(images: Uint8Array, output: string): Float32Array {
    const size = { n: images.length / SIDE ** 2, height: SIDE, width: SIDE };
    return this.#network.run(images, size, [output])[0]?.values ?? new Float32Array();
  }
}
