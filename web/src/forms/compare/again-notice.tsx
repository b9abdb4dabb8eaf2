/** Says what a correction changed elsewhere, and whose digits it is compared with. */
import type { FormTable } from "../../generated/shapes";
import { say } from "../../sentences/say";
import { Check } from "../../shared/choices";
import { canUndo, compared, textAt } from "../review/review";
import { byRow, hasWriters, isByRow } from "./again";

const SHOWN = 12;

export function AgainNotice({ table }: { table: FormTable }) {
  const again = [...compared.value.values()];
  if (!canUndo.value) return null;
  return (
    <div class="forms-again" data-testid="again">
      {again.length > 0 && (
        <p>
          {say("forms.compared", again.length)}{" "}
          <span class="small quiet">
            {again
              .filter(({ text, other }) => text !== other)
              .slice(0, SHOWN)
              .map(({ row, name, other }) =>
                say("forms.compared.cell", row + 1, other, textAt({ row, name })),
              )
              .join(say("forms.compared.between"))}
          </span>
        </p>
      )}
      {hasWriters(table) && (
        <Check
          label={say("forms.compared.by_row")}
          isOn={isByRow()}
          onChange={(isOn) => {
            byRow.value = isOn;
          }}
        />
      )}
    </div>
  );
}
