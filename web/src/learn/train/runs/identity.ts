/**
 * A run in the page is what its settings are: they are its id, which a link carries, and who follows the link can train
 * the same network, number by number. A run of the service has an id that the service gave it.
 */
import { REPORTS } from "../../../generated/training";
import { LIMITS, type NetworkName, type Settings, STANDARD } from "../../../networks/training/settings";

const SHORT: Readonly<Record<NetworkName, string>> = {
  softmax: "softmax",
  mlp: "mlp",
  small_convolutions: "cnn",
};
const NUMBERS = {
  b: "batch_size",
  r: "learning_rate",
  n: "steps",
  s: "seed",
  h: "hidden",
  d: "depth",
  i: "images",
} as const;
const OPTIMIZERS = ["sgd", "adam"] as const;
const VALIDATIONS = 20; // of a run

/** Settings with the reports that a run of this length makes. */
export function complete(settings: Settings): Settings {
  return {
    ...settings,
    report_every: Math.max(1, Math.floor(settings.steps / REPORTS)),
    validate_every: Math.max(1, Math.floor(settings.steps / VALIDATIONS)),
  };
}

/** Such as "mlp_r0.01_h64": the network, and what differs from its standard settings. */
export function idOf(settings: Settings): string {
  const standard = STANDARD[settings.network];
  const numbers = Object.entries(NUMBERS)
    .filter(([, name]) => settings[name] !== standard[name])
    .map(([letter, name]) => `${letter}${settings[name]}`);
  const optimizer = settings.optimizer === standard.optimizer ? [] : [`o${settings.optimizer}`];
  const augment = settings.augment === "squeeze" ? ["a"] : [];
  return [SHORT[settings.network], ...numbers, ...optimizer, ...augment].join("_");
}

/** The settings of an id; null if it is not one of a run in the page. */
export function settingsOf(id: string): Settings | null {
  const [short, ...pieces] = id.split("_");
  const network = (Object.keys(SHORT) as NetworkName[]).find((name) => SHORT[name] === short);
  if (!network) return null;
  const settings = { ...STANDARD[network] };
  for (const part of pieces) {
    const name = NUMBERS[part.charAt(0) as keyof typeof NUMBERS];
    const optimizer = OPTIMIZERS.find((listed) => part === `o${listed}`);
    const value = Number(part.slice(1));
    if (part === "a") settings.augment = "squeeze";
    else if (optimizer) settings.optimizer = optimizer;
    else if (name && part.length > 1 && fits(name, value)) settings[name] = value;
    else return null;
  }
  return complete(settings);
}

function fits(name: keyof typeof LIMITS, value: number): boolean {
  const { least, most } = LIMITS[name];
  if (name === "learning_rate") return value > 0 && value <= most;
  return Number.isInteger(value) && value >= least && value <= most;
}
