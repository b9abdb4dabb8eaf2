/** The models of a reader, each with the inputs and outputs of its task; see `shuzi.models.tasks`. */
import { SIDE } from "../../generated/ink/normalize";
import {
  CELL_PIXELS,
  IMAGES_AT_ONCE,
  INPUT_MULTIPLE,
  MAX_DETECTIONS,
  MAX_ENLARGEMENT,
  MAX_SEARCHED_PIXELS,
  MIN_PEAK,
  PAPER_MARGIN,
  SAME_DETECTION_IOU,
} from "../../generated/reading";
import { CLASSIFY_OR_REJECT, DIGITS } from "../../generated/tasks";
import { type Box, boxOf, iou, nonMaximumSuppression } from "../../ink/boxes";
import { blank, type Grey } from "../../ink/picture";
import { resize } from "../../ink/resize";
import type { Card, Graph } from "../../runtime/graph";
import { Network, type Output } from "../../runtime/network";
import { type Inside, neuronsOf, type Sum, strongest, sumOf, type Way, wayThrough } from "../report/explain";

/** What classifies 28x28 images. */
export type Classify = Pick<Classifier, "classify">;

/** The classification of an image: the probability of each digit, given that it is one, and that it is one at all. */
export interface Classified {
  probabilities: Float64Array;
  isDigit: number;
}

export class Classifier {
  readonly card: Card;
  readonly #network: Network;
  readonly #tensors: Graph["tensors"];
  readonly #way: Way;

  constructor(graph: Graph) {
    this.card = graph.card;
    this.#tensors = graph.tensors;
    this.#network = new Network(graph);
    this.#way = wayThrough(graph);
  }

  /** Whether it can tell a digit from anything else; one that cannot reads digits only. */
  get rejects(): boolean {
    return this.card.task === CLASSIFY_OR_REJECT;
  }

  /** Classify 28x28 images, ink 255. */
  classify(images: readonly Grey[]): Classified[] {
    const outputs = ["probabilities", ...(this.rejects ? ["is_digit"] : [])];
    const answers: Classified[] = [];
    for (let start = 0; start < images.length; start += IMAGES_AT_ONCE) {
      const piece = images.slice(start, start + IMAGES_AT_ONCE);
      const pixels = new Uint8Array(piece.length * SIDE ** 2);
      for (const [index, image] of piece.entries()) pixels.set(image.pixels, index * SIDE ** 2);
      const results = this.#network.run(pixels, { n: piece.length, height: SIDE, width: SIDE }, outputs);
      const [probabilities, digit] = results;
      for (const index of piece.keys())
        answers.push({
          probabilities: Float64Array.from(
            probabilities?.values.subarray(index * DIGITS.length, (index + 1) * DIGITS.length) ?? [],
          ),
          isDigit: digit?.values[index] ?? 1,
        });
    }
    return answers;
  }

  /** Follow a 28x28 image through the network. */
  inside({ pixels }: Grey): Inside {
    const { blocks, whole, scores } = this.#way;
    const maps = blocks.map(({ gives }) => gives);
    const wanted = [...maps, whole?.answers ?? scores, scores, ...(this.rejects ? ["is_digit"] : [])];
    const outputs = this.#network.run(pixels, { n: 1, height: SIDE, width: SIDE }, wanted);
    const isDigit = this.rejects ? (outputs.pop()?.values[0] ?? 1) : null;
    const layers = outputs.slice(0, -2).map((layer) => strongest(layer));
    return {
      layers,
      neurons: whole && neuronsOf(whole.weights, outputs.at(-2) as Output),
      scores: outputs.at(-1)?.values ?? new Float32Array(),
      isDigit,
    };
  }

  /** How a number of a feature map comes about; null if there is no such map. */
  sum({ pixels, layer, channel, at }: SumAsked): Sum | null {
    const block = this.#way.blocks[layer];
    if (!block) return null;
    const names = [block.takes, block.gives];
    const [input, map] = this.#network.run(pixels, { n: 1, height: SIDE, width: SIDE }, names);
    if (!input || !map || channel >= map.channels) return null;
    return sumOf(block, this.#tensors, [input, map], channel, at);
  }
}

/** A number of a feature map, for a 28x28 image, ink 255. */
interface SumAsked {
  pixels: Uint8Array;
  layer: number;
  channel: number;
  /** Its index in the map; null for the largest. */
  at: number | null;
}

/** A digit that the detector found: how probably each digit has its centre there, and its box. */
export interface Found {
  scores: Float64Array;
  score: number;
  box: Box;
}

export class Detector {
  readonly #network: Network;

