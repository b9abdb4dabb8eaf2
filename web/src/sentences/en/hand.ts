export const hand = {
  "hand.title": "Your digits",
  "hand.lead": (file: string) =>
    `You corrected and kept these. They stay in this browser. Save them as ${file}: “shuzi read --hand ${file}” then reads your hand better, at once, and “shuzi train --data ${file}” trains on them.`,
  "hand.none": (file: string) =>
    `Correct a digit, then keep it: it stays in this browser. All that you keep can be saved as ${file}, for “shuzi read --hand” and “shuzi train --data”.`,
  "hand.keep": "Keep this digit",
  "hand.is_kept": "Kept",
  "hand.export": "Save as .npz",
  "hand.use_here": "Take them into account when the default model reads here",
  "hand.import": "Open an .npz",
  "hand.imported": (n: number) => (n === 1 ? "1 digit is kept." : `${n} digits are kept.`),
  "hand.image": (position: number) => `Kept digit ${position}`,
  "hand.more": (n: number) => `${n} more`,
  "hand.remove": "Remove",
  "hand.remove_one": (position: number, label: number) => `Remove kept digit ${position}, a ${label}`,
  "hand.error.damaged":
    "That is not an .npz file, or it is damaged. Choose one that this page or shuzi hand saved.",
  "hand.error.arrays":
    "That .npz file holds no digits: images uint8 (n, 28, 28) and labels uint8 (n,) from 0 to 9 were expected.",
  "hand.error.many": "There would be more than 10,000 digits. Remove some first.",
};
