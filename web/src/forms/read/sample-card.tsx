/** The sample sheet as one sees it before it is read, where a wide screen has room for it. */
import { language } from "../../language";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { since } from "./reading";
import { isSampleOffered, pictureOf, readSample } from "./sample";

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
