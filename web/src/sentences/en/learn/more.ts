export const learnMore = {
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
  "learn.template.pause": "Pause",
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
  "learn.mistakes.shipped": (name: string) => `Look at the mistakes of ${name}, which comes trained`,
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
  "learn.hidden.train": "Train",
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
};
