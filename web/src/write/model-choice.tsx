/** The choice of model: a shipped one, a network trained in this page or scanned from a code, or one that the service trained. */
import { useEffect } from "preact/hooks";
import { isGone, isOwnName, loadOwn, ownNetworks } from "../learn/train/kept-networks";
import { ownRunOf } from "../learn/train/run";
import { chosenName, givenClassifiers, learnModels } from "../models/known";
import { isCodeName } from "../models/paper/kept-codes";
import { type PlainKey, say } from "../sentences/say";
import { ViewLink } from "../shell/view-link";
import { model } from "./state/state";

/** A short description of a shipped model. */
const ABOUT: Record<string, PlainKey> = {
  default: "write.model.default",
  tiny: "write.model.tiny",
  softmax: "write.model.softmax",
};

export function ModelChoice() {
  useEffect(() => {
    void learnModels();
    void loadOwn();
  }, []);
  const models = givenClassifiers.value;
  const chosen = chosenName.value;
  const own = ownNetworks.value;
  const names = models.length > 0 ? models.map((listed) => listed.name) : ["default"];
  const gone = isGone(model.value);
  const asked = (!gone && model.value) || chosen;
  const isTrained = !isOwnName(asked) && !names.includes(asked);
  const isForeign = models.some((listed) => listed.name === asked && !listed.shipped);
  const about = isForeign ? "write.model.given" : (ABOUT[asked] ?? aboutOwn(asked, isTrained));
  const lost = gone ? ownRunOf(model.value) : null;
  const choose = (name: string) => model.set(name === chosen ? "" : name);
  return (
    <div class="model-choice">
      {/* WebKit sets a legend above its line, wherever it floats */}
      <fieldset class="choices" aria-label={say("write.model")}>
        <p class="small" aria-hidden="true">
          {say("write.model")}
        </p>
        {names.map((name) => (
          <Choice key={name} name={name} label={name} isChosen={name === asked} choose={choose} />
        ))}
        {own.map((network) => (
          <Choice
            key={network.name}
            name={network.name}
            label={network.label}
            isChosen={network.name === asked}
            choose={choose}
          />
        ))}
        {isTrained && <Choice name={asked} label={say("write.model.yours")} isChosen choose={choose} />}
      </fieldset>
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

function aboutOwn(name: string, isTrained: boolean): PlainKey {
  if (isCodeName(name)) return "write.model.scanned";
  return isTrained || isOwnName(name) ? "write.model.trained" : "write.model.other";
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
