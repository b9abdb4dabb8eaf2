/** `shuzi form read --review` opens the page with a table: the service hands it over. */
import { query } from "../address";
import { request } from "../api";
import { hasService } from "../edition";
import type { Review } from "../generated/shapes";
import { letGo } from "./photographs/photographs";
import { stop } from "./read/reading";
import { begin, origin, table } from "./review/review";

/**
 * Take the table that the address asks for, unless its review goes on already.
 *
 * @param mayReplace asked if another table is shown
 * @throws ApiError if the service has no table, or does not answer
 */
export async function takeHandedOver(mayReplace: () => boolean): Promise<void> {
  const wanted = query.peek().get("review");
  if (!wanted || !hasService || isShown(wanted)) return;
  const { id, photographs, table: formTable } = await request<Review>("v1/review");
  if (isShown(id) || (table.peek() && !mayReplace())) return;
  stop(); // or what is being read would take its place
  letGo();
  begin(formTable, { kind: "review", id, photographs });
}

function isShown(id: string): boolean {
  const from = origin.peek();
  return table.peek() !== null && from.kind === "review" && from.id === id;
}
