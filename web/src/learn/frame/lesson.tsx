/** The related lesson: its title, as a link if the course is published, else with its file. */
import { lessons } from "virtual:lessons";
import { language } from "../../language";
import { addresses, courseAddress, courseFile } from "../../project";
import { say } from "../../sentences/say";

export function Lesson({ folder }: { folder: string }) {
  const address = courseAddress(addresses, language.value, folder);
  const title = say("learn.course.title", lessons[folder]?.[language.value] ?? "");
  return (
    <p class="small quiet">
      {say("learn.course")}{" "}
      {address ? (
        <a href={address}>{title}</a>
      ) : (
        <>
          {title}
          <br />
          <code class="lesson" lang="en">
            {courseFile(language.value, folder)}
          </code>
        </>
      )}
    </p>
  );
}
