/** Work that is done once at a time: while one goes on, only the newest of what is asked for waits. */

/**
 * @param before is waited for before each piece of work; what is asked for meanwhile counts
 * @param work with the newest; its failure stops nothing
 */
export function newestOnly<T>(
  before: () => Promise<void>,
  work: (asked: T) => Promise<void>,
): (asked: T) => void {
  const waiting: T[] = [];
  let isBusy = false;
  const goOn = async () => {
    if (isBusy) return;
    isBusy = true;
    while (waiting.length > 0) {
      await before();
      for (const newest of waiting.splice(0)) await work(newest).catch(() => undefined);
    }
    isBusy = false;
  };
  return (asked) => {
    waiting.splice(0, 1, asked);
    void goOn();
  };
}
