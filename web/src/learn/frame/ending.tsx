/** After the last step: where to go from here. */
import { language } from "../../language";
import { addresses, courseAddress } from "../../project";
import { say } from "../../sentences/say";
import { ViewLink } from "../../shell/view-link";
import { FilmCard } from "./film-card";
import { StepLink } from "./step-link";
import "./ending.css";

export function Ending() {
  const course = courseAddress(addresses, language.value);
  return (
    <section class="ending" aria-labelledby="ending-title">
      <h2 id="ending-title">{say("learn.ending")}</h2>
      <p>{say("learn.ending.text")}</p>
      <FilmCard title="film.watch.again" text={say("film.watch.text")} />
      <p class="buttons">
        <ViewLink view="write" class="button primary">
          {say("learn.ending.write")}
        </ViewLink>
        <ViewLink view="models" class="button">
          {say("learn.ending.models")}
        </ViewLink>
        {course && (
          <a href={course} class="button">
            {say("learn.ending.course")}
          </a>
        )}
        <StepLink step={1} class="button plain">
          {say("learn.ending.again")}
        </StepLink>
      </p>
    </section>
  );
}
