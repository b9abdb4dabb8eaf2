import { say } from "../sentences/say";

export function WriteView() {
  return (
    <article class="view">
      <h1>{say("write.title")}</h1>
    </article>
  );
}
