/**
 * Whole numbers become the state of a generator, as NumPy's SeedSequence does it (O'Neill, 2015), so that the same seed
 * gives the same numbers in the page as in Python.
 */

const POOL = 4; // words
const SHIFT = 16;

/** A hash whose constant changes with every call. */
function hash(constant: number, factor: number): (value: number) => number {
  let now = constant;
  return (value) => {
    let hashed = value ^ now;
    now = Math.imul(now, factor);
    hashed = Math.imul(hashed, now);
    return (hashed ^ (hashed >>> SHIFT)) >>> 0;
  };
}

function mix(a: number, b: number): number {
  const mixed = (Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)) | 0;
  return (mixed ^ (mixed >>> SHIFT)) >>> 0;
}

/**
 * The words of state for a list of seeds.
 *
 * @param seeds whole numbers from 0 to 2³² - 1
 * @param count how many words, each from 0 to 2³² - 1
 */
export function stateOf(seeds: readonly number[], count: number): number[] {
  const hashed = hash(0x43b0d7e5, 0x931e8875);
  const pool = Array.from({ length: POOL }, (_, index) => hashed(seeds[index] ?? 0));
  const into = (index: number, value: number) => {
    pool[index] = mix(pool[index] ?? 0, hashed(value));
  };
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) {
      if (from !== to) into(to, pool[from] ?? 0);
    }
  }
  for (const seed of seeds.slice(POOL)) {
    for (let to = 0; to < POOL; to++) into(to, seed);
  }
  const told = hash(0x8b51f9dd, 0x58f38ded);
  return Array.from({ length: count }, (_, index) => told(pool[index % POOL] ?? 0));
}
