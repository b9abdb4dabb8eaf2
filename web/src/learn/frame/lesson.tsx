/** Where the course goes further: the lesson's name, as a link if the course is published, else with its file. */
import { lessons } from "virtual:lessons";
import { language } from "../../language";
import { addresses, courseAddress, courseFile } from "../../project";
import { say } from "../../sentences/say";

export function Lesson({ folder }: { folder: string }) {
  const address = courseAddress(addresses, language.value, folder);
  const title = lessons[folder]?.[language.value] ?? "";
  const name = say("learn.course.title", Number.parseInt(folder, 10), title);
  return (
    <p class="small quiet">
      {say("learn.course")}{" "}
      {address ? (
        <a href={address}>{name}</a>
      ) : (
        <>
          {name}
          <br />
          <code class="lesson" lang="en">
            {courseFile(language.value, folder)}
          </code>
        </>
      )}
    </p>
  );
}
