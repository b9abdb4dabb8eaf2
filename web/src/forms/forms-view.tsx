/** A table is read from photographs of forms, or opened; reviewed by keyboard beside its sheet; and saved. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { query } from "../address";
import { announce } from "../announce";
import { ApiError, request, requestFile } from "../api";
import { hasService } from "../edition";
import type { FormTable, Review } from "../generated/shapes";
import { type Said, said, say } from "../sentences/say";
import { Button, FileButton, Notice } from "../shared/controls";
import { saveFile } from "../shared/files";
import { KeptElsewhere, StorageNotice } from "../shared/storage/storage-notice";
import { letGo, loadPhotographs } from "./photographs/photographs";
import { SheetPicture } from "./photographs/sheet-picture";
import { ReadPanel, Sample } from "./read/read-panel";
import { lack, stop, take } from "./read/reading";
import { CellEditor } from "./review/cell-editor";
import { Grid } from "./review/grid";
import {
  begin,
  canUndo,
  changes,
  close,
  origin,
  otherTables,
  remaining,
  resume,
  table,
  texts,
  undo,
} from "./review/review";
import { asCsv, type CsvHeads, corrected, forWorkbook, tableIn } from "./table/table";
import { loadForm } from "./trace/form";
import "./forms.css";

/** What makes a page that reads photographs, and what reads them without one. */
const COMMANDS = `python -m pip install '.[serve]'
shuzi serve

shuzi form read photos/ --spec scores.toml --out table.json`;

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
        <h1>{formTable?.title || say("view.forms")}</h1>
        {!formTable && <p class="lead">{say("forms.lead")}</p>}
      </header>
      <StorageNotice />
      {wrong.value && <Notice role="alert" {...wrong.value} />}
      {/* before there is a table, the sample stands beside what can be done */}
      <div class={formTable ? undefined : "forms-start"}>
        {!formTable &&
          (hasService ? (
            <ReadPanel />
          ) : (
            <Notice text={say("forms.no_service.type")}>
              <pre class="small" lang="en">
                {COMMANDS}
              </pre>
            </Notice>
          ))}
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
  return (
    <>
      <p class="forms-left">
        <span data-testid="remaining">
          {remaining.value.length > 0 ? say("forms.remaining", remaining.value.length) : say("forms.done")}
        </span>
      </p>
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
        <Grid table={formTable} />
      </div>
    </>
  );
}

/** Asks, if anything was corrected. What is being typed is a correction too. */
function mayClose(): boolean {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  return !canUndo.peek() || confirm(say("forms.close.sure"));
}

type Ending = "csv" | "xlsx" | "json";

function Actions() {
  const trouble = useSignal<Said | null>(null);
  const isBusy = useSignal(false);
  const save = async (ending: Ending) => {
    const formTable = table.peek();
    if (!formTable || isBusy.peek()) return;
    trouble.value = null;
    isBusy.value = true;
    try {
      const whole = corrected(formTable, texts.peek(), changes.peek());
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
        label={say("write.undo")}
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
        label={say("about.close")}
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

/**
 * Take the table that the address asks for, unless its review goes on already.
 *
 * @param mayReplace asked if another table is shown
 * @throws ApiError if the service has no table, or does not answer
 */
async function takeHandedOver(mayReplace: () => boolean): Promise<void> {
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
