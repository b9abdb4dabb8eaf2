export const learnSteps = {
  "learn.pixels": "784 numbers",
  "learn.pixels.title": "A digit is 784 numbers",
  "learn.pixels.text":
    "To a computer a picture is a heap of numbers. This one has 28 rows of 28 pixels, each of them one number: 0 for empty paper, 255 for the strongest ink.\nFor training every number is divided by 255, so that it lies between 0 and 1, and the rows are laid one after the other. These 784 numbers in a row are all that the network ever sees.",
  "learn.pixels.try":
    "Follow the edge of a stroke. Some pixels there are neither 0 nor 255. What would you see if they were all one or the other?",
  "learn.pixels.grid": (digit: number) => `A handwritten ${digit}, 28 by 28 pixels`,
  "learn.pixels.keys": "The arrow keys go from pixel to pixel.",
  "learn.pixels.choose": "Which digit to look at",
  "learn.pixels.numbers": "Show the numbers",
  "learn.pixels.chosen": "The chosen pixel",
  "learn.pixels.place": (row: number, column: number) => `Row ${row}, column ${column}`,
  "learn.pixels.source": (digit: number, index: number) =>
    `A real ${digit}: image ${index + 1} of the 55,000 in MNIST’s training set.`,
  "learn.pixels.row": (place: number) => `The same digit as a row: this pixel is number ${place} of 784.`,
  "learn.pixels.row.label": "All 784 pixels in one row",

  "learn.one-hot": "One-hot",
  "learn.one-hot.title": "One-hot: an answer as ten numbers",
  "learn.one-hot.text":
    "The network says ten numbers, one for each digit. To compare them with the right answer, the answer is written as ten numbers too: 1 in the digit’s own place, 0 in all others. That is called one-hot.\nWhy not simply the number? Because here digits are names, and names have no distance. Taking a 3 for an 8 is no worse a mistake than taking it for a 4.",
  "learn.one-hot.try":
    "Choose 1. Written as a number, which mistake looks harmless, and which looks terrible? Which digit does a 1 really look like?",
  "learn.one-hot.picture": (digit: number) => `A handwritten ${digit}`,
  "learn.one-hot.written": (digit: number) => `This is a ${digit}. One-hot, it is written:`,
  "learn.one-hot.choose": "The right answer",
  "learn.one-hot.question": (digit: number) => `It is a ${digit}. How wrong would each answer be?`,
  "learn.one-hot.as-number": "Written as a number",
  "learn.one-hot.as-number.formula": (digit: number) => `(${digit} − answer)²`,
  "learn.one-hot.as-number.label": (digit: number) =>
    `Written as a number, the errors of the answers 0 to 9 to a ${digit}:`,
  "learn.one-hot.as-row": "Written one-hot",
  "learn.one-hot.as-row.formula": "the squared differences of the two rows, added up",
  "learn.one-hot.as-row.label": (digit: number) =>
    `Written one-hot, the errors of the answers 0 to 9 to a ${digit}:`,

  "learn.softmax": "Softmax",
  "learn.softmax.title": "Softmax: scores become shares",
  "learn.softmax.text":
    "The network gives each digit a score, of any size, above or below zero. Softmax turns scores into shares in two moves: raise e (about 2.718) to the power of each score, then divide by the sum.\nEvery share is positive, together they are always 1, and the largest score gets the largest share. Differences grow: 10 is twice 5, but its share is over a hundred times as large.",
  "learn.softmax.try":
    "Add 5 to all scores. What changes, and what does not? Then multiply them by 0.2: is the network still as sure?",
  "learn.softmax.how-many": "How many scores",
  "learn.softmax.three": "Three scores",
  "learn.softmax.ten": "Ten, from a trained network",
  "learn.softmax.source": "What the softmax network that comes with shuzi says of the 7 in the first step.",
  "learn.softmax.score": "score",
  "learn.softmax.share": "share",
  "learn.softmax.sum": "Together",
  "learn.softmax.score.of": (digit: number) => `Score of ${digit}`,
  "learn.softmax.score.written": (score: string, share: string) => `${score}, a share of ${share}`,
  "learn.softmax.plus": "Add to all scores",
  "learn.softmax.plus.hint": (factor: string) =>
    `Each power of e is multiplied by ${factor}, and so is their sum: the shares stay.`,
  "learn.softmax.times": "Multiply all scores by",
  "learn.softmax.times.hint": "Less than 1 evens the shares out, more than 1 sharpens them.",

  "learn.loss": "Loss",
  "learn.loss.title": "The loss: how wrong is it?",
  "learn.loss.text":
    "A loss is one number that says how wrong an answer is. Perfect is 0, and training makes it smaller.\nSquared error adds up the squared differences of all places. Cross-entropy asks only for the share y of the right answer, and is −log(y). Be sure of a wrong answer and it climbs without end, and keeps pushing, while the squared error stops at 2 and gives up.",
  "learn.loss.try":
    "Take the right answer’s share down to 0.01. Which loss climbs, and which still pushes? What happens at exactly 0?",
  "learn.loss.rows": "The label, and what the network says",
  "learn.loss.digit": "digit",
  "learn.loss.label": "label",
  "learn.loss.output": "output y",
  "learn.loss.examples": "The tutorial’s three outputs",
  "learn.loss.right": "Share of the right answer",
  "learn.loss.axis.loss": "loss",
  "learn.loss.chart": (share: string, squared: string, entropy: string) =>
    `Two curves that fall to 0 as the right answer’s share grows to 1. At a share of ${share} the squared error is ${squared} and the cross-entropy ${entropy}.`,
  "learn.loss.squared": "Squared error",
  "learn.loss.entropy": "Cross-entropy",
  "learn.loss.push": "Push on the right score",
  "learn.loss.epsilon":
    "log(0) is minus infinity. Adding 0.0000000001 keeps it at −log(0.0000000001) = 23.03.",
  "learn.loss.split": "How 0 and 1 divide the rest",
  "learn.loss.split.hint": "Only the squared error notices. Cross-entropy looks at the right answer alone.",

  "learn.rate": "Learning rate",
  "learn.rate.title": "The learning rate: how far a step goes",
  "learn.rate.text":
    "Training is walking downhill on the loss, in thick fog. Each step looks only at the slope underfoot and goes the other way, by slope times learning rate.\nToo small a rate creeps. Too large a rate jumps across the valley and lands higher each time.",
  "learn.rate.try":
    "Let it run with 0.01, then 0.3, then 1.1. Then take x² with a dent: which rates get caught in it, and which leap over?",
  "learn.rate.curve": "Which curve",
  "learn.rate.curve.bowl": "x²",
  "learn.rate.curve.dent": "x² with a dent",
  "learn.rate.height": "loss",
  "learn.rate.chart": (steps: number, x: string) =>
    `A curve with a ball on it, after ${steps} steps at x = ${x}`,
  "learn.rate.rate": "Learning rate",
  "learn.rate.start": "Start at",
  "learn.rate.step": "One step",
  "learn.rate.run": "Let it run",
  "learn.rate.pause": "Pause",
  "learn.rate.restart": "Start over",
  "learn.rate.steps": "The last steps",
  "learn.rate.rule": "x ← x − rate × slope",
  "learn.rate.ready": (_steps: number, x: string) => `At the start, x = ${x}. The line shows the slope here.`,
  "learn.rate.walking": (steps: number, x: string) => `After ${counted(steps)}: x = ${x}.`,
  "learn.rate.creeping": (steps: number, x: string) =>
    `After ${counted(steps)} still at x = ${x}: it creeps.`,
  "learn.rate.arrived": (steps: number, _x: string) => `At the bottom after ${counted(steps)}.`,
  "learn.rate.caught": (steps: number, x: string) =>
    `Caught at x = ${x} after ${counted(steps)}: the ground is flat here, but this is not the bottom.`,
  "learn.rate.swinging": (steps: number, _x: string) =>
    `After ${counted(steps)} it swings to and fro and gets no lower.`,
  "learn.rate.climbing": (steps: number, x: string) =>
    `After ${counted(steps)}: x = ${x}. It jumps across the valley and lands higher each time.`,
  "learn.rate.gone": (steps: number, x: string) =>
    `Gone after ${counted(steps)}: x = ${x}. The rate is too large.`,
};

function counted(steps: number): string {
  return steps === 1 ? "1 step" : `${steps} steps`;
}
