/** The settings of a run in the page, as Python that trains the same network. */
import { commandOf, recipeOf } from "../../networks/onnx/card";
import { type Settings, STANDARD } from "../../networks/training/settings";

/** Python that trains the same network from the same first weights, on the same images in the same order. */
export function asPython(settings: Settings): string {
  const command = commandOf(settings);
  const values = Object.entries(recipeOf(settings)).filter(([name]) => name !== "format");
  const fewer = settings.images < STANDARD.softmax.images;
  return [
    ...(command ? [`# the same on the command line: ${command}`] : []),
    "import shuzi",
    ...(fewer ? ["from dataclasses import replace", "from shuzi.data.dataset import Dataset"] : []),
    "from shuzi.training.loop import train",
    "from shuzi.training.recipe import Recipe",
    "",
    "recipe = Recipe(",
    ...values.map(([name, value]) => `    ${name}=${literal(name, value)},`),
    ")",
    "data = shuzi.load_mnist()",
    ...(fewer
      ? [
          `few = Dataset(data.train.images[:${settings.images}], data.train.labels[:${settings.images}])`,
          "data = replace(data, train=few)",
        ]
      : []),
    "for event in train(recipe, data):",
    '    if hasattr(event, "accuracy"):',
    "        print(type(event).__name__, event.step, event.accuracy)",
    "",
  ].join("\n");
}

const FRACTIONS = ["learning_rate", "warm_up", "beta_1", "beta_2", "epsilon", "label_smoothing"];

/** Floats keep their decimal point. */
function literal(name: string, value: string | number): string {
  if (typeof value === "string") return JSON.stringify(value);
  return FRACTIONS.includes(name) && Number.isInteger(value) ? value.toFixed(1) : String(value);
}
