/** The photographs that were chosen, each with a small picture; each can be removed. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { Icon } from "../../shared/icons";
import { revokeLater } from "../photographs/object-url";
import { type Photograph, photographs, removePhotograph } from "../photographs/photographs";
import { since } from "./reading";

export function Chosen() {
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
