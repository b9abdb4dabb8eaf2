/** The choice of model: a shipped one or the network trained here. */
import { useEffect } from "preact/hooks";
import { chosenName, givenClassifiers, learnModels } from "../models/known";
import { type PlainKey, say } from "../sentences/say";
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
  }, []);
  const given = givenClassifiers.value;
  const chosen = chosenName.value;
  const names = given.length > 0 ? given.map((each) => each.name) : ["default"];
  const asked = model.value || chosen;
  const isTrained = !names.includes(asked);
  const isForeign = given.some((each) => each.name === asked && !each.shipped);
  const about = isForeign ? "write.model.given" : ABOUT[asked];
  return (
    <div class="model-choice">
      <fieldset class="choices">
        <legend class="small quiet">{say("write.model")}</legend>
        {[...names, ...(isTrained ? [asked] : [])].map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="model"
              value={name}
              checked={name === asked}
              onChange={() => model.set(name === chosen ? "" : name)}
            />
            <span>{!isTrained || name !== asked ? name : say("write.model.yours")}</span>
          </label>
        ))}
      </fieldset>
      <p class="small quiet">{say(about ?? (isTrained ? "write.model.trained" : "write.model.other"))}</p>
    </div>
  );
}
