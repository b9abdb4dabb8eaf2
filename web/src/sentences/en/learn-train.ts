export const learnTrain = {
  "learn.train": "Train",
  "learn.train.title": "Now train it yourself",
  "learn.train.text":
    "All of it together, for real: y = softmax(xw + b) with its 7,850 parameters learns from 55,000 images, here on this machine. Each step takes one batch of them.\nThe loss falls, more and more is read right, and ten images of the weights form.",
  "learn.train.try":
    "Run it once as it is. Then change one thing and guess first: a rate of 0.005? Of 0.1? One image a batch?",
  "learn.train.knobs": "What to train with",
  "learn.train.batch_size": "Batch size",
  "learn.train.images": (size: string) => (size === "1" ? "1 image" : `${size} images`),
  "learn.train.learning_rate": "Learning rate",
  "learn.train.steps": "Steps",
  "learn.train.start": "Start the training",
  "learn.train.stop": "Stop",
  "learn.train.stopping": "Stopping …",
  "learn.train.tutorial": "As in the tutorial",
  "learn.train.watch": "Watch it",
  "learn.train.unknown":
    "The service does not know this training any more; it was probably restarted. Its curves are gone with it.",
  "learn.train.idle": "Nothing has been learnt yet: all weights are 0.",
  "learn.train.silent": "There is no news of the training at the moment. Trying again …",
  "learn.train.progress": (number: number) => `How far run ${number} is`,
  "learn.train.state.starting": (_step: string, _steps: string) =>
    "TensorFlow is waking up. That takes a few seconds.",
  "learn.train.state.running": (step: string, steps: string) => `Step ${step} of ${steps}`,
  "learn.train.state.done": (step: string, _steps: string) => `Done after ${step} steps`,
  "learn.train.state.stopped": (step: string, steps: string) => `Stopped at step ${step} of ${steps}`,
  "learn.train.state.failed": (step: string, _steps: string) => `Failed after step ${step}`,
  "learn.train.state.unknown": (step: string, _steps: string) =>
    `Followed up to step ${step}. The service does not know this training any more.`,
  "learn.train.batch": (loss: string, each: string, share: string) =>
    `· loss of the batch ${loss}, per image ${each}, ${share} of the batch right`,
  "learn.train.said.done.test": (share: string) =>
    `The training is done. ${share} of the test images were read right.`,
  "learn.train.said.done.validation": (share: string) =>
    `The training is done. ${share} of the validation images were read right.`,
  "learn.train.said.stopped": (step: string) => `The training was stopped at step ${step}.`,
  "learn.train.step": "steps",
  "learn.train.loss": "loss per image",
  "learn.train.accuracy": "validation images read right",
  "learn.train.loss.chart": (runs: string) => `The loss per image over the steps, smoothed. ${runs}`,
  "learn.train.accuracy.chart": (runs: string) =>
    `The share of validation images read right, over the steps. ${runs}`,
  "learn.train.last": (number: number, value: string, step: number) =>
    `Run ${number}: ${value} at step ${step}`,
  "learn.train.between": "; ",
  "learn.train.runs": "Runs",
  "learn.train.run": (number: number) => `Run ${number}`,
  "learn.train.draw": (number: number) => `Draw run ${number}`,
  "learn.train.forget": (number: number) => `Take run ${number} off the page`,
  "learn.train.with.batch_size": (value: string) => `batch ${value}`,
  "learn.train.with.learning_rate": (value: string) => `rate ${value}`,
  "learn.train.with.steps": (value: string) => `${value} steps`,
  "learn.train.with.seed": (value: string) => `seed ${value}`,
  "learn.train.outcome.done": (share: string) => `${share} right`,
  "learn.train.outcome.starting": (_step: string) => "starting",
  "learn.train.outcome.running": (_step: string) => "running",
  "learn.train.outcome.stopped": (step: string) => `stopped at ${step}`,
  "learn.train.outcome.failed": (step: string) => `failed at ${step}`,
  "learn.train.outcome.unknown": (_step: string) => "lost",
  "learn.train.weights": "What each digit’s weights look for",
  "learn.train.weights.key": "Ink on blue speaks for the digit, ink on brown against it.",
  "learn.train.weights.of": (digit: number) => `The weights of ${digit}`,
  "learn.train.result": (number: number, share: string) => `Run ${number}: ${share} right`,
  "learn.train.result.test": (n: string, wrong: string) =>
    `Of ${n} test images, never seen before, it read ${wrong} wrongly.`,
  "learn.train.result.validation": (n: string, wrong: string) =>
    `Of ${n} validation images it read ${wrong} wrongly.`,
  "learn.train.result.luck": (points: string) =>
    `An exam has luck in it: with other images it could be ${points} points more or less.`,
  "learn.train.write": "Write a digit for this network",
  "learn.train.mistakes": "Some of its mistakes",
  "learn.train.mistake": (label: number, digit: number, confidence: string, index: string) =>
    `A ${label}, read as ${digit} with a confidence of ${confidence} (image ${index})`,
};
