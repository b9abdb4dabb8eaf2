export const models = {
  "models.title": "Models",
  "models.lead":
    "What reads here, side by side: how often it is right, how large it is, how fast, and what it is for.",
  "models.measuring": "Measuring how fast each of them is on this machine …",
  "models.accuracy": "How often they are right",
  "models.accuracy.lead":
    "Measured on the 10,000 test images of MNIST, which none of them has learnt from. The dot is what was measured; the bar is where the true value lies, with 95 % confidence. The same way to the right always leaves the same share of the mistakes.",
  "models.interval": (low: string, high: string) => `${low} to ${high}`,
  "models.validation": (n: string) => `(on ${n} validation images)`,
  "models.parameters": "Parameters",
  "models.size": "Size of the file",
  "models.time": "Time for one image",
  "models.time.page": "Time for a page of 64x160",
  "models.per_second": (times: string) => `${times} a second`,
  "models.wrong": (n: string) => `Wrong of ${n}`,
  "models.finds": (n: string) => `Finds, of the digits on ${n} pages`,
  "models.conditions": "Times are the median on one core of this machine, for the network alone.",
  "models.write": "Write for it",
  "models.yours": (recipe: string) => `your ${recipe}`,
  "models.default":
    "Reads whole pictures. It has also learnt what is no digit (letters, dots, scribbles), and it says so when it is not sure.",
  "models.tiny":
    "Shows how little is needed: four narrow layers of convolutions, small enough for a watch, and hardly less accurate.",
  "models.softmax":
    "The tutorial’s first network, y = softmax(xw + b): one image of weights for each digit, and nothing else. Good to understand, not to rely on.",
  "models.detector":
    "Finds where on a page there are digits; which digits they are, another model says. It is asked when ink touches, on ruled paper, on print.",
  "models.given": "Named when the service was started. It reads when no other is chosen.",
  "models.trained": "You trained it here. It is kept as long as the service runs, unless many others follow.",
};
