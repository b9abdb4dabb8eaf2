/** The actions on a table: save it, take back a step, close it. */
import { useSignal } from "@preact/signals";
import { announce } from "../announce";
import { ApiError, requestFile } from "../api";
import { hasService } from "../edition";
import type { FormTable } from "../generated/shapes";
import { type Said, said } from "../sentences/said";
import { say } from "../sentences/say";
import { Button } from "../shared/button";
import { saveFile } from "../shared/files/take";
import { Notice } from "../shared/notice";
import { letGo } from "./photographs/photographs";
import { canUndo, changes, close, compared, origin, table, texts, undo } from "./review/review";
import { asCsv, type CsvHeads, corrected, forWorkbook } from "./table/table";

/** Asks, if anything was corrected. What is being typed is a correction too. */
export function mayClose(): boolean {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  return !canUndo.peek() || confirm(say("forms.close.sure"));
}

type Ending = "csv" | "xlsx" | "json";

export function Actions() {
  const trouble = useSignal<Said | null>(null);
  const isBusy = useSignal(false);
  const save = async (ending: Ending) => {
    const formTable = table.peek();
    if (!formTable || isBusy.peek()) return;
    trouble.value = null;
    isBusy.value = true;
    try {
      const whole = corrected(formTable, texts.peek(), changes.peek(), compared.peek());
      const file = await fileOf(whole, ending);
      saveFile(file, `${formTable.title || "table"}.${ending}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble.value = said(say("forms.xlsx.failed", error.sentence));
    } finally {
      isBusy.value = false;
    }
  };
  const endings: Ending[] = hasService ? ["csv", "xlsx", "json"] : ["csv", "json"];
  return (
    <>
      {endings.map((ending) => (
        <Button
          key={ending}
          label={say(`forms.${ending}`)}
          aria-busy={ending === "xlsx" && isBusy.value}
          onClick={() => void save(ending)}
        />
      ))}
      <Button
        label={say("forms.undo")}
        disabled={!canUndo.value}
        onClick={() => {
          undo();
          announce(say("forms.undone"));
        }}
      />
      {origin.value.kind === "photographs" && (
        <Button
          look="plain"
          label={say("forms.again")}
          onClick={() => {
            if (mayClose()) close();
          }}
        />
      )}
      <Button
        look="plain"
        label={say("forms.close")}
        onClick={() => {
          if (!mayClose()) return;
          letGo();
          close();
        }}
      />
      {!hasService && <p class="small quiet">{say("forms.xlsx.none")}</p>}
      {trouble.value && <Notice role="alert" {...trouble.value} />}
    </>
  );
}

function csvHeads(): CsvHeads {
  return {
    version: say("forms.version"),
    doubtful: say("forms.doubtful"),
    photo: say("forms.photo"),
    pointsOf: (name) => say("forms.points_of", name),
    points: (most) => say("forms.points", most),
  };
}

function fileOf(table: FormTable, ending: Ending): Blob | Promise<Blob> {
  if (ending === "xlsx") return requestFile("v1/forms/xlsx", { body: forWorkbook(table) });
  if (ending === "csv") return new Blob([asCsv(table, csvHeads())], { type: "text/csv" });
  return new Blob([`${JSON.stringify(table, null, 1)}\n`], { type: "application/json" });
}
