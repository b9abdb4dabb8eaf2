/**
 * Reads without a browser and without Python, as the page does: `node read.mjs MODELS read|classify [MODEL]`.
 *
 * MODELS is the folder of the shipped .onnx files. "read" takes pictures from standard input, each as width and height
 * (uint32, little-endian) and its grey pixels, and writes for each a line of JSON: the reading and the milliseconds it
 * took. "classify" takes 28x28 images one after another and writes one line: the probabilities of each.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pack } from "../build/pack";
import type { Box } from "../src/ink/boxes";
import type { Grey } from "../src/ink/picture";
import { type Graph, unpack } from "../src/network/graph";
import { Classifier, Detector, Recogniser } from "../src/reading/models";
import { Reader } from "../src/reading/reader";

const [folder = ".", task, name = "default"] = process.argv.slice(2);

const graphOf = (model: string): Graph => unpack(pack(readFileSync(join(folder, `${model}.onnx`))));

function classify(content: Buffer): void {
  const images = Array.from(
    { length: content.length / 784 },
    (_, place): Grey => ({
      width: 28,
      height: 28,
      pixels: content.subarray(place * 784, (place + 1) * 784),
    }),
  );
  const found = new Classifier(graphOf(name)).classify(images);
  process.stdout.write(`${JSON.stringify(found.map(({ probabilities }) => [...probabilities]))}\n`);
}

async function read(content: Buffer): Promise<void> {
  const [detector, recogniser] = [new Detector(graphOf("detector")), new Recogniser(graphOf("line"))];
  const reader = new Reader(new Classifier(graphOf(name)), {
    detector: async () => detector,
    recogniser: async () => recogniser,
  });
  const asList = ({ x, y, width, height }: Box) => [x, y, width, height];
  for (let place = 0; place < content.length; ) {
    const [width, height] = [content.readUInt32LE(place), content.readUInt32LE(place + 4)];
    const pixels = Uint8Array.from(content.subarray(place + 8, place + 8 + width * height));
    place += 8 + width * height;
    const started = performance.now();
    const { text, status, confidence, digits, advice } = await reader.read({ width, height, pixels });
    const milliseconds = performance.now() - started;
    const boxes = digits.map(({ box }) => asList(box));
    process.stdout.write(
      `${JSON.stringify({ text, status, confidence, boxes, advice: advice[0], milliseconds })}\n`,
    );
  }
}

const content = readFileSync(0);
if (task === "classify") classify(content);
else await read(content);
