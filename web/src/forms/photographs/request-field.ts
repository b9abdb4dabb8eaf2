/** A file that is no photograph is sent with the photographs: it says what the sheets are. */

export type RequestField = "spec" | "roster" | "blank";

/** The field of a request in which a file belongs, by its name; null for a photograph. */
export function requestFieldOf({ name }: File): RequestField | null {
  const small = name.toLowerCase();
  if (small.endsWith(".toml")) return "spec";
  if (small.endsWith(".csv")) return "roster";
  return small.endsWith(".blank.png") ? "blank" : null; // as shuzi form trace calls it
}
