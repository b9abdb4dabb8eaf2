/** The section about networks on paper is loaded with the Models view: a first visit is for writing. */
import { say } from "../../sentences/say";
import { usePromised } from "../../shared/promised";

export function PaperWhenLoaded() {
  const loaded = usePromised(
    () =>
      import("./paper-section").then(
        ({ PaperSection }) => PaperSection,
        () => "missing" as const,
      ),
    "",
  );
  if (loaded === "missing") return <p class="notice">{say("paper.missing")}</p>;
  const Section = loaded;
  return Section && <Section />;
}
