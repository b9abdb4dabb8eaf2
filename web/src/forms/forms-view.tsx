/** A table that was read from forms: opened, reviewed by keyboard, and saved. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../announce";
import { say } from "../sentences/say";
import { StorageNotice } from "../shared/storage-notice";
import { saveFile } from "../shared/take";
import { CellEditor } from "./cell-editor";
import { Grid } from "./grid";
import { begin, canUndo, close, remaining, resume, table, texts, undo } from "./review";
import { asCsv, corrected, tableIn } from "./table";
import "./forms.css";

export function FormsView() {
  const wrong = useSignal("");
  useEffect(() => {
    resume().catch(close); // what is kept is of another version
  }, []);

  const open = async (file: File | undefined) => {
    if (!file) return;
    wrong.value = "";
    const found = await file
      .text()
      .then(tableIn)
      .catch(() => null);
    if (!found) wrong.value = file.name;
    else if (mayClose()) begin(found);
  };
  useEffect(() => {
    const drop = (event: DragEvent) => {
      event.preventDefault();
      void open(event.dataTransfer?.files[0]);
    };
    const over = (event: DragEvent) => event.preventDefault();
    document.addEventListener("drop", drop);
    document.addEventListener("dragover", over);
    return () => {
      document.removeEventListener("drop", drop);
      document.removeEventListener("dragover", over);
    };
  });

  const found = table.value;
  return (
    <article class="view forms">
      <header>
        <h1>{found?.title || say("forms.title")}</h1>
        {!found && <p class="lead">{say("forms.lead")}</p>}
      </header>
      <StorageNotice />
      {wrong.value && (
        <p class="notice" role="alert">
          {say("forms.wrong", wrong.value)}
        </p>
      )}
      <div class="buttons">
        <label class={`button file ${found ? "" : "primary"}`}>
          {say("forms.open")}
          <input
            type="file"
            accept=".json,application/json"
            onChange={({ currentTarget }) => {
              void open(currentTarget.files?.[0]);
              currentTarget.value = ""; // so that the same file can be opened again
            }}
          />
        </label>
        {found && <Actions />}
      </div>
      {found && (
        <>
          <p class="forms-left" data-testid="remaining">
            {remaining.value.length > 0 ? say("forms.remaining", remaining.value.length) : say("forms.done")}
          </p>
          {found.problems.length > 0 && (
            <details class="notice">
              <summary>{say("forms.problems", found.problems.length)}</summary>
              <ul>
                {found.problems.map((each) => (
                  <li key={each.source + each.message}>{each.message}</li>
                ))}
              </ul>
            </details>
          )}
          <div class="forms-desk">
            <CellEditor />
            <Grid table={found} />
          </div>
        </>
      )}
    </article>
  );
}

/** Asks, if anything was corrected. What is being typed is a correction too. */
function mayClose(): boolean {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  return !canUndo.peek() || confirm(say("forms.close.sure"));
}

function Actions() {
  const save = (ending: "csv" | "json") => {
    const found = table.peek();
    if (!found) return;
    const whole = corrected(found, texts.peek());
    const text =
      ending === "csv"
        ? asCsv(whole, say("forms.doubtful"), say("forms.photo"))
        : `${JSON.stringify(whole, null, 1)}\n`;
    const type = ending === "csv" ? "text/csv" : "application/json";
    saveFile(new Blob([text], { type }), `${found.title || "table"}.${ending}`);
  };
  return (
    <>
      <button type="button" class="button" onClick={() => save("csv")}>
        {say("forms.csv")}
      </button>
      <button type="button" class="button" onClick={() => save("json")}>
        {say("forms.json")}
      </button>
      <button
        type="button"
        class="button"
        disabled={!canUndo.value}
        onClick={() => {
          undo();
          announce(say("forms.undone"));
        }}
      >
        {say("forms.undo")}
      </button>
      <button
        type="button"
        class="button plain"
        onClick={() => {
          if (mayClose()) close();
        }}
      >
        {say("forms.close")}
      </button>
    </>
  );
}
