/** The card of a network trained in the page: format 2, as src/shuzi/models/card.py reads it. */
import { CLASSES } from "../../data/image";
import { VERSION } from "../../generated/ink/normalize";
import { CLASSIFY, UNSURE_BELOW } from "../../generated/tasks";
import { FORMAT, MNIST_LICENCE, WRONG_AMONG_SURE, Z } from "../../generated/training";
import { largestOf } from "../loss";
import type { Network } from "../network";
import { type Settings, STANDARD } from "../training/settings";
import type { Digits, Examined } from "../training/train";
import { sha256 } from "./sha256";

/** A finished run. */
export interface Trained {
  network: Network;
  settings: Settings;
  /** The images it was trained on. */
  data: Digits;
  /** On the split that the settings name, and on the validation split. */
  judged: Examined;
  validated: Examined & { labels: Uint8Array };
}

/** All values of a recipe, as Python stores them in TOML and cards. */
export function recipeOf(settings: Settings): Record<string, string | number> {
  const { images: _, ...recipe } = settings;
  return { format: FORMAT, name: settings.network, ...recipe };
}

export function cardOf({ network, settings, data, judged, validated }: Trained, weights: string) {
  return {
    name: settings.network,
    task: CLASSIFY,
    input: { name: "images", shape: ["n", 28, 28], dtype: "float32", layout: "NHW", range: [0, 255] },
    outputs: [
      { name: "probabilities", shape: ["n", CLASSES], dtype: "float32", layout: "NC", range: [0, 1] },
    ],
    classes: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
    data: [{ name: "mnist", sha256: hashesOf(data), licence: MNIST_LICENCE }],
    recipe: recipeOf(settings),
    seed: settings.seed,
    weights,
    scores: { [settings.judged_on]: scoreOf(judged) },
    command: commandOf(settings),
    parameters: network.parameters,
    versions: {},
    temperature: 1,
    thresholds: { [UNSURE_BELOW]: unsureBelow(validated.probabilities, validated.labels) },
    calibration: null,
    normalization: VERSION,
    licence: `Apache-2.0; learnt from MNIST (${MNIST_LICENCE})`,
    format: FORMAT,
  };
}

/** The command that trains the same network in Python; "" if there is none. */
export function commandOf(settings: Settings): string {
  const { network, steps, batch_size, learning_rate, seed } = settings;
  const same = { ...STANDARD.softmax, steps, batch_size, learning_rate, seed };
  if (network !== "softmax" || JSON.stringify(same) !== JSON.stringify({ ...same, ...settings })) return "";
  const options = Object.entries({ steps, batch_size, learning_rate }).filter(
    ([name, value]) => value !== STANDARD.softmax[name as "steps"],
  );
  const written = options.map(([name, value]) => `--${name.replace("_", "-")} ${value}`);
  return ["shuzi train softmax", ...written, `--seed ${seed}`].join(" ");
}

/** Each array as an uncompressed IDX file. */
function hashesOf({ images, labels }: Digits): Record<string, string> {
  const head = (...words: number[]) => {
    const view = new DataView(new ArrayBuffer(4 * words.length));
    words.forEach((word, index) => {
      view.setUint32(4 * index, word);
    });
    return new Uint8Array(view.buffer);
  };
  const n = labels.length;
  return { images: sha256(head(0x803, n, 28, 28), images), labels: sha256(head(0x801, n), labels) };
}

/** The accuracy with its 95 % interval by Wilson (1927). */
function scoreOf({ accuracy, n }: Examined) {
  const spread = Z ** 2 / n;
  const middle = (accuracy + spread / 2) / (1 + spread);
  const half = Math.sqrt(accuracy * (1 - accuracy) * spread + spread ** 2 / 4) / (1 + spread);
  const interval = [
    Math.min(accuracy, Math.max(0, middle - half)),
    Math.max(accuracy, Math.min(1, middle + half)),
  ];
  return { accuracy, n, interval };
}

/** The probability above which at most one answer in a thousand is wrong; above 1 if there is none. */
function unsureBelow(probabilities: Float32Array, labels: Uint8Array): number {
  const answers = Array.from(labels, (label, image) => {
    const digit = largestOf(probabilities, image * CLASSES);
    return { sure: probabilities[image * CLASSES + digit] as number, wrong: digit !== label };
  });
  answers.sort((a, b) => b.sure - a.sure);
  let [wrong, threshold] = [0, 1 + 2 ** -52];
  answers.forEach((answer, index) => {
    wrong += Number(answer.wrong);
    // answers of equal probability count together
    const ends = answers[index + 1]?.sure !== answer.sure;
    if (ends && wrong <= WRONG_AMONG_SURE * (index + 1)) threshold = answer.sure;
  });
  return threshold;
}
