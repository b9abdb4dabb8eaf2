/** What somebody typed, with half-width digits and marks if it is a number; Chinese input methods type wide ones. */
export function halfWidth(typed: string): string {
  const text = typed.trim();
  return /^[\d\s.,:/-]+$/.test(text.normalize("NFKC")) ? text.normalize("NFKC") : text;
}
