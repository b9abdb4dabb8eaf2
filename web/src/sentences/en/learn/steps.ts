export const learnSteps = {
  "learn.pixels": "784 numbers",
  "learn.pixels.title": "A digit is 784 numbers",
  "learn.pixels.text":
    "To a computer, a picture is just numbers. This one has 28 rows of 28 pixels, and each pixel is one number: 0 for blank paper, 255 for the darkest ink.\nFor training, every number is divided by 255 so that it lies between 0 and 1, and the rows are joined end to end. These 784 numbers are all the network ever sees.",
  "learn.pixels.try":
    "Follow the edge of a stroke. Some pixels are neither 0 nor 255. What would the digit look like if every pixel had to be one or the other?",
  "learn.pixels.guess":
    "One pixel is exactly below another. How far behind it is it in the one long row that the network gets?",
  "learn.pixels.guess.next": "1 place",
  "learn.pixels.guess.row": "28 places",
  "learn.pixels.guess.last": "784 places",
  "learn.pixels.guess.task":
    "Now try it: go to the pixel right below (arrow down) and compare the two numbers under the row.",
  "learn.pixels.guess.answer":
    "28, because a whole row of 28 pixels lies between. What touches in the picture is far apart in the row, and nobody tells the network that the two were neighbours.",
  "learn.pixels.grid": (digit: number) => `A handwritten ${digit}, 28 by 28 pixels`,
  "learn.pixels.keys": "The arrow keys move from pixel to pixel.",
  "learn.pixels.choose": "Which digit to look at",
  "learn.pixels.numbers": "Show the numbers",
  "learn.pixels.chosen": "Selected pixel",
  "learn.pixels.place": (row: number, column: number) => `Row ${row}, column ${column}`,
  "learn.pixels.source": (digit: number, index: number) =>
    `A real ${digit}: image ${index + 1} of the 55,000 in MNIST’s training set.`,
  "learn.pixels.mine": "Your own digit, cut out, scaled and centred as those of MNIST are.",
  "learn.pixels.row": (position: number) =>
    `The same digit as one row: this pixel is number ${position} of 784.`,
  "learn.pixels.row.label": "All 784 pixels in one row",

  "learn.softmax": "Softmax",
  "learn.softmax.title": "Softmax: turn scores into probabilities",
  "learn.softmax.text":
    "The network gives each digit a score of any size, positive or negative. Softmax turns the scores into probabilities in two moves: raise e (about 2.718) to the power of each score, then divide by the sum.\nThe probabilities are all positive, they always add up to 1, and the highest score gets the highest probability. Differences grow: a score of 10 is twice 5, but over a hundred times as probable.",
  "learn.softmax.try":
    "Add 5 to all scores. What changes, and what doesn’t? Then multiply them by 0.2: is the network still as confident?",
  "learn.softmax.how-many": "How many scores",
  "learn.softmax.three": "Three scores",
  "learn.softmax.ten": "Ten, from a trained network",
  "learn.softmax.source": "The scores that shuzi’s own softmax network gives the 7 from the first step.",
  "learn.softmax.score": "score",
  "learn.softmax.share": "probability",
  "learn.softmax.sum": "Sum",
  "learn.softmax.score.of": (digit: number) => `Score of ${digit}`,
  "learn.softmax.score.written": (score: string, probability: string) =>
    `${score}, probability ${probability}`,
  "learn.softmax.plus": "Add to all scores",
  "learn.softmax.plus.hint": (factor: string) => `Each power of e is multiplied by ${factor}.`,
  "learn.softmax.times": "Multiply all scores by",
  "learn.softmax.times.hint": "Below 1 evens out the probabilities; above 1 sharpens them.",

  "learn.softmax.guess": "You add 5 to all scores. What happens to the probabilities?",
  "learn.softmax.guess.all": "They all rise",
  "learn.softmax.guess.largest": "Only the largest one rises",
  "learn.softmax.guess.none": "Nothing",
  "learn.softmax.guess.task": "Now try it: set “Add to all scores” to +5.",
  "learn.softmax.guess.answer": (factor: string) =>
    `The probabilities stay as they are: each power of e becomes ${factor} times as large, and so does their sum.`,
  "learn.rate.guess": "On x², with a learning rate of 1.1: where does the ball go?",
  "learn.rate.guess.sooner": "To the bottom, sooner",
  "learn.rate.guess.swings": "Back and forth, always equally high",
  "learn.rate.guess.away": "Up and away",
  "learn.rate.guess.task": "Now try it: set the learning rate to 1.1 and run it.",
  "learn.rate.guess.answer":
    "The slope of x² is 2x, so a step leads from x to x − 1.1 × 2x = −1.2x: to the other side, and each time farther up.",

  "learn.loss": "Loss",
  "learn.loss.title": "The loss: how wrong is it?",
  "learn.loss.text":
    "To compare the ten probabilities with the correct answer, write it as ten numbers too: 1 in the digit’s own place and 0 everywhere else. This is called one-hot encoding. Digits are only names here, an 8 is not two 4s, and written like this, every wrong answer is equally wrong.\nThe loss is one number that says how wrong an answer is. A perfect answer has a loss of 0, and training makes the loss smaller.\nSquared error adds up the squared difference at every place. Cross-entropy looks only at the probability y of the correct answer and is −log(y).",
  "learn.loss.try":
    "Drag the probability of the correct answer down to 0.01. Which loss climbs, and which still pushes? What happens at exactly 0?",
  "learn.loss.guess":
    "The network is sure of a wrong digit: the correct one has a probability of only 0.01. Which loss pushes the correct score up harder?",
  "learn.loss.guess.both": "Both alike",
  "learn.loss.guess.task":
    "Now try it: drag the probability of the correct answer to 0.01, and compare the two pushes.",
  "learn.loss.guess.answer":
    "Cross-entropy pushes by 1 − y, almost 1. The push of squared error is multiplied by y itself, so almost nothing is left of it: where the network is most wrong, it would learn least.",
  "learn.loss.rows": "The label and the network’s output",
  "learn.loss.digit": "digit",
  "learn.loss.label": "label",
  "learn.loss.output": "output y",
  "learn.loss.examples": "The tutorial’s three outputs",
  "learn.loss.right": "Probability of the correct answer",
  "learn.loss.axis.loss": "loss",
  "learn.loss.chart": (probability: string, squared: string, entropy: string) =>
    `Two curves that fall to 0 as the probability of the correct answer rises to 1. At a probability of ${probability}, the squared error is ${squared} and the cross-entropy is ${entropy}.`,
  "learn.loss.squared": "Squared error",
  "learn.loss.entropy": "Cross-entropy",
  "learn.loss.push": "Push on the correct score",
  "learn.loss.epsilon":
    "log(0) is minus infinity. Adding 0.0000000001 caps the loss at −log(0.0000000001) = 23.03.",
  "learn.loss.split": "How 0 and 1 split the rest",
  "learn.loss.split.hint": "Only squared error notices. Cross-entropy looks at the correct answer alone.",

  "learn.rate": "Learning rate",
  "learn.rate.title": "The learning rate: how far each step goes",
  "learn.rate.text":
    "Training is like walking down a mountain in thick fog. At each step you feel the slope under your feet and move the other way, by the slope times the learning rate.\nIf the rate is too low, you barely move. And if it is too high?",
  "learn.rate.try":
    "Run it with 0.01, then 0.3, then 1.1. Then switch to x² with a dent: which rates get stuck in it, and which leap over? In the real network’s valley, does a rate of 8 arrive sooner than 2?",
  "learn.rate.curve": "Which curve",
  "learn.rate.curve.bowl": "x²",
  "learn.rate.curve.dent": "x² with a dent",
  "learn.rate.curve.real": "A real network’s loss",
  "learn.rate.real.text": (images: number) =>
    `This is not a drawing but the loss of shuzi’s softmax network over the first ${images} training images, computed on this page. The network has 7,850 weights, and this map is a slice through them. To the right, they move from all zeros to their trained values; up, the way that the first step from zero also leads. The bluer, the lower.`,
  "learn.rate.real.map": (steps: number, loss: string) =>
    `A map of a long, narrow valley with a ball on it: after ${counted(steps)}, the loss is ${loss}`,
  "learn.rate.real.zero": "all 0",
  "learn.rate.real.trained": "trained",
  "learn.rate.real.state": (steps: number, loss: string, trained: string) =>
    `After ${counted(steps)}, the loss is ${loss}. With the trained weights, it is ${trained}.`,
  "learn.rate.real.from.zero": "all weights 0",
  "learn.rate.real.from.above": "above the valley",
  "learn.rate.real.from.below": "below it",
  "learn.rate.height": "loss",
  "learn.rate.chart": (steps: number, x: string) =>
    `A curve with a ball on it: after ${steps} steps, x = ${x}`,
  "learn.rate.rate": "Learning rate",
  "learn.rate.start": "Start at",
  "learn.rate.step": "One step",
  "learn.rate.run": "Run",
  "learn.rate.pause": "Pause",
  "learn.rate.restart": "Start over",
  "learn.rate.steps": "Latest steps",
  "learn.rate.rule": "x ← x − rate × slope",
  "learn.rate.ready": (_steps: number, x: string) => `At the start, x = ${x}. The line shows the slope here.`,
  "learn.rate.walking": (steps: number, x: string) => `After ${counted(steps)}: x = ${x}.`,
  "learn.rate.creeping": (steps: number, x: string) =>
    `After ${counted(steps)}, only at x = ${x}: far too slow.`,
  "learn.rate.arrived": (steps: number, _x: string) => `At the bottom after ${counted(steps)}.`,
  "learn.rate.caught": (steps: number, x: string) =>
    `Stuck at x = ${x} after ${counted(steps)}: the ground is flat here, but this is not the bottom.`,
  "learn.rate.swinging": (steps: number, _x: string) =>
    `After ${counted(steps)}, it swings back and forth and gets no lower.`,
  "learn.rate.climbing": (steps: number, x: string) =>
    `After ${counted(steps)}: x = ${x}. It leaps across the valley and lands higher each time.`,
  "learn.rate.gone": (steps: number, x: string) =>
    `Gone after ${counted(steps)}: x = ${x}. The learning rate is too high.`,
};

function counted(steps: number): string {
  return steps === 1 ? "1 step" : `${steps} steps`;
}
