/** Where the course goes further: a link if it is published, else the file. */
import { language } from "../../language";
import { addresses, courseAddress, courseFile } from "../../project";
import { say } from "../../sentences/say";

export function Lesson({ folder }: { folder: string }) {
  const address = courseAddress(addresses, language.value, folder);
  return (
    <p class="small quiet">
      {say("learn.course")}{" "}
      {address ? (
        <a href={address}>{say("learn.course.lesson", Number.parseInt(folder, 10))}</a>
      ) : (
        <code class="lesson" lang="en">
          {courseFile(language.value, folder)}
        </code>
      )}
    </p>
  );
}
