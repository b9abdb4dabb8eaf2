/** The shipped models: packed as for the page, or with all their digits. */
import { readFileSync } from "node:fs";
import { pack } from "../build/pack";
import { LineDetector } from "../src/reading/find/line-detector";
import { Reader } from "../src/reading/reader";
import { Classifier, Detector, Recogniser } from "../src/reading/recognise/models";
import { type Graph, unpack } from "../src/runtime/graph";
import { graphOfOnnx } from "../src/runtime/onnx";

/** A model as the page has it. */
export function packed(name: string): Graph {
  return unpack(pack(content(name)));
}

/** A model as Python has it. */
export function exact(name: string): Graph {
  return graphOfOnnx(content(name));
}

export function readerOf(graphOf: (name: string) => Graph): Reader {
  const [detector, recogniser] = [new Detector(graphOf("detector")), new Recogniser(graphOf("line"))];
  const lineDetector = new LineDetector(graphOf("line-detector"));
  return new Reader(new Classifier(graphOf("default")), {
    detector: async () => detector,
    recogniser: async () => recogniser,
    lineDetector: async () => lineDetector,
  });
}

function content(name: string): Buffer {
  return readFileSync(new URL(`../../src/shuzi/models/${name}.onnx`, import.meta.url));
}
