/** The choice of model: a shipped one, a network trained in this page, or one that the service trained. */
import { useEffect } from "preact/hooks";
import { type OwnNetwork, ownNetworks } from "../learn/train/runs/as-models";
import { keptNetworks, loadNetworks } from "../learn/train/runs/kept-networks";
import { letterOf, nameOf } from "../learn/train/runs/naming";
import { ownRunOf } from "../learn/train/runs/own-names";
import { chosenName, givenClassifiers, learnModels } from "../models/known";
import { type PlainKey, say } from "../sentences/say";
import { ViewLink } from "../shell/view-link";
import { model } from "./state";

/** A short description of a shipped model. */
const ABOUT: Record<string, PlainKey> = {
  default: "write.model.default",
  tiny: "write.model.tiny",
  softmax: "write.model.softmax",
};

export function ModelChoice() {
  useEffect(() => {
    void learnModels();
    void loadNetworks();
  }, []);
  const models = givenClassifiers.value;
  const chosen = chosenName.value;
  const own = ownNetworks.value;
  const names = models.length > 0 ? models.map((listed) => listed.name) : ["default"];
  const isThere = keptNetworks.value === null || own.some(({ name }) => name === model.value);
  const gone = isThere ? null : ownRunOf(model.value);
  const asked = gone === null ? model.value || chosen : chosen;
  const isTrained = gone === null && ownRunOf(asked) === null && !names.includes(asked);
  const isForeign = models.some((listed) => listed.name === asked && !listed.shipped);
  const isMine = isTrained || ownRunOf(asked) !== null;
  const about = isForeign ? "write.model.given" : ABOUT[asked];
  const choose = (name: string) => model.set(name === chosen ? "" : name);
  return (
    <div class="model-choice">
      <fieldset class="choices">
        <legend class="small">{say("write.model")}</legend>
        {names.map((name) => (
          <Choice key={name} name={name} label={name} isChosen={name === asked} choose={choose} />
        ))}
        {own.map((network) => (
          <Choice
            key={network.name}
            name={network.name}
            label={labelOf(network)}
            isChosen={network.name === asked}
            choose={choose}
          />
        ))}
        {isTrained && <Choice name={asked} label={say("write.model.yours")} isChosen choose={choose} />}
      </fieldset>
      {gone === null ? (
        <p class="small quiet">{say(about ?? (isMine ? "write.model.trained" : "write.model.other"))}</p>
      ) : (
        <p class="small" role="status">
          {say("write.model.gone")}{" "}
          <ViewLink view="learn" parameters={{ step: "train", runs: gone }}>
            {say("write.model.again")}
          </ViewLink>
        </p>
      )}
    </div>
  );
}

interface ChoiceProperties {
  name: string;
  label: string;
  isChosen: boolean;
  choose(name: string): void;
}

function Choice({ name, label, isChosen, choose }: ChoiceProperties) {
  return (
    <label>
      <input
        type="radio"
        class="covering"
        name="model"
        value={name}
        checked={isChosen}
        onChange={() => choose(name)}
      />
      <span>{label}</span>
    </label>
  );
}

/** As Learn calls it. */
function labelOf({ run, isShown }: OwnNetwork): string {
  return isShown ? `${letterOf(run)} · ${nameOf(run)}` : nameOf(run);
}
