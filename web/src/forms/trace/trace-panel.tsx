/** A form that one has becomes a spec: its blank is traced, its fields are named, and filled copies are read with it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { TracedForm } from "../../generated/shapes";
import { say } from "../../sentences/say";
import { Button, FileButton, Notice, PICTURES } from "../../shared/controls";
import { saveFile } from "../../shared/files";
import { requestFieldOf } from "../photographs/photographs";
import { BlankPicture } from "./blank-picture";
import {
  changeField,
  closeForm,
  currentField,
  type Edited,
  fault,
  faultSaid,
  fields,
  filesOf,
  focusField,
  isEdited,
  isTracing,
  setTitle,
  showInList,
  stopTracing,
  title,
  trace,
  traced,
  trouble,
} from "./form";
import { type Kind, kindOf, kindsOf, ofKind, plain } from "./toml";
import "./trace.css";

const isTable = ({ name }: File) => name.toLowerCase().endsWith(".json");
const PAPERS = ["A4", "Letter"];

/** Asks, if another form would take the place of one that was worked on. */
function mayReplace(): boolean {
  return !traced.peek() || !isEdited.peek() || confirm(say("forms.trace.sure"));
}

/** @param takeOthers takes the files that are dropped with the blank form */
export function TracePanel({ takeOthers }: { takeOthers: (files: readonly File[]) => void }) {
  const tracedForm = traced.value;
  const paper = useSignal(PAPERS[0] ?? "");
  useEffect(() => {
    if (tracedForm) paper.value = tracedForm.form.paper;
  }, [tracedForm, paper]);
  const take = (files: readonly File[]) => {
    const [file] = files;
    if (file && mayReplace()) void trace(file, paper.peek().trim());
  };
  return (
    <section
      class="forms-trace"
      data-empty={!tracedForm || undefined}
      aria-label={say("forms.sheets.trace")}
      onDrop={(event) => {
        const [file, ...others] = event.dataTransfer?.files ?? [];
        if (!file || requestFieldOf(file) || isTable(file)) return; // it goes where it belongs
        event.preventDefault();
        event.stopPropagation(); // or it would be a photograph to read
        take([file]);
        takeOthers(others);
      }}
    >
      <div class="buttons">
        <FileButton
          label={say(tracedForm ? "forms.trace.another" : "forms.trace.choose")}
          accept={PICTURES}
          test="blank-form"
          look={tracedForm ? "" : "primary"}
          take={take}
        />
        <FileButton label={say("write.camera")} accept="image/*" test="blank-camera" isCamera take={take} />
        <label>
          <span>{say("forms.trace.paper")}</span>
          <input
            class="field forms-paper"
            list="forms-papers"
            value={paper.value}
            maxLength={20}
            autocomplete="off"
            onInput={({ currentTarget }) => {
              paper.value = currentTarget.value;
            }}
            onChange={({ currentTarget }) => {
              const now = traced.peek();
              if (!now || currentTarget.value.trim() === now.form.paper) return;
              if (mayReplace()) void trace(now.file, currentTarget.value.trim(), now.page);
              else paper.value = now.form.paper;
            }}
          />
          <datalist id="forms-papers">
            {PAPERS.map((paper) => (
              <option value={paper} key={paper} />
            ))}
          </datalist>
        </label>
        {tracedForm && tracedForm.form.pages > 1 && (
          <Pages page={tracedForm.page} of={tracedForm.form.pages} />
        )}
      </div>
      {!tracedForm && <p class="small quiet">{say("forms.trace.about")}</p>}
      {isTracing.value && (
        <div class="buttons">
          <progress aria-label={say("forms.trace.busy")} />
          <span>{say("forms.trace.busy")}</span>
          <Button look="plain" label={say("film.stop")} onClick={stopTracing} />
        </div>
      )}
      {trouble.value && <Notice role="alert" {...trouble.value} />}
      {tracedForm && <Form form={tracedForm.form} />}
    </section>
  );
}

function Pages({ page, of }: { page: number; of: number }) {
  return (
    <label>
      <span>{say("forms.trace.page")}</span>
      <select
        class="field"
        value={page}
        onChange={async ({ currentTarget }) => {
          const now = traced.peek();
          if (now && mayReplace()) await trace(now.file, now.form.paper, Number(currentTarget.value));
          currentTarget.value = String(traced.peek()?.page ?? page);
        }}
      >
        {Array.from({ length: of }, (_, index) => (
          <option value={index + 1} key={index + 1}>
            {index + 1}
          </option>
        ))}
      </select>
    </label>
  );
}

