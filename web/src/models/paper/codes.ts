/** Make a code, scan a code, and measure its network. */
import { file, once } from "../../bundle/files";
import { loadDigits } from "../../data/digits";
import { PIXELS } from "../../data/image";
import { SIDE } from "../../generated/ink/normalize";
import { kept, keptExamples } from "../../hand/kept";
import { openPicture } from "../../here/open";
import { type Compared, inWorker, type Right } from "../../here/training";
import { keepNetwork, keptNetworks, loadNetworks, scannedName } from "../../learn/train/kept-networks";
import { sha256 } from "../../networks/sha256";
import { publicAddress } from "../../project";
import { type Card, unpack } from "../../runtime/graph";
import { say } from "../../sentences/say";
import { drawn } from "../../shared/qr-code";
import { onnxFrom } from "../onnx-from";
import { type Examples, graphOf } from "./network";
import {
  decode,
  doubled,
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
const INNER = 0.95; // of the width of a code, without the light margin around it
const MEASURED = 1_000; // test images, and training images mixed with the user's digits

const tinyGraph = once(() => file("models/tiny.bin.gz").then(unpack));

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
  const code = await drawn(PREFIX + encode(packed(network)));
  return { canvas: labelled(code, network), network, onTest, onOwn };
}

const [BAND, TEXT, DIGIT] = [150, 34, 84]; // pixels

/** The picture to hand on: the name above the code; the digits below it, and what to do with it. */
function labelled(code: HTMLCanvasElement, { name, digits }: PaperNetwork): HTMLCanvasElement {
  const { width, height } = code;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height + 2 * BAND];
  const context = canvas.getContext("2d");
  if (!context) return code;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, canvas.height);
  context.drawImage(code, 0, BAND);
  context.fillStyle = "black";
  const left = (width * (1 - INNER)) / 2;
  const write = (text: string, y: number, weight = 400) => {
    context.font = `${weight} ${TEXT}px system-ui, sans-serif`;
    context.fillText(text, left, y, INNER * width);
  };
  write(say("paper.picture", name), BAND - TEXT, 600);
  write(say("paper.picture.scan", publicAddress() || "shuzi"), canvas.height - TEXT / 2);
  digits.forEach((digit, position) => {
    const pixel = DIGIT / SIDE;
    doubled(digit).forEach((ink, index) => {
      const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
      context.globalAlpha = ink / 255;
      context.fillRect(left + position * (DIGIT + 8) + x * pixel, BAND + height + y * pixel, pixel, pixel);
    });
  });
  context.globalAlpha = 1;
  return canvas;
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
