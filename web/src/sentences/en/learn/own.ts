export const learnOwn = {
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
  "learn.not-sure.network": "Network",
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
  "learn.not-sure.answered": "answered, %",
  "learn.not-sure.wrong": "wrong among the answers, %",
  "learn.not-sure.kept.chart":
    "The fraction of wrong answers against the fraction of digits that are answered, over all thresholds; the dot is the chosen one.",
  "learn.not-sure.letters": "And a letter?",
  "learn.not-sure.letters.text":
    "The softmax network knows ten answers and nothing else. The default network has seen letters and signs too, and has a second output: is this a digit at all?",
  "learn.not-sure.letter": "Which letter",
  "learn.not-sure.mine": "What I wrote",
  "learn.not-sure.image": "What both networks see, 28x28 pixels",
};
