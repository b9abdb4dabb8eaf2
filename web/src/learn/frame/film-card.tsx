/** Learn begins and ends with the film: all of its steps in forty seconds, with my digit. */
import { FilmLink } from "../../film/film-link";
import { say } from "../../sentences/say";
import { Icon } from "../../shared/icons";
import { usePromised } from "../../shared/promised";
import "./film-card.css";

interface Properties {
  title: "film.watch" | "film.watch.again";
  /** More about it. */
  text?: string;
}

export function FilmCard({ title, text }: Properties) {
  const Stills = usePromised(
    () =>
      import("../../film/stills").then(
        ({ Stills: loaded }) => ({ Picture: loaded }),
        () => null,
      ),
    "",
  );
  return (
    <FilmLink class="film-card">
      {Stills ? <Stills.Picture /> : <span class="film-stills" />}
      <strong>
        <Icon name="play" />
        {say(title)}
      </strong>
      {text && <span class="small quiet">{text}</span>}
    </FilmLink>
  );
}