function Form({ form }: { form: TracedForm }) {
  const wrong = fault.value;
  const save = (which: "spec" | "blank") => {
    const now = traced.peek();
    if (!now || fault.peek()) return;
    const file = filesOf(now)[which];
    saveFile(file, file.name);
  };
  return (
    // what is typed while another form is on its way would be lost
    <fieldset class="forms-trace-form" disabled={isTracing.value}>
      <p>{say("forms.trace.look", form.fields.length)}</p>
      {form.left_out > 0 && <Notice text={say("forms.trace.left_out", form.left_out)} />}
      <div class="forms-trace-desk">
        <BlankPicture form={form} choose={focusField} />
        <div class="forms-shown stack">
          <label class="forms-name">
            <span>{say("forms.trace.title")}</span>
            <input
              class="field"
              value={title.value}
              maxLength={200}
              autocomplete="off"
              onInput={({ currentTarget }) => setTitle(currentTarget.value)}
            />
          </label>
          <Fields />
        </div>
      </div>
      <p class="notice" role="status" hidden={!wrong}>
        {faultSaid()}
      </p>
      <div class="buttons">
        <Button label={say("forms.trace.save")} disabled={wrong !== null} onClick={() => save("spec")} />
        <Button
          label={say("forms.trace.save_blank")}
          disabled={wrong !== null}
          onClick={() => save("blank")}
        />
        <Button
          look="plain"
          label={say("about.close")}
          onClick={() => {
            if (mayReplace()) closeForm();
          }}
        />
      </div>
      <p class="small quiet">{say("forms.trace.next")}</p>
    </fieldset>
  );
}

/** The fields that were found: each is named, gets its kind, or is left out. */
function Fields() {
  useEffect(() => {
    const left = currentField.peek();
    if (left !== null) showInList(left);
  }, []);
  return (
    <ol class="forms-fields" aria-label={say("forms.trace.fields")}>
      {fields.value.map((field, index) => (
        <Row key={field.at.join()} field={field} index={index} />
      ))}
    </ol>
  );
}

function Row({ field, index }: { field: Edited; index: number }) {
  const wrong = fault.value;
  const isWrong =
    !field.isLeftOut &&
    ((wrong?.[0] === "unnamed" && !plain(field.name)) ||
      (wrong?.[0] === "twice" && wrong[1] === plain(field.name)));
  return (
    <li
      data-current={currentField.value === index || undefined}
      data-left-out={field.isLeftOut || undefined}
      onFocusIn={() => {
        currentField.value = index;
      }}
    >
      <span class="numbers" aria-hidden="true">
        {index + 1}
      </span>
      <input
        class="field"
        value={field.name}
        aria-label={say("forms.trace.name", index + 1)}
        aria-invalid={isWrong}
        data-field={index}
        autocomplete="off"
        maxLength={200}
        disabled={field.isLeftOut}
        onInput={({ currentTarget }) => changeField(index, { name: currentTarget.value })}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter" || event.key === "ArrowDown") go(index, 1);
          else if (event.key === "ArrowUp") go(index, -1);
          else return;
          event.preventDefault();
        }}
      />
      <select
        class="field"
        value={kindOf(field)}
        aria-label={say("forms.trace.kind", index + 1)}
        disabled={field.isLeftOut || field.isSplit}
        onChange={({ currentTarget }) => changeField(index, ofKind(currentTarget.value as Kind))}
      >
        {kindsOf(field).map((kind) => (
          <option value={kind} key={kind}>
            {nameOfKind(kind)}
          </option>
        ))}
      </select>
      <Button
        look="plain"
        label={say("forms.trace.leave_out")}
        aria-pressed={field.isLeftOut}
        aria-label={say("forms.trace.leave_out.field", index + 1)}
        onClick={() => changeField(index, { isLeftOut: !field.isLeftOut })}
      />
      <span class="small quiet">
        {shapeOf(field)}
        {field.style === "boxes" && field.boxes > 1 && (
          <Button
            look="plain"
            label={say("forms.trace.split")}
            aria-pressed={field.isSplit}
            aria-label={say("forms.trace.split.field", index + 1)}
            disabled={field.isLeftOut}
            onClick={() => changeField(index, { isSplit: !field.isSplit })}
          />
        )}
      </span>
    </li>
  );
}

function nameOfKind(kind: Kind): string {
  const { kind: name, country } = ofKind(kind);
  return name === "iban" ? say("forms.trace.kind.iban", country) : say(`forms.trace.kind.${name}`);
}

function shapeOf({ style, boxes, decimals, kind }: Edited): string {
  const shape = say(`forms.trace.style.${style}`, boxes);
  if (kind === "date") return say("forms.trace.date", shape);
  return kind === "number" && decimals > 0 ? say("forms.trace.decimals", shape, decimals) : shape;
}

/** Go to the next field that is not left out. */
function go(index: number, step: 1 | -1): void {
  const all = fields.peek();
  let next = index + step;
  while (all[next]?.isLeftOut) next += step;
  if (all[next]) focusField(next);
}
