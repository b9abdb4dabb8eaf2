/** Settings kept between visits, or as long as a tab is open. If storage is forbidden, they are lost but nothing fails. */

type Kept = "localStorage" | "sessionStorage";

/** @param where "sessionStorage" is this tab's own */
export function remembered(name: string, where: Kept = "localStorage"): string | null {
  try {
    return globalThis[where].getItem(`shuzi.${name}`);
  } catch {
    return null;
  }
}

/** Remember a value; null forgets it. */
export function remember(name: string, value: string | null, where: Kept = "localStorage"): void {
  try {
    if (value === null) globalThis[where].removeItem(`shuzi.${name}`);
    else globalThis[where].setItem(`shuzi.${name}`, value);
  } catch {
    // a private window: the choice lasts as long as the page is open
  }
}
