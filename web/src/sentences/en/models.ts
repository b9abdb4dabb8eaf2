export const models = {
  "models.lead":
    "The models side by side: how accurate and how large each one is, and what it is good for. The accuracy is that on the 10,000 MNIST test images, which no model was trained on.",
  "models.listing": "Listing the models…",
  "models.accuracy": "Accuracy",
  "models.one": "One digit, every model",
  "models.one.lead":
    "The digit that you wrote last, or a test image, read by each classifier alone, your own networks among them. Click on a model for what it is good for and what is inside.",
  "models.one.image": "The digit that all of them are given, 28x28 pixels",
  "models.one.model": "Model",
  "models.one.answer": "Answer, confidence",
  "models.parameters": "Parameters",
  "models.size": "File size",
  "models.wrong": (n: string, split: string, wrong: string) => `Mistakes in ${n} ${split} images: ${wrong}`,
  "models.split.test": "test",
  "models.split.validation": "validation",
  "models.confusion": "What it mistakes for what",
  "models.download": "Download .onnx",
  "models.download.whole": "The file that comes with shuzi.",
  "models.write": "Try it",
  "models.yours": (recipe: string) => `your ${recipe}`,
  "models.default":
    "Reads whole pictures. It has also learnt what is not a digit (letters, dots, scribbles), and it tells you when it is unsure.",
  "models.tiny":
    "Shows how little it takes: four narrow convolutional layers, small enough for a watch and hardly less accurate.",
  "models.softmax":
    "The course’s first network, y = softmax(xw + b): one picture of weights per digit and nothing else. Good for learning, not for real work.",
  "models.own": (day: string) => `You trained it in this page, ${day}. It is kept in this browser.`,
  "models.scanned": (day: string) => `You scanned it from a QR code, ${day}. It is kept in this browser.`,
  "models.scanned.name": (name: string) => (name ? `From a code: ${name}` : "From a code"),
  "models.own.title": "Your networks",
  "models.own.lead":
    "Trained in this page or scanned from a code. They read under Write and are compared under Models.",
  "models.own.none": "None yet.",
  "models.own.name": "Name",
  "models.own.same": (name: string) => `${name} (yours)`,
  "models.own.export": "Export .onnx",
  "models.own.delete": "Delete",
  "models.own.of": (what: string, name: string) => `${what}: ${name}`,
  "models.own.sure": (name: string) => `Delete “${name}” from this browser?`,
  "models.given": "Named when the service was started. Used when no other model is chosen.",
  "models.trained": "You trained it here. It is kept while the service runs, unless many more follow.",

  "paper.title": "A network on paper",
  "paper.lead":
    "The smallest network, tiny, fits into one QR code: 4,632 weights of 4 bits, with a name and ten of your digits. Print it, give it away: whoever scans it reads with your network.",
  "paper.make": "Make a code",
  "paper.tiny": "Made from tiny.",
  "paper.from": (name: string) => `Made from the network you scanned: ${name}.`,
  "paper.nameless": "no name",
  "paper.name": "Your name, for all to see",
  "paper.name.long":
    "A name has at most 40 bytes, about 40 letters or 13 Chinese characters, none of them invisible.",
  "paper.learns": (n: number) =>
    n === 1
      ? "First teach its last layer the digit that you keep"
      : `First teach its last layer the ${n} digits that you keep`,
  "paper.no_digits": "Correct a digit and keep it to include your handwriting:",
  "paper.button": "Make the code",
  "paper.working": "Working…",
  "paper.missing": "A file of the page could not be loaded. Check the connection and try again.",
  "paper.alt": (name: string) => `QR code of a network: ${name}`,
  "paper.picture": (name: string) =>
    name ? `A network by ${name} that reads handwritten digits` : "A network that reads handwritten digits",
  "paper.picture.scan": (address: string) => `Open ${address}, choose More, Your things, and scan this code.`,
  "paper.on_test": (n: string, before: string, after: string) =>
    `Right on the first ${n} test images: ${before} before rounding, ${after} in the code.`,
  "paper.on_own": (n: string, before: string, after: string) =>
    `Right on the ${n} digits that you keep: ${before} before rounding, ${after} in the code.`,
  "paper.save": "Save as a picture",
  "paper.scan": "Scan a code",
  "paper.scan.lead": "Photograph it whole, sharp and from straight above. The picture stays on this machine.",
  "paper.scan.file": "Open a picture",
  "paper.scan.on_test": (n: string, right: string) => `It gets ${right} of the first ${n} test images right.`,
  "paper.scan.on_own": (n: string, right: string) =>
    `Of the ${n} digits that you keep it gets ${right} right.`,
  "paper.digit": (digit: number) => `a ${digit}`,
  "paper.keep": "Keep this network",
  "paper.kept": "Kept in this browser, among your networks.",
  "paper.hand_on": "Make a code now to pass this network on with your digits and your name.",
  "paper.fault.none": "No QR code can be read. Come closer, hold still, and mind the light.",
  "paper.fault.several": "There are several networks in the picture. Crop it to one code.",
  "paper.fault.foreign": "This QR code does not hold a shuzi network.",
  "paper.fault.format": "This code is from another version of shuzi, which this page does not know.",
  "paper.fault.damaged": "This code is damaged: its checksum or a value in it is wrong.",
  "paper.fault.picture": "This is not a picture that the browser can open.",
};
