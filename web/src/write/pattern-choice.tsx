/** What a person knows of the number: a named form of numbers, or a regular expression that the whole of it fits. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { LONGEST_PATTERN, NAMED_PATTERNS } from "../generated/reading/recognise";
import { sentence } from "../here/sentence";
import { say } from "../sentences/say";
import { pattern, wrongPattern } from "./state/state";

const NAMES = Object.keys(NAMED_PATTERNS) as (keyof typeof NAMED_PATTERNS)[];
const OWN = "own";
const REST = 600; // milliseconds without typing, after which an expression is used

export function PatternChoice() {
  const isOwn = useSignal(false);
  const text = pattern.value;
  const isNamed = text === "" || NAMES.some((name) => name === text);
  const shown = isOwn.value || !isNamed ? OWN : text;
  return (
    <div class="pattern-choice">
      <label class="small">
        <span>{say("write.pattern")}</span>
        <select
          class="field"
          value={shown}
          data-testid="pattern"
          onChange={({ currentTarget: { value } }) => {
            isOwn.value = value === OWN;
            pattern.set(value === OWN ? "" : value);
          }}
        >
          <option value="">{say("write.pattern.any")}</option>
          {NAMES.map((name) => (
            <option key={name} value={name}>
              {say(`write.pattern.${name}`)}
            </option>
          ))}
          <option value={OWN}>{say("write.pattern.own")}</option>
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
