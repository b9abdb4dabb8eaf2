export const learnTrain = {
  "learn.train": "Train",
  "learn.train.title": "Now train it yourself",
  "learn.train.text":
    "Now put it all together: y = softmax(xw + b), with 7,850 parameters, learns from 55,000 images on this machine. Each step uses one batch.\nWatch the loss fall, the accuracy rise, and the weights form ten pictures.",
  "learn.train.try":
    "Run it once as it is. Then change one thing, but guess first: a learning rate of 0.005? Of 0.1? One image per batch?",
  "learn.train.knobs": "Training settings",
  "learn.train.batch_size": "Batch size",
  "learn.train.images": (size: string) => (size === "1" ? "1 image" : `${size} images`),
  "learn.train.learning_rate": "Learning rate",
  "learn.train.steps": "Steps",
  "learn.train.start": "Start training",
  "learn.train.stop": "Stop",
  "learn.train.stopping": "Stopping…",
  "learn.train.tutorial": "Tutorial settings",
  "learn.train.watch": "Watch it train",
  "learn.train.unknown":
    "The service no longer knows this training; it was probably restarted, and the curves are lost.",
  "learn.train.idle": "Nothing learnt yet: all weights are 0.",
  "learn.train.silent": "Lost contact with the training run. Reconnecting…",
  "learn.train.progress": (number: number) => `Progress of run ${number}`,
  "learn.train.state.starting": (_step: string, _steps: string) =>
    "Starting TensorFlow. This takes a few seconds.",
  "learn.train.state.running": (step: string, steps: string) => `Step ${step} of ${steps}`,
  "learn.train.state.done": (step: string, _steps: string) => `Done after ${step} steps`,
  "learn.train.state.stopped": (step: string, steps: string) => `Stopped at step ${step} of ${steps}`,
  "learn.train.state.failed": (step: string, _steps: string) => `Failed after step ${step}`,
  "learn.train.state.unknown": (step: string, _steps: string) =>
    `Last seen at step ${step}. The service no longer knows this training.`,
  "learn.train.batch": (loss: string, each: string, share: string) =>
    `· batch loss ${loss}, per image ${each}, ${share} of the batch correct`,
  "learn.train.said.done.test": (share: string) =>
    `Training is done. ${share} of the test images were read correctly.`,
  "learn.train.said.done.validation": (share: string) =>
    `Training is done. ${share} of the validation images were read correctly.`,
  "learn.train.said.stopped": (step: string) => `Training was stopped at step ${step}.`,
  "learn.train.step": "steps",
  "learn.train.loss": "loss per image",
  "learn.train.accuracy": "validation accuracy",
  "learn.train.loss.chart": (runs: string) => `Smoothed loss per image over the steps. ${runs}`,
  "learn.train.accuracy.chart": (runs: string) => `Validation accuracy over the steps. ${runs}`,
  "learn.train.last": (number: number, value: string, step: number) =>
    `Run ${number}: ${value} at step ${step}`,
  "learn.train.between": "; ",
  "learn.train.runs": "Runs",
  "learn.train.run": (number: number) => `Run ${number}`,
  "learn.train.draw": (number: number) => `Show run ${number}`,
  "learn.train.forget": (number: number) => `Remove run ${number}`,
  "learn.train.with.batch_size": (value: string) => `batch ${value}`,
  "learn.train.with.learning_rate": (value: string) => `rate ${value}`,
  "learn.train.with.steps": (value: string) => `${value} steps`,
  "learn.train.with.seed": (value: string) => `seed ${value}`,
  "learn.train.outcome.done": (share: string) => `${share} correct`,
  "learn.train.outcome.starting": (_step: string) => "starting",
  "learn.train.outcome.running": (_step: string) => "running",
  "learn.train.outcome.stopped": (step: string) => `stopped at ${step}`,
  "learn.train.outcome.failed": (step: string) => `failed at ${step}`,
  "learn.train.outcome.unknown": (_step: string) => "lost",
  "learn.train.weights": "What the weights of each digit look for",
  "learn.train.weights.key": "Ink on blue counts for the digit, ink on brown against it.",
  "learn.train.weights.of": (digit: number) => `Weights of ${digit}`,
  "learn.train.result": (number: number, share: string) => `Run ${number}: ${share} correct`,
  "learn.train.result.test": (n: string, wrong: string) =>
    `Of ${n} test images it had never seen, it misread ${wrong}.`,
  "learn.train.result.validation": (n: string, wrong: string) =>
    `Of ${n} validation images, it misread ${wrong}.`,
  "learn.train.result.luck": (points: string) =>
    `Part of this is luck: with different images, the result could be ${points} points higher or lower.`,
  "learn.train.write": "Write a digit for this network",
  "learn.train.mistakes": "Some of its mistakes",
  "learn.train.mistake": (label: number, digit: number, probability: string, index: string) =>
    `A ${label} read as ${digit} with probability ${probability} (image ${index})`,
};
