/** Make a code, scan a code, and measure its network. */
import { file } from "../../bundle/files";
import { loadDigits } from "../../data/digits";
import { PIXELS } from "../../data/image";
import { kept, keptExamples } from "../../hand/kept";
import { openPicture } from "../../here/open";
import { type Compared, inWorker, type Right } from "../../here/training";
import { keepNetwork, keptNetworks, loadNetworks, scannedName } from "../../learn/train/kept-networks";
import { sha256 } from "../../networks/sha256";
import { type Card, type Graph, unpack } from "../../runtime/graph";
import { drawn } from "../../shared/qr-code";
import { onnxFrom } from "../onnx-from";
import { type Examples, graphOf } from "./network";
import {
  decode,
  encode,
  type Fault,
  MAX_DIGITS,
  type PaperNetwork,
  PREFIX,
  packed,
  type SmallDigit,
  shrunk,
  unpacked,
} from "./packing";

/** The reason why a picture holds no network. */
export type ScanFault = Fault | "none" | "several" | "picture";

export interface MadeCode {
  canvas: HTMLCanvasElement;
  network: PaperNetwork;
  onTest: Compared;
  /** Null without kept digits. */
  onOwn: Compared | null;
}

/** The fields of a card about a network's origin that the page does not parse. */
interface CodeCard extends Card {
  licence: string;
  command: string;
  data?: readonly { name: string; sha256: Record<string, string>; licence: string }[];
}

const MODEL = "model"; // of what another model gave, as in src/shuzi/models/card.py
const ID = 12; // hexadecimal digits
const MEASURED = 1_000; // test images, and training images mixed with the user's digits

let tiny: Promise<Graph> | null = null;

function tinyGraph(): Promise<Graph> {
  tiny ??= file("models/tiny.bin.gz").then(unpack);
  tiny.catch(() => {
    tiny = null;
  });
  return tiny;
}

/** Those that go into a code: the last of each kind, ten at most. */
export function chosenDigits(): SmallDigit[] {
  const last = new Map(kept.value.map(({ image, label }) => [label, image]));
  return [...last]
    .sort(([first], [second]) => first - second)
    .slice(0, MAX_DIGITS)
    .map(([label, image]) => ({ label, image: shrunk(Uint8Array.from(image)) }));
}

/**
 * Write a network as a code.
 *
 * @param from the network of another code; null is `tiny`
 * @param learns whether to train its last layer on the user's digits first
 * @throws MissingFile if a file of the page cannot be had
 */
export async function makeCode(from: PaperNetwork | null, name: string, learns: boolean): Promise<MadeCode> {
  const [shipped, { train, test }] = await Promise.all([tinyGraph(), loadDigits()]);
  const own = keptExamples();
  const digits = chosenDigits();
  const { layers, onTest, onOwn } = await inWorker("round", {
    shipped,
    layers: from?.layers ?? null,
    own,
    test: first(test),
    train: learns && own.labels.length > 0 ? first(train) : null,
  });
  const network = { layers, name, digits: digits.length ? digits : (from?.digits ?? []) };
  return { canvas: await drawn(PREFIX + encode(packed(network))), network, onTest, onOwn };
}

/** @throws MissingFile if the reader of codes cannot be had */
export async function scan(picture: Blob): Promise<PaperNetwork | ScanFault> {
  const { buffer: scanner } = await file(SCANNER);
  const opened = await openPicture(picture, LARGEST).catch(() => null);
  if (!opened) return "picture";
  const texts = new Set(await inWorker("scan", { picture: opened, scanner }));
  const ours = [...texts].filter((text) => text.startsWith(PREFIX));
  if (texts.size === 0) return "none";
  if (ours.length > 1) return "several";
  const content = decode((ours[0] ?? "").slice(PREFIX.length));
  if (ours.length === 0) return "foreign";
  return content ? unpacked(content) : "damaged";
}

/** The answers of a scanned network for the kept digits and test images. */
export async function measured(network: PaperNetwork): Promise<{ onTest: Right; onOwn: Right | null }> {
  const [shipped, { test }] = await Promise.all([tinyGraph(), loadDigits()]);
  return inWorker("measure", { shipped, layers: network.layers, own: keptExamples(), test: first(test) });
}

/** Keep a scanned network in the browser; return its model name. */
export async function keep(network: PaperNetwork): Promise<string> {
  const [hash, shipped] = [sha256(packed(network)), await tinyGraph()];
  const id = scannedName(hash.slice(0, ID));
  const origin = { name: `${MODEL} ${network.name || shipped.card.name}`, sha256: { code: hash } };
  const card: CodeCard = { ...(shipped.card as CodeCard), scores: {}, command: "", calibration: null };
  const graph = {
    ...graphOf(shipped, network.layers),
    card: { ...card, data: [{ ...origin, licence: card.licence }] },
  };
  await loadNetworks();
  if (!keptNetworks.peek()?.some((kept) => kept.id === id))
    await keepNetwork({ id, name: network.name, date: Date.now(), run: null, onnx: onnxFrom(graph) });
  return id;
}

function first({ images, labels }: Examples): Examples {
  // copies, or all images would go to the worker
  return { images: images.slice(0, MEASURED * PIXELS), labels: labels.slice(0, MEASURED) };
}

/** The reader of codes, among the files that come with the page. */
const SCANNER = "codes/scanner.wasm.gz";

/** Of a picture in which codes are looked for: 5 pixels a module where a code fills half of it. */
const LARGEST = 2_000; // pixels of the longer side
