import { say } from "../sentences/say";

export function LearnView() {
  return (
    <article class="view">
      <h1>{say("learn.title")}</h1>
    </article>
  );
}
