/**
 * Reads without a browser and without Python, as the page does: `node read.mjs MODELS read|classify|time [MODEL]`.
 *
 * MODELS is the folder of the shipped .onnx files. "read" takes pictures from standard input, each as width and height
 * (uint32, little-endian) and its grey pixels, and writes for each a line of JSON: the reading and the milliseconds of
 * processor time it took. "classify" takes 28x28 images one after another and writes one line: the probabilities of each. "time" takes
 * nothing and writes one line: the milliseconds of processor time that each model takes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pack } from "../build/pack";
import type { Box } from "../src/ink/boxes";
import { median } from "../src/ink/numbers";
import type { Grey } from "../src/ink/picture";
import { LineDetector } from "../src/reading/find/line-detector";
import { Reader } from "../src/reading/reader";
import { Classifier, Detector, Recogniser } from "../src/reading/recognise/models";
import { type Graph, unpack } from "../src/runtime/graph";
import { Network } from "../src/runtime/network";

const [folder = ".", task, name = "default"] = process.argv.slice(2);

const graphOf = (model: string): Graph => unpack(pack(readFileSync(join(folder, `${model}.onnx`))));

function classify(content: Buffer): void {
  const images = Array.from(
    { length: content.length / 784 },
    (_, index): Grey => ({
      width: 28,
      height: 28,
      pixels: content.subarray(index * 784, (index + 1) * 784),
    }),
  );
  const answers = new Classifier(graphOf(name)).classify(images);
  process.stdout.write(`${JSON.stringify(answers.map(({ probabilities }) => [...probabilities]))}\n`);
}

async function read(content: Buffer): Promise<void> {
  const [detector, recogniser] = [new Detector(graphOf("detector")), new Recogniser(graphOf("line"))];
  const lineDetector = new LineDetector(graphOf("line-detector"));
  const reader = new Reader(new Classifier(graphOf(name)), {
    detector: async () => detector,
    recogniser: async () => recogniser,
    lineDetector: async () => lineDetector,
  });
  const asList = ({ x, y, width, height }: Box) => [x, y, width, height];
  for (let offset = 0; offset < content.length; ) {
    const [width, height] = [content.readUInt32LE(offset), content.readUInt32LE(offset + 4)];
    const pixels = Uint8Array.from(content.subarray(offset + 8, offset + 8 + width * height));
    offset += 8 + width * height;
    const started = process.cpuUsage();
    const { text, status, confidence, digits, advice } = await reader.read({ width, height, pixels });
    const milliseconds = spent(started);
    const boxes = digits.map(({ box }) => asList(box));
    process.stdout.write(
      `${JSON.stringify({ text, status, confidence, boxes, advice: advice[0], milliseconds })}\n`,
    );
  }
}

/** As in `benchmarks/runtimes.mjs`, which times ONNX Runtime Web. */
const TIMED: [model: string, output: string, height: number, width: number, n: number][] = [
  ["default", "probabilities", 28, 28, 1],
  ["default", "probabilities", 28, 28, 6],
  ["detector", "places", 64, 160, 1],
  ["line", "log_probabilities", 48, 160, 1],
];
const RUNS = 60;

function time(): void {
  const timings = TIMED.map(([model, output, height, width, n]) => {
    const packed = pack(readFileSync(join(folder, `${model}.onnx`)));
    const started = process.cpuUsage();
    const network = new Network(unpack(packed));
    const size = { n, height, width };
    const images = Uint8Array.from({ length: n * height * width }, (_, index) => (index * 7919) % 256);
    network.run(images, size, [output]);
    const start = spent(started);
    const times = Array.from({ length: RUNS }, () => {
      const before = process.cpuUsage();
      network.run(images, size, [output]);
      return spent(before);
    });
    return { model, n, height, width, start, median: median(times), times };
  });
  process.stdout.write(`${JSON.stringify(timings)}\n`);
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const content = task === "time" ? Buffer.alloc(0) : readFileSync(0);
if (task === "time") time();
else if (task === "classify") classify(content);
else await read(content);
