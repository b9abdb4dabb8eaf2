/** Characters of a reading: digits, marks and ends of lines. */

export function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

export function hasDigits(text: string): boolean {
  return [...text].some(isDigit);
}

/** A text with only its digits and line ends. */
export function withoutMarks(text: string): string {
  return [...text].filter((character) => isDigit(character) || character === "\n").join("");
}
