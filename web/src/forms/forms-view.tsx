/** A table is read from photographs of forms, or opened; reviewed by keyboard beside its sheet; and saved. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api";
import { hasService } from "../edition";
import type { FormTable } from "../generated/shapes";
import { type Said, said } from "../sentences/said";
import { say } from "../sentences/say";
import { Button } from "../shared/button";
import { FileButton } from "../shared/file-button";
import { Notice } from "../shared/notice";
import { KeptElsewhere } from "../shared/storage/kept-elsewhere";
import { StorageNotice } from "../shared/storage/storage-notice";
import { Actions, mayClose } from "./actions";
import { compareAgain } from "./compare/again";
import { AgainNotice } from "./compare/again-notice";
import { takeHandedOver } from "./handed-over";
import { letGo, loadPhotographs } from "./photographs/photographs";
import { SheetPicture } from "./photographs/sheet-picture";
import { ReadPanel } from "./read/read-panel";
import { lack, stop } from "./read/reading";
import { Sample } from "./read/sample-card";
import { take } from "./read/take";
import { CellEditor } from "./review/cell-editor";
import { Grid } from "./review/grid";
import { Groups, isGrouped } from "./review/groups";
import { begin, close, origin, otherTables, remaining, resume, table, texts } from "./review/review";
import { standingOf } from "./table/standing";
import { tableIn } from "./table/table";
import { loadForm } from "./trace/form";
import "./forms.css";

export function FormsView() {
  const wrong = useSignal<Said | null>(null);
  useEffect(() => {
    const start = async () => {
      await resume().catch(close); // what is kept is of another version
      await Promise.all([loadPhotographs(), loadForm()]);
      await takeHandedOver(mayClose);
    };
    start().catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      wrong.value = said(say("forms.review.failed", error.sentence));
    });
  }, [wrong]);

  useEffect(compareAgain, []);

  const open = async (file: File) => {
    wrong.value = null;
    const table = await file
      .text()
      .then(tableIn)
      .catch(() => null);
    if (!table) wrong.value = said(say("forms.wrong", file.name));
    else if (mayClose()) {
      stop(); // or what is being read would take its place
      letGo();
      begin(table);
    }
  };
  useEffect(() => {
    const drop = (event: DragEvent) => {
      event.preventDefault();
      wrong.value = null;
      const files = [...(event.dataTransfer?.files ?? [])];
      const file = files.find(({ name }) => name.toLowerCase().endsWith(".json"));
      if (file) void open(file);
      else if (!hasService) wrong.value = said(say("forms.no_service"));
      else if (files.length > 0 && (!table.peek() || mayClose())) {
        letGo();
        if (table.peek()) close();
        take(files);
      }
    };
    const over = (event: DragEvent) => event.preventDefault();
    document.addEventListener("drop", drop);
    document.addEventListener("dragover", over);
    return () => {
      document.removeEventListener("drop", drop);
      document.removeEventListener("dragover", over);
    };
  });

  const formTable = table.value;
  return (
    <article class="view forms">
      <header>
        <h1>{formTable?.title || say("forms.title")}</h1>
        {!formTable && <p class="lead">{say("forms.lead")}</p>}
      </header>
      <StorageNotice />
      {wrong.value && <Notice role="alert" {...wrong.value} />}
      {/* before there is a table, the sample stands beside what can be done */}
      <div class={formTable ? undefined : "forms-start"}>
        {!formTable && (hasService ? <ReadPanel /> : <Notice text={say("forms.no_service")} />)}
        <div class="buttons">
          <FileButton
            label={say("forms.open")}
            accept=".json,application/json"
            test="table-file"
            take={([file]) => file && void open(file)}
            look={formTable || hasService ? "" : "primary"}
          />
          {formTable ? <Actions /> : <span class="small quiet">{say("forms.open.about")}</span>}
        </div>
        {!formTable && hasService && <Sample />}
      </div>
      <KeptElsewhere count={otherTables.value} text={(count) => say("forms.kept_elsewhere", count)} />
      {formTable && <Desk formTable={formTable} />}
    </article>
  );
}

function Desk({ formTable }: { formTable: FormTable }) {
  const standing = standingOf(formTable, remaining.value, texts.value);
  return (
    <>
      <p class="forms-left">
        <span data-testid="remaining">
          {remaining.value.length > 0 ? say("forms.remaining", remaining.value.length) : say("forms.done")}
        </span>
        {formTable.rows.length > 1 && (
          <span class="small quiet" data-testid="standing">
            {say("forms.standing", formTable.rows.length, standing)}
          </span>
        )}
      </p>
      <AgainNotice table={formTable} />
      {lack.value && origin.value.kind === "photographs" && <Notice {...lack.value} />}
      {formTable.problems.length > 0 && (
        <details class="notice">
          <summary>{say("forms.problems", formTable.problems.length)}</summary>
          <ul>
            {formTable.problems.map((problem) => (
              <li key={problem.source + problem.message}>{problem.message}</li>
            ))}
          </ul>
        </details>
      )}
      <div class="forms-desk">
        <div class="forms-side">
          <CellEditor />
          <SheetPicture />
        </div>
        <div class="forms-shown stack">
          <div class="buttons">
            <Button
              label={say("forms.grouped")}
              aria-pressed={isGrouped.value}
              onClick={() => {
                isGrouped.value = !isGrouped.value;
              }}
            />
          </div>
          {isGrouped.value ? <Groups table={formTable} /> : <Grid table={formTable} />}
        </div>
      </div>
    </>
  );
}
