/** Pictures have an entry of their own in the browser's history: going back closes them, and the view stays. */
import { effect } from "@preact/signals";
import { change, oneOf, parameter, view } from "../../address";
import { mayClosePictures } from "./handed-in";
import { pictures } from "./state";

const PICTURES = "pictures";
const shown = parameter("show", "", oneOf([PICTURES]), "push");

/** Until the returned function is called. */
export function closeByGoingBack(): () => void {
  let [isFirst, wasOpen] = [true, false];
  return effect(() => {
    const isOpen = pictures.entries.value.length > 0;
    const isNamed = shown.value === PICTURES;
    // on the way to another view they stay open
    if (view.value !== "write") return;
    const [began, before] = [isFirst, wasOpen];
    [isFirst, wasOpen] = [false, isOpen];
    if (isOpen && !isNamed && began) change({ show: PICTURES });
    else if (isOpen && !isNamed && before && mayClosePictures()) pictures.close();
    else if (isOpen && !isNamed) shown.set(PICTURES);
    else if (!isOpen && isNamed && before) change({ show: null });
  });
}
