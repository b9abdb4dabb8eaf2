/** The stages in which the chosen digit was prepared, and the strips of its line. */
import { MOST_EXPLAINED } from "../../here/protocol";
import type { Grey } from "../../ink/picture";
import { STAGES, type Stage } from "../../ink/stages";
import { inkWritten } from "../../learn/digit/ink";
import { say } from "../../sentences/say";
import { type ShownStage, StageList } from "../../shared/stages/stage-list";
import { ViewLink } from "../../shell/view-link";
import { drawn } from "../inside/looking";
import { OneOfDigits } from "../inside/one-of-digits";
import { question, reading } from "../state/state";
import { preparationOf } from "./preparation-of";
import "./preparation.css";

export function PreparationPanel() {
  const digit = drawn.value?.digit;
  if (!digit) return null;
  const preparation = preparationOf(digit, reading.value?.prepared);
  const isComing = question.value.answer.value?.explained === false;
  return (
    <section class="preparation stack" aria-labelledby="preparation-title">
      <header>
        <h2 id="preparation-title">{say("write.prepared")}</h2>
        <OneOfDigits
          label={say("write.prepared.choose")}
          about={(index, character) => say("write.prepared.digit", index, character)}
        />
      </header>
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
          {preparation && preparation.strips.length > 0 && <Line strips={preparation.strips} />}
        </>
      ) : (
        <p class="quiet">{say("write.prepared.none", MOST_EXPLAINED)}</p>
      )}
    </section>
  );
}

function Line({ strips: [band, whole] }: { strips: readonly Grey[] }) {
  return (
    <div class="preparation-line stack">
      <h3>{say("write.prepared.line")}</h3>
      <p class="quiet">{say("write.prepared.line.lead")}</p>
      <StageList
        label={say("write.prepared.line")}
        stages={[stageOf("strip.band", band), stageOf("strip.whole", whole)]}
      />
    </div>
  );
}

function stageOf(key: "picture" | Stage | "strip.band" | "strip.whole", picture?: Grey): ShownStage {
  return { key, picture: picture ?? null, label: say(`stage.${key}`), about: say(`stage.${key}.on`) };
}

/** Learn looks at the same digit. */
function asMine(image: number[][] | undefined): Record<string, string> {
  return image ? { look: "mine", ink: inkWritten(Uint8Array.from(image.flat())) } : {};
}
