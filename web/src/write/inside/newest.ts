/** Do one piece of work at a time: during it, only the newest request waits. */

/**
 * @param before awaited before each piece of work; requests made meanwhile count
 * @param work done with the newest request; a failure stops nothing
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
