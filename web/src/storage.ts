/** What the browser remembers between visits. Where storage is forbidden it forgets, and nothing fails. */

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
    // a private window: the choice holds as long as the page is open
  }
}
