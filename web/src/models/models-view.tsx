import { say } from "../sentences/say";

export function ModelsView() {
  return (
    <article class="view">
      <h1>{say("models.title")}</h1>
    </article>
  );
}
