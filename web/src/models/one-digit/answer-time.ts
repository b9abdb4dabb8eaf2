/** How long an answer takes, also by a clock whose ticks are longer. */

const TIMED = 7;
const LEAST = 10; // milliseconds: Firefox's clock goes by whole ones, and a network may need less

/**
 * Ask over and over, and take the shortest of several times, for whatever else is running only makes them longer. Each is
 * of as many answers as `LEAST` needs.
 *
 * @returns milliseconds for one answer
 */
export async function answerTime(
  ask: () => Promise<unknown>,
  now: () => number = () => performance.now(),
): Promise<number> {
  const times: number[] = [];
  while (times.length < TIMED) {
    const since = now();
    let [answers, passed] = [0, 0];
    while (passed < LEAST) {
      await ask();
      answers += 1;
      passed = now() - since;
    }
    times.push(passed / answers);
  }
  return Math.min(...times);
}
