/** Photographs and what they show, to be read by the service into a table. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language, languageTag } from "../../language";
import { say } from "../../sentences/say";
import { Button, FileButton, Icon, PICTURES } from "../../shared/controls";
import { type Photograph, photographs, removePhotograph, revokeLater } from "../photographs/photographs";
import { traced } from "../trace/form";
import { TracePanel } from "../trace/trace-panel";
import {
  busy,
  done,
  isSampleOffered,
  OWN,
  ownFiles,
  pictureOf,
  problems,
  read,
  readSample,
  readySpecs,
  sent,
  setOwnFile,
  shape,
  sheets,
  since,
  stop,
  TABLE,
  TRACE,
  take,
  trouble,
} from "./reading";
import "./read.css";

export function ReadPanel() {
  const isBusy = since.value !== null;
  return (
    <section class="forms-read" aria-label={say("forms.read")}>
      <div class="buttons">
        <FileButton
          label={say("forms.read.choose")}
          look={photographs.value.length === 0 && (sheets.value !== TRACE || traced.value) ? "primary" : ""}
          isMultiple
          accept={PICTURES}
          test="photographs"
          take={take}
        />
        <FileButton label={say("write.camera")} accept="image/*" test="camera" isCamera take={take} />
        <span class="small quiet">{say("forms.read.drop")}</span>
      </div>
      <Chosen />
      <Sheets />
      <div class="buttons">
        <Button
          look={photographs.value.length > 0 ? "primary" : ""}
          label={say("forms.read.go")}
          disabled={isBusy}
          onClick={() => void read()}
        />
        {isBusy && <Progress />}
      </div>
      {trouble.value && (
        <div class="notice" role="alert" lang={trouble.value.lang}>
          <p>{trouble.value.text}</p>
          {problems.value.length > 0 && (
            <ul>
              {problems.value.map((problem) => (
                <li key={problem.source + problem.message}>{problem.message}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </section>
  );
}

function Sheets() {
  const own = ownFiles.value;
  const named = (["spec", "roster", "blank"] as const).flatMap((field) => own[field] ?? []);
  return (
    <div class="forms-sheets stack">
      <label>
        <span>{say("forms.sheets")}</span>
        <select
          class="field"
          value={sheets.value}
          data-testid="sheets"
          onChange={({ currentTarget }) => sheets.set(currentTarget.value)}
        >
          <option value="" disabled>
            {say("forms.sheets.choose")}
          </option>
          <option value={OWN}>{say("forms.sheets.own")}</option>
          <optgroup label={say("forms.sheets.ready")}>
            {readySpecs().map(({ name, title }) => (
              <option value={name} key={name} lang={languageTag(name.endsWith(".zh") ? "zh" : "en")}>
                {title}
              </option>
            ))}
          </optgroup>
          <option value={TRACE}>{say("forms.sheets.trace")}</option>
          <option value={TABLE}>{say("forms.sheets.table")}</option>
        </select>
      </label>
      {sheets.value === TRACE && <TracePanel takeOthers={take} />}
      {sheets.value === TABLE && (
        <div class="buttons">
          {(["rows", "columns"] as const).map((problem) => (
            <label key={problem}>
              {say(`forms.sheets.${problem}`)}{" "}
              <input
                class="field"
                type="number"
                min={1}
                max={99}
                value={shape.value[problem] || ""}
                data-testid={`table-${problem}`}
                onInput={({ currentTarget }) => {
                  const count = currentTarget.validity.valid ? Number(currentTarget.value) : 0;
                  shape.value = { ...shape.value, [problem]: count };
                }}
              />
            </label>
          ))}
          <span class="small quiet">{say("forms.sheets.shape")}</span>
        </div>
      )}
      {sheets.value === OWN && (
        <>
          <div class="buttons">
            <FileButton
              label={say("forms.sheets.spec")}
              accept=".toml"
              test="spec"
              take={([file]) => file && setOwnFile("spec", file)}
            />
            <FileButton
              label={say("forms.sheets.roster")}
              accept=".csv,text/csv"
              test="roster"
              take={([file]) => file && setOwnFile("roster", file)}
            />
            <FileButton
              label={say("forms.sheets.blank")}
              accept=".png,image/png"
              test="blank"
              take={([file]) => file && setOwnFile("blank", file)}
            />
          </div>
          <ul class="forms-own">
            {named.map((file) => (
              <li key={file.name}>
                {file.name}
                <Button
                  look="plain"
                  label="×"
                  aria-label={say("forms.read.remove", file.name)}
                  onClick={() => setOwnFile(fieldIn(file), undefined)}
                />
              </li>
            ))}
          </ul>
          <p class="small quiet">{say("forms.sheets.about")}</p>
        </>
      )}
    </div>
  );
}

function fieldIn(file: File): "spec" | "roster" | "blank" {
  const { spec, roster } = ownFiles.peek();
  return file === spec ? "spec" : file === roster ? "roster" : "blank";
}

/** How long it has taken so far: the service says nothing before the end. */
function Progress() {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => clearInterval(timer);
  }, [now]);
  const seconds = Math.max(0, Math.floor((now.value - (since.value ?? now.value)) / 1_000));
  return (
    <>
      <progress
        aria-label={say("forms.read.go")}
        {...(done.value > 0 ? { value: done.value, max: sent.value } : {})}
      />
      <span>
        {busy.value === null
          ? done.value > 0
            ? say("forms.read.some", done.value, sent.value, seconds)
            : say("forms.read.busy", sent.value, seconds)
          : say("forms.read.waits", busy.value)}
      </span>
      <Button look="plain" label={say("film.stop")} onClick={() => stop(true)} />
    </>
  );
}

/** The photographs that were chosen, each with a small picture; each can be removed. */
function Chosen() {
  const all = photographs.value;
  if (all.length === 0) return null;
  return (
    <ul class="forms-chosen" aria-label={say("forms.read.photographs")}>
      {all.map((photograph) => (
        <li key={photograph.key}>
          <Small photograph={photograph} />
          <span>{photograph.name}</span>
          <Button
            look="plain"
            label="×"
            disabled={since.value !== null}
            aria-label={say("forms.read.remove", photograph.name)}
            onClick={() => removePhotograph(photograph.key)}
          />
        </li>
      ))}
    </ul>
  );
}

function Small({ photograph: { file } }: { photograph: Photograph }) {
  const url = useSignal("");
  useEffect(() => {
    const made = URL.createObjectURL(file);
    url.value = made;
    return () => revokeLater(made);
  }, [file, url]);
  if (!url.value) return <Icon name="picture" />;
  return (
    <img
      src={url.value}
      alt=""
      onError={() => {
        url.value = ""; // a PDF, or a picture that the browser does not know
      }}
    />
  );
}

/** The sample sheet as one sees it before it is read, where a wide screen has room for it. */
export function Sample() {
  if (!isSampleOffered()) return null;
  return (
    <aside class="forms-sample" aria-label={say("forms.sample")}>
      <Button disabled={since.value !== null} onClick={() => void readSample()}>
        <img src={pictureOf(language.value)} alt="" loading="lazy" width={1_200} height={1_600} />
        {say("forms.sample")}
      </Button>
      <p class="small quiet">{say("forms.sample.about")}</p>
    </aside>
  );
}
