export const paper = {
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
  "paper.on_test": (n: string, before: string, after: string) =>
    `Right on the first ${n} test images: ${before} before rounding, ${after} in the code.`,
  "paper.on_own": (n: string, before: string, after: string) =>
    `Right on the ${n} digits that you keep: ${before} before rounding, ${after} in the code.`,
  "paper.save": "Save as a picture",
  "paper.scan": "Scan a code",
  "paper.scan.lead": "Photograph it whole, sharp and from straight above. The picture stays on this machine.",
  "paper.scan.file": "Open a picture",
  "paper.scan.camera": "Take a photo",
  "paper.scan.on_test": (n: string, right: string) => `It gets ${right} of the first ${n} test images right.`,
  "paper.scan.on_own": (n: string, right: string) =>
    `Of the ${n} digits that you keep it gets ${right} right.`,
  "paper.digit": (digit: number) => `a ${digit}`,
  "paper.keep": "Keep this network",
  "paper.kept": "Kept in this browser, among the models above.",
  "paper.hand_on": "Make a code now to pass this network on with your digits and your name.",
  "paper.fault.none": "No QR code can be read. Come closer, hold still, and mind the light.",
  "paper.fault.several": "There are several networks in the picture. Crop it to one code.",
  "paper.fault.foreign": "This QR code does not hold a shuzi network.",
  "paper.fault.format": "This code is from another version of shuzi, which this page does not know.",
  "paper.fault.damaged": "This code is damaged: its checksum or a value in it is wrong.",
  "paper.fault.picture": "This is not a picture that the browser can open.",
};