  constructor(graph: Graph) {
    this.#network = new Network(graph);
  }

  /** Find the digits in a contrast map after resizing it by `scale`; the surest first. */
  find(contrast: Grey, scale: number): Found[] {
    const seen = resize(contrast, possibleScale(scale, contrast));
    const page = framed(seen);
    const size = { n: 1, height: page.height, width: page.width };
    const [maps] = this.#network.run(page.pixels, size, ["places"]);
    if (!maps) return [];
    const peakBoxes = peaks(maps.values, maps.width, maps.height, [
      seen.width / contrast.width,
      seen.height / contrast.height,
    ]);
    const surest = peakBoxes.sort((a, b) => b.score - a.score).slice(0, MAX_DETECTIONS);
    return nonMaximumSuppression(surest, iou, SAME_DETECTION_IOU);
  }
}

/** The scale, capped at the largest that is sensible for a picture. */
export function possibleScale(scale: number, { width, height }: Grey): number {
  return Math.min(scale, MAX_ENLARGEMENT, Math.sqrt(MAX_SEARCHED_PIXELS / (width * height)));
}

/** Repeat the edge of a picture around it, until both sides fit. */
function framed({ width, height, pixels }: Grey): Grey {
  const upTo = (side: number) => Math.ceil((side + 2 * PAPER_MARGIN) / INPUT_MULTIPLE) * INPUT_MULTIPLE;
  const page = blank(upTo(width), upTo(height));
  const inside = (index: number, side: number) => Math.min(Math.max(index - PAPER_MARGIN, 0), side - 1);
  for (let y = 0, index = 0; y < page.height; y++) {
    const row = inside(y, height) * width;
    for (let x = 0; x < page.width; x++) page.pixels[index++] = pixels[row + inside(x, width)] as number;
  }
  return page;
}

/** The cells that score higher than all their neighbours. */
function peaks(maps: Float32Array, columns: number, rows: number, [across, down]: [number, number]): Found[] {
  const depth = DIGITS.length + 4;
  const highest = Float32Array.from({ length: rows * columns }, (_, cell) =>
    Math.max(...maps.subarray(cell * depth, cell * depth + DIGITS.length)),
  );
  const isPeak = (row: number, column: number, score: number) => {
    for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, rows - 1); y++)
      for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, columns - 1); x++)
        if ((highest[y * columns + x] as number) > score) return false;
    return true;
  };
  const peakBoxes: Found[] = [];
  highest.forEach((score, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    if (score < MIN_PEAK || !isPeak(row, column, score)) return;
    const of = maps.subarray(cell * depth, (cell + 1) * depth);
    const [dx = 0, dy = 0, logWidth = 0, logHeight = 0] = of.subarray(DIGITS.length);
    const [width, height] = [logWidth, logHeight].map(
      (value) => Math.exp(Math.min(Math.max(value, -3), 5)) * CELL_PIXELS,
    ) as [number, number];
    const x = (column + 0.5 + dx) * CELL_PIXELS - width / 2 - PAPER_MARGIN;
    const y = (row + 0.5 + dy) * CELL_PIXELS - height / 2 - PAPER_MARGIN;
    const box = boxOf(x / across, y / down, width / across, height / down);
    peakBoxes.push({ scores: Float64Array.from(of.subarray(0, DIGITS.length)), score, box });
  });
  return peakBoxes;
}

/** For each column of a strip, the log probability of each class; the last is the blank. */
export interface Columns {
  readonly count: number;
  readonly classes: number;
  readonly values: Float32Array;
}

export class Recogniser {
  readonly card: Card;
  readonly #network: Network;

  constructor(graph: Graph) {
    this.card = graph.card;
    this.#network = new Network(graph);
  }

  columns({ width, height, pixels }: Grey): Columns {
    const [output] = this.#network.run(pixels, { n: 1, height, width }, ["log_probabilities"]);
    if (!output) throw new Error("the line recogniser has no output");
    return { count: output.width, classes: output.channels, values: output.values };
  }
}
