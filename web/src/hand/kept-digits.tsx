/** The list of kept digits: each can be removed; all go to a file and come from one. */
import { effect, signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { knowHand } from "../here/read";
import { language, languageTag } from "../language";
import { say } from "../sentences/say";
import { Button, Check, FileButton, Section } from "../shared/controls";
import { joined, saveFile } from "../shared/files";
import { Pixels } from "../shared/pixels";
import { remember, remembered } from "../shared/storage/database";
import { forget, type Kept, keepThoseOf, kept, loadKept } from "./kept";
import { type KeptDigit, NoKeptDigits, npzOf } from "./npz";
import "./hand.css";

const AT_FIRST = 100; // thousands of pictures would make the page slow
const FILE = "shuzi-digits.npz";

export function KeptDigits() {
  const said = useSignal("");
  const shown = useSignal(AT_FIRST);
  useEffect(() => void loadKept(), []);
  const digits = kept.value;
  return (
    <Section
      name="kept"
      title={say("hand.title")}
      lead={say(digits.length ? "hand.lead" : "hand.none", FILE)}
    >
      {digits.length > 0 && (
        <ul>
          {digits.slice(0, shown.value).map((digit, index) => (
            <OneDigit key={digit.id} digit={digit} position={index + 1} />
          ))}
        </ul>
      )}
      {digits.length > shown.value && (
        <Button
          label={say("hand.more", digits.length - shown.value)}
          onClick={() => {
            shown.value += AT_FIRST;
          }}
        />
      )}
      {digits.length > 0 && <UseHere />}
      <div class="buttons">
        {digits.length > 0 && (
          <Button
            label={say("hand.export")}
            onClick={() => saveFile(new Blob([npzOf(digits)], { type: "application/octet-stream" }), FILE)}
          />
        )}
        <ImportButton
          tell={(sentence) => {
            said.value = sentence;
          }}
        />
        <span class="small quiet" role="status">
          {said.value}
        </span>
      </div>
    </Section>
  );
}

function OneDigit({ digit, position }: { digit: Kept; position: number }) {
  const day = new Date(digit.date).toLocaleDateString(languageTag(language.value), { dateStyle: "medium" });
  return (
    <li>
      <Pixels values={digit.image} palette="ink" label={say("hand.image", position)} />
      <span>
        <strong class="numbers">{digit.label}</strong>
        <span class="small quiet numbers">{day}</span>
      </span>
      <Button
        look="plain"
        label={say("hand.remove")}
        aria-label={say("hand.remove_one", position, digit.label)}
        onClick={({ currentTarget }) => {
          const item = currentTarget.closest("li");
          const next = item?.nextElementSibling ?? item?.previousElementSibling;
          void forget(digit.image).then(() => next?.querySelector("button")?.focus());
        }}
      />
    </li>
  );
}

function ImportButton({ tell }: { tell(sentence: string): void }) {
  const take = async ([file]: readonly File[]) => {
    if (!file) return;
    try {
      tell(say("hand.imported", await keepThoseOf(file)));
    } catch (error) {
      if (!(error instanceof NoKeptDigits)) throw error;
      tell(say(`hand.error.${error.why}`));
    }
  };
  return (
    <FileButton
      label={say("hand.import")}
      accept=".npz"
      test="kept-file"
      take={(files) => void take(files)}
    />
  );
}

const NAME = "use-kept";
const isUsed = signal(remembered(NAME) !== "no");

/** The kept digits that readings take into account; none if switched off. */
export function keptInUse(): readonly KeptDigit[] {
  return isUsed.peek() ? kept.peek() : [];
}

/**
 * Tell the reader which digits to know, now and whenever they change.
 *
 * @param readAgain called after each change
 */
export function knowKeptDigits(readAgain: () => void): () => void {
  let before = "";
  return effect(() => {
    const digits = isUsed.value ? kept.value : [];
    const now = digits.map(({ date, label }) => `${date} ${label}`).join();
    if (now === before) return;
    before = now;
    knowHand(
      joined(digits.map(({ image }) => image)),
      Uint8Array.from(digits, ({ label }) => label),
    );
    readAgain();
  });
}

export function UseHere() {
  return (
    <Check
      label={say("hand.use_here")}
      isOn={isUsed.value}
      onChange={(isOn) => {
        isUsed.value = isOn;
        remember(NAME, isOn ? null : "no");
      }}
    />
  );
}
