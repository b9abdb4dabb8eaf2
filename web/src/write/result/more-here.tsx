/** Where nothing is written yet there is room for what else the page can do. */
import { FilmLink } from "../../film/film-link";
import { say } from "../../sentences/say";
import { ViewLink } from "../../shell/view-link";

export function MoreHere() {
  return (
    <nav class="more-here" aria-labelledby="more-here">
      <h2 id="more-here">{say("write.more")}</h2>
      <ul>
        <li>
          <FilmLink>{say("film.title")}</FilmLink>
          <span class="small quiet">{say("write.more.film")}</span>
        </li>
        <li>
          <ViewLink view="duel">{say("duel.title")}</ViewLink>
          <span class="small quiet">{say("write.more.duel")}</span>
        </li>
        <li>
          <ViewLink view="learn" parameters={{ step: "train" }}>
            {say("write.more.train")}
          </ViewLink>
          <span class="small quiet">{say("write.more.train.about")}</span>
        </li>
        <li>
          <ViewLink view="forms">{say("write.more.sheets")}</ViewLink>
          <span class="small quiet">{say("write.more.sheets.about")}</span>
        </li>
      </ul>
    </nav>
  );
}
