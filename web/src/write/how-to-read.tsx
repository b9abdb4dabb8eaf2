/** The choice of model: a shipped one, a network trained in this page or scanned from a code, or one that the service trained. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { change } from "../address";
import { hasDisplays } from "../edition";
import { LONGEST_PATTERN, NAMED_PATTERNS } from "../generated/reading";
import { DISPLAY } from "../here/protocol";
import { MODELS, sentence } from "../here/read";
import { isScannedName, loadNetworks } from "../learn/train/kept-networks";
import { ownRunOf } from "../learn/train/run";
import { isGone, isOwnName, ownNetworks } from "../learn/train/runs";
import { chosenName, givenClassifiers, learnModels } from "../models/known";
import { type PlainKey, say } from "../sentences/say";
import { Choices } from "../shared/controls";
import { ViewLink } from "../shell/view-link";
import { isDisplay, kind, model, pattern, wrongPattern } from "./state/state";
import { isUntouched } from "./state/writing";

export function ModelChoice() {
  useEffect(() => {
    void learnModels();
    void loadNetworks();
  }, []);
  const models = givenClassifiers.value;
  const chosen = chosenName.value;
  const own = ownNetworks.value;
  const names = models.length > 0 ? models.map((listed) => listed.name) : ["default"];
  const gone = isGone(model.value);
  const asked = (!gone && model.value) || chosen;
  const isTrained = !isOwnName(asked) && !names.includes(asked);
  const isForeign = models.some((listed) => listed.name === asked && !listed.shipped);
  const about = isForeign ? "write.model.given" : aboutOf(asked, isTrained);
  const lost = gone ? ownRunOf(model.value) : null;
  if (isDisplay.value || (isUntouched.value && model.value === "")) return null;
  const labels = new Map(names.map((name) => [name, name]));
  for (const { name, label } of own) labels.set(name, label);
  if (isTrained) labels.set(asked, say("write.model.yours"));
  return (
    <div class="model-choice">
      {/* WebKit sets a legend above its line, wherever it floats */}
      <p class="small" aria-hidden="true">
        {say("write.model")}
      </p>
      <Choices
        name="model"
        label={say("write.model")}
        isLabelHidden
        values={[...labels.keys()]}
        knob={{ value: asked, set: (name) => model.set(name === chosen ? "" : name) }}
        write={(name) => labels.get(name)}
      />
      {gone ? (
        <p class="small" role="status">
          {say("write.model.gone")}{" "}
          {lost !== null && (
            <ViewLink view="learn" parameters={{ step: "train", runs: lost }}>
              {say("write.model.again")}
            </ViewLink>
          )}
        </p>
      ) : (
        <p class="small quiet">{say(about)}</p>
      )}
    </div>
  );
}

/** A short description of a model. */
function aboutOf(name: string, isTrained: boolean): PlainKey {
  if (MODELS.includes(name)) return `write.model.${name as "tiny"}`;
  if (isScannedName(name)) return "write.model.scanned";
  return isTrained || isOwnName(name) ? "write.model.trained" : "write.model.other";
}

const NAMES = Object.keys(NAMED_PATTERNS) as (keyof typeof NAMED_PATTERNS)[];
const OWN = "own";
const REST = 600; // milliseconds without typing, after which an expression is used

/** Whether a person writes an expression, which may still be empty. */
export const isOwn = signal(false);

/** What a person knows of the number: its form, by name or as a regular expression, or that a display shows it. */
export function PatternChoice() {
  const text = pattern.value;
  const isNamed = text === "" || NAMES.some((name) => name === text);
  const shown = kind.value || (isOwn.value || !isNamed ? OWN : text);
  return (
    <div class="pattern-choice">
      <label class="small">
        <span>{say("write.pattern")}</span>
        <select
          class="field"
          value={shown}
          data-testid="pattern"
          onChange={({ currentTarget: { value } }) => {
            const isForm = value !== OWN && value !== DISPLAY;
            isOwn.value = value === OWN;
            change({ kind: value === DISPLAY ? value : null, pattern: (isForm && value) || null });
          }}
        >
          <option value="">{say("write.pattern.any")}</option>
          {NAMES.map((name) => (
            <option key={name} value={name}>
              {say(`write.pattern.${name}`)}
            </option>
          ))}
          <option value={OWN}>{say("write.pattern.own")}</option>
          {hasDisplays && <option value={DISPLAY}>{say("write.pattern.display")}</option>}
        </select>
      </label>
      {shown === OWN && <Expression hasFocus={isOwn.value} />}
    </div>
  );
}

/** @param hasFocus from the beginning, as somebody has asked for it */
function Expression({ hasFocus }: { hasFocus: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const wrong = wrongPattern.value;
  useEffect(() => {
    if (hasFocus) field.current?.focus();
    return () => clearTimeout(timer.current);
  }, []);
  const take = () => {
    clearTimeout(timer.current);
    pattern.set(field.current?.value.trim() ?? "");
  };
  return (
    <>
      <input
        class="field"
        ref={field}
        value={pattern.value}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        placeholder="\d{4}"
        aria-label={say("write.pattern.expression")}
        aria-invalid={wrong !== null}
        aria-describedby="pattern-about"
        data-testid="expression"
        onInput={() => {
          clearTimeout(timer.current);
          timer.current = setTimeout(take, REST);
        }}
        onChange={take}
      />
      <p id="pattern-about" class={wrong ? "small wrong" : "small quiet"} role="status">
        {wrong ? say("write.pattern.wrong", sentence(wrong)) : say("write.pattern.about", LONGEST_PATTERN)}
      </p>
    </>
  );
}
