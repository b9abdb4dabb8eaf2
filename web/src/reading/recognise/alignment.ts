/** Two texts become the parts in which they are alike or differ, as Python's `difflib.SequenceMatcher` finds them. */

type Block = readonly [one: number, other: number, size: number];

/** Pairs of positions in two texts that correspond: equal characters, and as many different ones between equal ones. */
export function corresponding(first: string, second: string): [number, number][] {
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  for (const [a, b, size] of [
    ...blocks(first, second, 0, first.length, 0, second.length),
    [first.length, second.length, 0],
  ] as Block[]) {
    if (a - i === b - j) for (let index = 0; index < a - i; index++) pairs.push([i + index, j + index]);
    for (let index = 0; index < size; index++) pairs.push([a + index, b + index]);
    [i, j] = [a + size, b + size];
  }
  return pairs;
}

/** The longest equal part, the first of several in both texts, and what is alike before and after it. */
function blocks(
  first: string,
  second: string,
  low: number,
  high: number,
  start: number,
  end: number,
): Block[] {
  let [a, b, size] = [low, start, 0];
  for (let i = low; i < high; i++)
    for (let j = start; j < end; j++) {
      let length = 0;
      while (i + length < high && j + length < end && first[i + length] === second[j + length]) length++;
      if (length > size) [a, b, size] = [i, j, length];
    }
  if (!size) return [];
  return [
    ...blocks(first, second, low, a, start, b),
    [a, b, size],
    ...blocks(first, second, a + size, high, b + size, end),
  ];
}
