/** Settings kept between visits. If storage is forbidden, they are lost but nothing fails. */

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`shuzi.${name}`);
  } catch {
    return null;
  }
}

/** Remember a value; null forgets it. */
export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`shuzi.${name}`);
    else localStorage.setItem(`shuzi.${name}`, value);
  } catch {
    // a private window: the choice lasts as long as the page is open
  }
}
