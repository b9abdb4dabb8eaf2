export const duel = {
  "view.duel": "Fool it",
  "duel.title": "Fool it",
  "duel.lead":
    "Change as little ink as you can until the network sees another digit, while anybody can still see which one it is.",
  "duel.loading": "The network is being loaded.",
  "duel.missing": "The network could not be loaded. Reload the page to try again.",
  "duel.sheet": "The digit",
  "duel.board": "The digit, 28 by 28 pixels. Arrow keys move, Space draws or erases one pixel.",
  "duel.tool": "Tool",
  "duel.pen": "Add ink",
  "duel.eraser": "Erase",
  "duel.show": "Show where it is weak",
  "duel.show.key": (target: number) =>
    `Ink on blue, or erased ink on brown, pulls towards ${target}: this is the gradient, one slope for each pixel.`,
  "duel.undo": "Undo",
  "duel.again": "Start again",
  "duel.machine": "Let the machine try",
  "duel.machine.needed": (ink: string) =>
    `The machine, which follows the gradient, needs ${ink} pixels of ink.`,
  "duel.machine.failed": (target: number) =>
    `The machine, which follows the gradient, found no way to make it see a ${target}.`,
  "duel.answer": "What the network sees",
  "duel.target": (digit: number) => `It sees a ${digit}. Make it see`,
  "duel.of_target": (target: number, probability: string) => `${target}: ${probability}`,
  "duel.ink": (ink: string) => `Ink added or erased: ${ink} pixels`,
  "duel.beat": (ink: string) => `To beat: ${ink} pixels`,
  "duel.fooled": (ink: string, target: number) => `Fooled with ${ink} pixels of ink: it sees a ${target}.`,
  "duel.other": (model: string, digit: number, probability: string) =>
    `${model} sees a ${digit}, ${probability}.`,
  "duel.other.none": (model: string) => `${model} sees no digit.`,
  "duel.other.waiting": (model: string) => `${model}: …`,
  "duel.share": "Copy a link that challenges others",
  "duel.copied": "Copied. Whoever opens it gets the same digit, and your score to beat.",
  "duel.others": "Another digit, another network",
  "duel.against": "Against",
  "duel.why": "Why could you fool it?",
  "duel.because":
    "A network adds up evidence pixel by pixel. For each pixel the gradient says how the scores move with its ink; follow it at many pixels at once, and small changes add up to another answer. Training uses the same gradient, only for the weights. The network was never shown such pictures, so nothing has taught it to stand by its answer.",
};
