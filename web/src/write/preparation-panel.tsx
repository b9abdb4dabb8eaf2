/** The stages in which the chosen digit was prepared. */
import { MAX_EXPLAINED } from "../here/protocol";
import type { Grey } from "../ink/picture";
import { STAGES, type Stage } from "../ink/stages";
import { inkWritten } from "../learn/digit/ink";
import type { Preparation } from "../reading/report/explain";
import type { Digit } from "../readings";
import { say } from "../sentences/say";
import { type ShownStage, StageList } from "../shared/pixels";
import { ViewLink } from "../shell/view-link";
import { drawn } from "./inside/looking";
import { question, reading } from "./state/state";
import "./preparation-panel.css";

export function PreparationPanel() {
  const digit = drawn.value?.digit;
  if (!digit) return null;
  const preparation = preparationOf(digit, reading.value?.prepared);
  const isComing = question.value.answer.value?.explained === false;
  return (
    <section class="preparation stack" aria-labelledby="preparation-title">
      <h2 id="preparation-title">{say("write.prepared")}</h2>
      {preparation || isComing ? (
        <>
          <p class="quiet">
            {say("write.prepared.lead")}{" "}
            <ViewLink
              view="learn"
              parameters={{ step: "handwriting", ...asMine(digit.image) }}
              class="preparation-step"
            >
              {say("write.prepared.learn")}
            </ViewLink>
          </p>
          <StageList
            label={say("write.prepared")}
            stages={[
              stageOf("picture", preparation?.picture),
              ...STAGES.map((stage) => stageOf(stage, preparation?.stages[stage])),
            ]}
          />
        </>
      ) : (
        <p class="quiet">{say("write.prepared.none", MAX_EXPLAINED)}</p>
      )}
    </section>
  );
}

function stageOf(key: "picture" | Stage, picture?: Grey): ShownStage {
  return { key, picture: picture ?? null, label: say(`stage.${key}`), about: say(`stage.${key}.on`) };
}

/** Learn looks at the same digit. */
function asMine(image: number[][] | undefined): Record<string, string> {
  return image ? { look: "mine", ink: inkWritten(Uint8Array.from(image.flat())) } : {};
}

/** Known by its box, which a digit keeps when others of the number are corrected; null if it has none. */
function preparationOf(
  { box }: Pick<Digit, "box">,
  prepared: readonly Preparation[] | undefined,
): Preparation | null {
  return (
    prepared?.find((preparation) => preparation.box.every((value, index) => value === box[index])) ?? null
  );
}
