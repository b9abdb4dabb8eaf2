export const learn = {
  "learn.steps": "Steps",
  "learn.turn": "Previous and next step",
  "learn.back": "Back",
  "learn.next": (name: string) => `Next: ${name}`,
  "learn.try": "Try this",
  "learn.digit.choose": "Which digit to look at",
  "learn.digit.mine": "My digit",
  "learn.digit.write": "Write one of your own",
  "learn.digit.write_another": "Write another one",
  "learn.digit.looked-at": "The digit shown",
  "learn.course": "More in the course:",
  "learn.seen": ", opened",
  "learn.digit.is": (index: string, label: number) => `Test image ${index}, label ${label}`,
  "learn.ending": "That is how a network reads your handwriting",
  "learn.ending.text":
    "784 numbers, weights that training found, ten scores, probabilities, and an honest “not sure”. All of it now works on what you write.",
  "learn.ending.write": "Write a number and watch it happen",
  "learn.ending.models": "Compare the networks",
  "learn.ending.course": "Build one yourself: the course",
  "learn.ending.again": "From the beginning",
  "learn.course.title": (title: string) => title,
  "learn.guess": "Guess first",
  "learn.guess.right": "You guessed it.",
  "learn.guess.wrong": "Not quite.",
  "learn.guess.covered": "Covered until you guess, or change something.",

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
    "The loss is one number that says how wrong an answer is. A perfect answer has a loss of 0, and training makes the loss smaller.\nThe label is one-hot: 1 at the correct digit, 0 at all others. Squared error adds up the squared difference at every place. Cross-entropy looks only at the probability y of the correct answer and is −log(y).",
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
    "Run it with 0.01, then 0.3, then 1.1. Then switch to x² with a dent: which rates get stuck in it, and which leap over?",
  "learn.rate.curve": "Which curve",
  "learn.rate.curve.bowl": "x²",
  "learn.rate.curve.dent": "x² with a dent",
  "learn.rate.chart": (steps: number, x: string) =>
    `A curve with a ball on it: after ${steps} steps, x = ${x}`,
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

  "learn.train": "Train",
  "learn.train.title": "Now train it yourself",
  "learn.train.text": (images: string) =>
    `Now put it all together, in this page, on ${images} images. The softmax network, y = softmax(xw + b), has 7,850 parameters; each step uses one batch.\nWatch the loss fall, the accuracy rise, and its weights form ten pictures. Then try a network with a hidden layer, or with convolutions.`,
  "learn.train.try":
    "Run it once as it is. Then change one thing, but guess first: a learning rate of 0.005? Of 1? One image per batch?",
  "learn.train.guess":
    "The softmax network is only ten templates, and it learns for a few seconds. How many digits that it has never seen will it read correctly?",
  "learn.train.guess.half": "About half",
  "learn.train.guess.nine": "About nine out of ten",
  "learn.train.guess.all": "Practically all",
  "learn.train.guess.task": "Now try it: start the training with the softmax network’s standard settings.",
  "learn.train.guess.answer": (accuracy: string) =>
    `${accuracy}: ten templates go a surprisingly long way. The rest is harder, and needs networks that look for more than one shape of each digit.`,
  "learn.train.by-heart": "Learning by heart",
  "learn.train.by-heart.text":
    "With few images, a network soon knows them by heart: the loss on its training images (solid) goes to 0. The loss on validation images, which it never learns from (dashed), stays high, or even climbs again. This is called overfitting. More images help more than more steps.",
  "learn.train.by-heart.start": (sizes: string) => `Train on ${sizes} images`,
  "learn.train.knobs": "Training settings",
  "learn.train.network": "Network",
  "learn.train.network.softmax": "Softmax",
  "learn.train.network.mlp": "Hidden layer",
  "learn.train.network.small_convolutions": "Convolution",
  "learn.train.more": "More settings",
  "learn.train.hidden": "Neurons in each hidden layer",
  "learn.train.depth": "Hidden layers",
  "learn.train.data": "Training images",
  "learn.train.optimizer": "Optimizer",
  "learn.train.optimizer.sgd": "Gradient descent",
  "learn.train.optimizer.adam": "Adam",
  "learn.train.seed": "Seed",
  "learn.train.at": (step: string) => `Step ${step}`,
  "learn.train.train-it": "Train it",
  "learn.train.of-run": (what: string, letter: string) => `${what}: run ${letter}`,
  "learn.train.failed.loss": (rate: string) =>
    `The loss is no longer a finite number. With a learning rate of ${rate}, the steps are too long.`,
  "learn.train.failed.no-data": (_rate: string) =>
    "The training images could not be loaded. Check the connection, then start again.",
  "learn.train.batch_size": "Batch size",
  "learn.train.images": (size: string) => (size === "1" ? "1 image" : `${size} images`),
  "learn.train.steps": "Steps",
  "learn.train.start": "Start training",
  "learn.train.stop": "Stop",
  "learn.train.stopping": "Stopping…",
  "learn.train.tutorial": "Standard settings",
  "learn.train.progress": (letter: string) => `Progress of run ${letter}`,
  "learn.train.state.planned": (_step: string, steps: string) => `Not trained here yet: ${steps} steps`,
  "learn.train.state.loading": "Loading the images",
  "learn.train.state.running": (step: string, steps: string) => `Step ${step} of ${steps}`,
  "learn.train.state.done": (step: string, _steps: string) => `Done after ${step} steps`,
  "learn.train.state.stopped": (step: string, steps: string) => `Stopped at step ${step} of ${steps}`,
  "learn.train.state.failed": (step: string, _steps: string) => `Failed after step ${step}`,
  "learn.train.batch": (loss: string, perImage: string, accuracy: string) =>
    `· batch loss ${loss}, per image ${perImage}, ${accuracy} of the batch correct`,
  "learn.train.said.done.test": (accuracy: string) =>
    `Training is done. ${accuracy} of the test images were read correctly.`,
  "learn.train.said.done.validation": (accuracy: string) =>
    `Training is done. ${accuracy} of the validation images were read correctly.`,
  "learn.train.said.stopped": (step: string) => `Training was stopped at step ${step}.`,
  "learn.train.step": "steps",
  "learn.train.loss": "loss per image",
  "learn.train.accuracy": "validation accuracy",
  "learn.train.loss.chart": (runs: string) => `Smoothed loss per image over the steps. ${runs}`,
  "learn.train.accuracy.chart": (runs: string) => `Validation accuracy over the steps. ${runs}`,
  "learn.train.last": (letter: string, value: string, step: number) =>
    `Run ${letter}: ${value} at step ${step}`,
  "learn.train.between": "; ",
  "learn.train.no_curve":
    "The loss climbs out of this chart and stays there: the steps are too long. Try a lower learning rate.",
  "learn.train.runs": "Runs",
  "learn.train.forget": (letter: string) => `Remove run ${letter}`,
  "learn.train.with.batch_size": (value: string) => `batch ${value}`,
  "learn.train.with.learning_rate": (value: string) => `rate ${value}`,
  "learn.train.with.steps": (value: string) => `${value} steps`,
  "learn.train.with.hidden": (value: string) => `${value} neurons`,
  "learn.train.with.depth": (value: string) => `${value} hidden layers`,
  "learn.train.with.images": (value: string) => `${value} images`,
  "learn.train.with.seed": (value: string) => `seed ${value}`,
  "learn.train.outcome.done": (accuracy: string) => `${accuracy} correct`,
  "learn.train.outcome.planned": (_step: string) => "not trained here yet",
  "learn.train.outcome.starting": (_step: string) => "starting",
  "learn.train.outcome.running": (_step: string) => "running",
  "learn.train.outcome.stopped": (step: string) => `stopped at ${step}`,
  "learn.train.outcome.failed": (step: string) => `failed at ${step}`,
  "learn.train.weights.templates": "What the weights of each digit look for",
  "learn.train.weights.templates.key": "Ink on blue counts for the digit, ink on brown against it.",
  "learn.train.weights.templates.of": (digit: number) => `Weights of ${digit}`,
  "learn.train.weights.neurons": "What the hidden neurons look for",
  "learn.train.weights.neurons.key": "Ink on blue excites the neuron, ink on brown calms it.",
  "learn.train.weights.neurons.of": (neuron: number) => `Neuron ${neuron}`,
  "learn.train.weights.filters": "The filters of the first convolution",
  "learn.train.weights.filters.key":
    "Each looks at a few pixels: ink on blue excites the filter, ink on brown calms it.",
  "learn.train.weights.filters.of": (filter: number) => `Filter ${filter}`,
  "learn.train.result": (name: string, accuracy: string) => `${name}: ${accuracy} correct`,
  "learn.train.result.test": (n: string, wrong: string) =>
    `Of ${n} test images it had never seen, it misread ${wrong}.`,
  "learn.train.result.validation": (n: string, wrong: string) =>
    `Of ${n} validation images, it misread ${wrong}.`,
  "learn.train.write": "Write a digit for this network",
  "learn.train.mistake": (label: number, digit: number, probability: string, index: string) =>
    `A ${label} read as ${digit} with probability ${probability} (image ${index})`,

  "learn.template": "xw + b",
  "learn.template.title": "xw + b: your digit times a template",
  "learn.template.text":
    "For each of the ten digits, the network has a template: a weight for each of the 784 pixels. It multiplies every pixel by its weight and adds up all the products, plus one number b of the digit.\nInk where the weight is positive (blue) raises the score; ink where it is negative (brown) lowers it. The digit with the highest score wins.",
  "learn.template.try":
    "Choose a digit, then the template of another one. Where do the two disagree, and which pixels pull the score down?",
  "learn.template.x": "The digit x. Point at a pixel to sum up to it.",
  "learn.template.w": (digit: number) => `The template w of ${digit}`,
  "learn.template.product": "Their product, pixel by pixel",
  "learn.template.product.label": (count: number) => `The products of the first ${count} pixels`,
  "learn.template.summed": "Pixels summed",
  "learn.template.of": (count: number) => `${count} of 784`,
  "learn.template.play": "Sum them up",
  "learn.template.pixel": (pixel: number, value: string, weight: string, product: string) =>
    `Pixel ${pixel}: ${value} × ${weight} = ${product}`,
  "learn.template.sum": "Sum so far:",
  "learn.template.score": (digit: number, bias: string, score: string) =>
    `plus b = ${bias}: the score of ${digit} is ${score}`,
  "learn.template.scores": "All ten scores",
  "learn.template.choose": (digit: number, score: string) => `Template of ${digit}, score ${score}`,
  "learn.template.source": "The templates of the softmax network that comes with shuzi.",

  "learn.template.guess": "How much do pixels without ink add to a score?",
  "learn.template.guess.most": "Most of it",
  "learn.template.guess.half": "About half of it",
  "learn.template.guess.none": "Nothing",
  "learn.template.guess.task":
    "Now try it: sum up pixel by pixel, and watch the sum where the paper is blank.",
  "learn.template.guess.answer":
    "A blank pixel is 0, and 0 times any weight is 0. Only the weights under your ink count, and b.",

  "learn.mistakes": "Mistakes",
  "learn.mistakes.title": "Mistakes: what is taken for what",
  "learn.mistakes.text":
    "One number for the accuracy hides what goes wrong. This table shows it: a row for each label, a column for each answer. On the diagonal, both agree.\nClick a cell to see its images, the most confident answers first. Some labels are disputed: most people would read the image differently.",
  "learn.mistakes.try":
    "Which two digits are mixed up most often? Look at those images: would you have read them correctly?",
  "learn.mistakes.guess": "Which of these mistakes does the softmax network make most often?",
  "learn.mistakes.guess.of": (label: number, digit: number) => `A ${label} read as ${digit}`,
  "learn.mistakes.guess.task":
    "Now try it: train softmax if it is not trained yet, find the three cells, and click one of them.",
  "learn.mistakes.guess.answer": (twos: string, ones: string, zeros: string) =>
    `A 2 was read as 8 ${twos} times, a 1 as 7 ${ones}, a 0 as 6 ${zeros}. An 8 has strokes nearly everywhere that a 2 has some, so the ink of a 2 often fits its template too well.`,
  "learn.mistakes.nothing": "No network has been trained in this page yet.",
  "learn.mistakes.train": "Train softmax, a few seconds",
  "learn.mistakes.of": "Whose mistakes",
  "learn.mistakes.caption": (name: string, wrong: string, n: string) =>
    `${name}: ${wrong} mistakes in ${n} images`,
  "learn.mistakes.corner": "label, answer",
  "learn.mistakes.all": (count: string) => `All mistakes: ${count}`,
  "learn.mistakes.some": (label: number, digit: number, count: string) =>
    label === digit
      ? `${label} read as ${digit}, correctly: ${count}`
      : `${label} read as ${digit}: ${count}`,
  "learn.mistakes.show-all": "Show all mistakes",
  "learn.mistakes.more": (count: string) => `Show more (${count} left)`,
  "learn.mistakes.doubtful": "label disputed",

  "learn.hidden": "Hidden layer",
  "learn.hidden.title": "The hidden layer: lines that bend",
  "learn.hidden.text":
    "Here a network has only two inputs: where a point is. It says which colour the point has. Without a hidden layer it can only draw one straight line, however long it trains.\nEach hidden neuron draws a line of its own (dashed) and answers on one side of it only. The output adds up what they say, and the border between the colours bends.",
  "learn.hidden.try":
    "If the ring stays open, give the neurons other first weights: where they begin decides where they end. What do more neurons change?",
  "learn.hidden.guess":
    "At least how many hidden neurons does the ring need, so that the border closes around it?",
  "learn.hidden.guess.task": "Now try it: choose the ring, and train two neurons, then three.",
  "learn.hidden.guess.answer":
    "Three: two lines always leave a side open, three can make a triangle. Whether training finds it depends on the first weights; with more neurons it does so more often.",
  "learn.hidden.points": "Points",
  "learn.hidden.points.line": "Two halves",
  "learn.hidden.points.corners": "Four corners",
  "learn.hidden.points.ring": "Ring",
  "learn.hidden.points.moons": "Two moons",
  "learn.hidden.map": (accuracy: string, steps: string) =>
    `Points of two colours and the network’s answer everywhere: ${accuracy} of the points are correct after ${steps} steps`,
  "learn.hidden.neurons": "Hidden neurons",
  "learn.hidden.none": "No hidden layer: one straight line.",
  "learn.hidden.lines": "Each dashed line is where a neuron begins to answer.",
  "learn.hidden.again": "Other first weights",
  "learn.hidden.state": (steps: string, loss: string, accuracy: string) =>
    `After ${steps} steps: loss ${loss}, ${accuracy} of the points correct.`,
  "learn.hidden.mnist": "The same on MNIST, with 784 inputs and ten outputs: Train, with a hidden layer",

  "learn.backprop": "Backprop",
  "learn.backprop.title": "Backpropagation: who is to blame?",
  "learn.backprop.text":
    "One digit goes forward: pixels, eight hidden neurons, ten probabilities, the loss. Now the loss goes back. For each score, its gradient is simply y − label.\nEach hidden neuron collects these differences, each times the weight between them; a neuron that was silent gets none. And each weight from a pixel gets its neuron’s gradient times the ink of the pixel: that is how far it moves.",
  "learn.backprop.try":
    "Take one step, then twenty. Which numbers on the lines shrink as the loss falls? And why does the change of a neuron’s weights look like the digit itself?",
  "learn.backprop.guess":
    "The weights are random at first. The network sees nothing but this one digit, for twenty steps. How probable does it find the right answer then?",
  "learn.backprop.guess.fifth": "About 20 %",
  "learn.backprop.guess.half": "About half",
  "learn.backprop.guess.sure": "Over 90 %",
  "learn.backprop.guess.task": "Now try it: take twenty steps.",
  "learn.backprop.guess.answer": (probability: string) =>
    `${probability}: one image is quickly learnt by heart. In real training every step pulls for other images too, so it takes thousands of steps to please them all.`,
  "learn.backprop.meant": "What my digit is",
  "learn.backprop.weights": (neuron: number) => `Weights of neuron ${neuron}`,
  "learn.backprop.change": (neuron: number) => `How the step changes them (neuron ${neuron})`,
  "learn.backprop.neuron": "Which neuron to follow",
  "learn.backprop.flow": (neuron: number, answer: string, gradient: string, label: number) =>
    `On the right the ten probabilities, a frame around the label ${label}, and y − label. Each difference times the weight between flows back to neuron ${neuron}, which answered ${answer}; together they are its gradient, ${gradient}.`,
  "learn.backprop.step": "One step downhill",
  "learn.backprop.steps": "Twenty steps",
  "learn.backprop.state": (steps: string, loss: string, probability: string) =>
    `Steps on this digit: ${steps}. Loss ${loss}, probability of the correct answer ${probability}.`,

  "learn.convolution": "Convolution",
  "learn.convolution.title": "Convolution: a small window slides over the digit",
  "learn.convolution.text":
    "A template looks at the whole picture at once, so a digit shifted by two pixels no longer fits. A convolution looks through a window of 3 by 3 pixels, multiplies them by nine weights, adds up, and slides on.\nThe sums form a new picture, the feature map: it shows where an edge or a line is. Pooling keeps the largest of every four and forgets exactly where.",
  "learn.convolution.try":
    "Move the window to a vertical stroke and then to a horizontal one. Which filter notices which? What is left after pooling?",
  "learn.convolution.guess":
    "A 1 is one upright stroke. Which filter leaves the least of it in the feature map?",
  "learn.convolution.guess.task":
    "Now try it: choose the 1, and one filter after the other, “top to bottom” last.",
  "learn.convolution.guess.answer":
    "“Top to bottom” compares what is above with what is below. Along an upright stroke both are alike, so the sum is 0, and only the two ends and slanted parts are left.",
  "learn.convolution.picture": "Point at the digit, or use the arrow keys, to move the window.",
  "learn.convolution.map": "Feature map, 26 by 26",
  "learn.convolution.pooled": "After pooling, 13 by 13",
  "learn.convolution.filter": "Filter",
  "learn.convolution.filter.vertical": "left to right",
  "learn.convolution.filter.horizontal": "top to bottom",
  "learn.convolution.filter.slanted": "slanted",
  "learn.convolution.filter.spot": "edges all around",
  "learn.convolution.filter.blur": "mean",
  "learn.convolution.window": (row: number, column: number) => `The window at row ${row}, column ${column}`,
  "learn.convolution.sum": (sum: string) => `The sum of the nine products is ${sum}.`,
  "learn.convolution.relu": "ReLU: negative sums become 0",

  "learn.answer.softmax": "The softmax network",
  "learn.answer.default": "The default network",
  "learn.answer.no-digit": "That is not a digit",
  "learn.answer.right": "correct",
  "learn.answer.wrong": "wrong",

  "learn.handwriting": "Handwriting",
  "learn.handwriting.title": "My own handwriting: make it look like what was learnt",
  "learn.handwriting.text":
    "A network knows digits as MNIST shows them: bright on black, 20 pixels high, their centre of mass in the middle. Your photo looks nothing like that, so it is prepared in five stages before anything reads it.\nEach stage has a switch. Turn one off: the later stages go on with whatever they get, and two networks read the result.",
  "learn.handwriting.try":
    "Can the softmax network do without the same stages? Which does your own digit need most?",
  "learn.handwriting.guess": "Which of these stages can the default network do without?",
  "learn.handwriting.guess.task": "Now try it: turn off each of the three alone, the last one at the end.",
  "learn.handwriting.guess.answer":
    "The last one: thin or pale strokes are still strokes. But a network that has only seen bright ink on black cannot read dark ink, nor paper that counts as ink.",
  "learn.handwriting.photo": "Your digit, as you wrote or photographed it",
  "learn.handwriting.made": "The digit as a photo, with light from one side",

  "learn.not-sure": "Not sure",
  "learn.not-sure.title": "Not sure: what is a confidence worth?",
  "learn.not-sure.text":
    "“90 %”, says the network. If 90 of 100 such answers are right, that was an honest 90 %: the network is calibrated. Here it is put to the test, on images that it has never seen.\nAn honest confidence can be acted on: answers below a threshold go to a person. But it only holds for digits. Shown a letter, a softmax must still share out 100 % among ten digits.",
  "learn.not-sure.try":
    "At which threshold is each network wrong in fewer than 1 of 100 answers, and how many digits are then left for a person?",
  "learn.not-sure.guess":
    "Only answers of which the softmax network is at least 99 % sure count. How many of the test images does it still answer?",
  "learn.not-sure.guess.most": "About nine out of ten",
  "learn.not-sure.guess.half": "About half",
  "learn.not-sure.guess.few": "About one in five",
  "learn.not-sure.guess.task": "Now try it: with the softmax network, move the threshold to 99 %.",
  "learn.not-sure.guess.answer": (answered: string, wrong: string) =>
    `Only ${answered}, with ${wrong} mistakes. This network reads about nine out of ten correctly, but it is seldom that sure: it pays for few mistakes with many digits that a person must look at.`,
  "learn.not-sure.missing":
    "The test images or the network could not be loaded, so nothing can be measured here.",
  "learn.not-sure.promises": "What is promised, what is kept",
  "learn.not-sure.promises.chart":
    "How often answers are right, by their confidence; on the dashed diagonal, the confidence is honest. The table has the numbers.",
  "learn.not-sure.measured": (done: string, all: string) =>
    `Measured here: ${done} of ${all} test images, in bins of 10 %. A larger dot is more answers.`,
  "learn.not-sure.promised": "promised, %",
  "learn.not-sure.right": "right, %",
  "learn.not-sure.answers": "answers",
  "learn.not-sure.line": "Where to draw the line",
  "learn.not-sure.threshold": "Threshold",
  "learn.not-sure.above": (answered: string, wrong: string, errorRate: string, rest: string) =>
    `${answered} are answered; ${wrong} of these answers are wrong, ${errorRate}. The other ${rest} digits go to a person.`,
  "learn.not-sure.letters": "And a letter?",
  "learn.not-sure.letters.text":
    "The softmax network knows ten answers and nothing else. The default network has seen letters and signs too, and has a second output: is this a digit at all?",
  "learn.not-sure.letter": "Which letter",
  "learn.not-sure.mine": "What I wrote",
  "learn.not-sure.image": "What both networks see, 28x28 pixels",
};

function counted(steps: number): string {
  return steps === 1 ? "1 step" : `${steps} steps`;
}
