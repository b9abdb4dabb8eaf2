/** Files that were chosen or dropped go where they belong: photographs, or a spec and what it names. */
import { addPhotographs } from "../photographs/photographs";
import { requestFieldOf } from "../photographs/request-field";
import { OWN, setOwnFile, sheets } from "./sheets";

export function take(files: readonly File[]): void {
  const pictures: File[] = [];
  for (const file of files) {
    const field = requestFieldOf(file);
    if (!field) pictures.push(file);
    else {
      setOwnFile(field, file);
      sheets.set(OWN);
    }
  }
  addPhotographs(pictures);
}
