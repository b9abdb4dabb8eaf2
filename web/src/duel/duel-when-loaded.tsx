/** The duel is loaded when somebody wants it: a first visit is for writing. */
import { say } from "../sentences/say";
import { usePromised } from "../shared/promised";

export function DuelWhenLoaded() {
  const loaded = usePromised(
    () =>
      import("./duel-view").then(
        ({ DuelView }) => DuelView,
        () => "missing" as const,
      ),
    "",
  );
  if (loaded === "missing") return <p class="notice">{say("duel.missing")}</p>;
  const View = loaded;
  return View ? <View /> : <p class="quiet">{say("duel.loading")}</p>;
}
