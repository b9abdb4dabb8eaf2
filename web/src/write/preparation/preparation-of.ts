/** Which of the preparations of a reading is that of a digit. */
import type { Preparation } from "../../reading/report/explain/preparation";
import type { Digit } from "../../readings";

/** Known by its box, which a digit keeps when others of the number are corrected; null if it has none. */
export function preparationOf(
  { box }: Pick<Digit, "box">,
  prepared: readonly Preparation[] | undefined,
): Preparation | null {
  return (
    prepared?.find((preparation) => preparation.box.every((value, index) => value === box[index])) ?? null
  );
}
