/** The list of kept digits: each can be removed; all go to a file and come from one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language, languageTag } from "../language";
import { say } from "../sentences/say";
import { Button, FileButton, Section } from "../shared/controls";
import { saveFile } from "../shared/files";
import { Pixels } from "../shared/pixels";
import { forget, type Kept, keepThoseOf, kept, loadKept } from "./kept";
import { NoKeptDigits, npzOf } from "./npz";

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
