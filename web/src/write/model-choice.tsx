/** Who reads: one of the models that come with shuzi, or the network that was trained here. */
import { useEffect } from "preact/hooks";
import { learnModels, shippedClassifiers } from "../models/known";
import { type PlainKey, say } from "../sentences/say";
import { model } from "./state";

/** What a model that comes with shuzi is like, in a few words. */
const ABOUT: Record<string, PlainKey> = {
  default: "write.model.default",
  tiny: "write.model.tiny",
  softmax: "write.model.softmax",
};

export function ModelChoice() {
  useEffect(() => {
    void learnModels();
  }, []);
  const shipped = shippedClassifiers.value.map((each) => each.name);
  const names = shipped.length > 0 ? shipped : ["default"];
  const isTrained = !names.includes(model.value);
  const about = ABOUT[model.value];
  return (
    <div class="model-choice">
      <fieldset class="choices">
        <legend class="small quiet">{say("write.model")}</legend>
        {[...names, ...(isTrained ? [model.value] : [])].map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="model"
              value={name}
              checked={name === model.value}
              onChange={() => model.set(name)}
            />
            <span>
              {name in ABOUT || !isTrained || name !== model.value ? name : say("write.model.yours")}
            </span>
          </label>
        ))}
      </fieldset>
      <p class="small quiet">{say(about ?? (isTrained ? "write.model.trained" : "write.model.other"))}</p>
    </div>
  );
}
