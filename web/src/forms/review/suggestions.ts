/** What somebody types becomes the values of a list, such as a roster's, that they may mean. */

const MOST = 3;
const PART = 3; // of so many characters, one may be wrong

/** The values that begin as what was typed, then those that nearly do; none if it is on the list, or nothing is typed. */
export function suggested(typed: string, values: readonly string[], most = MOST): string[] {
  if (typed === "" || values.includes(typed)) return [];
  const wrong = Math.max(1, Math.floor(typed.length / PART));
  return values
    .map((value) => ({ value, off: distanceToBeginning(typed, value) }))
    .filter(({ off }) => off <= wrong && off < typed.length)
    .sort((a, b) => a.off - b.off || lengthOff(a.value, typed) - lengthOff(b.value, typed))
    .slice(0, most)
    .map(({ value }) => value);
}

function lengthOff(value: string, typed: string): number {
  return Math.abs(value.length - typed.length);
}

/** How many characters to insert, delete or replace to make what was typed a beginning of a value (Wagner and Fischer). */
function distanceToBeginning(typed: string, value: string): number {
  if (value.startsWith(typed)) return 0;
  let row = Array.from({ length: value.length + 1 }, (_, index) => index);
  for (const [position, letter] of [...typed].entries()) {
    const following = [position + 1];
    for (let index = 0; index < value.length; index++) {
      const replaced = (row[index] ?? 0) + Number(value[index] !== letter);
      following.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (following[index] ?? 0) + 1));
    }
    row = following;
  }
  return Math.min(...row);
}
