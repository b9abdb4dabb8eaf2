/** Puts a reader together: the same parts as in the page's worker. */
import { asShown } from "../src/here/shown.js";
import { LineDetector } from "../src/reading/find/line-detector.js";
import { Reader as PageReader } from "../src/reading/reader.js";
import { Classifier, Detector, Recogniser } from "../src/reading/recognise/models.js";
import { sayIn } from "../src/reading/report/advice.js";
import { checkLanguage, errorOf } from "./errors.js";
import { opener } from "./files.js";
import { greyOf } from "./picture.js";
import type { Language, LoadOptions, Reader, Reading } from "./types.js";

const MODELS: readonly unknown[] = ["default", "tiny", "softmax"];

/** @throws OptionError, ModelError */
export async function makeReader({
  model = "default",
  language = "en",
  models,
}: LoadOptions): Promise<Reader> {
  checkLanguage(language);
  if (!MODELS.includes(model)) throw errorOf("option.model", { given: String(model) }, language);
  const open = opener(models, language);
  const [classifier, detector, recogniser, lineDetector] = await Promise.all([
    open(model).then((graph) => new Classifier(graph)),
    open("detector").then((graph) => new Detector(graph)),
    open("line").then((graph) => new Recogniser(graph)),
    open("line-detector").then((graph) => new LineDetector(graph)),
  ]);
  const reader = new PageReader(classifier, {
    detector: async () => detector,
    recogniser: async () => recogniser,
    lineDetector: async () => lineDetector,
  });
  let isClosed = false;
  const checkOpen = (spoken: Language) => {
    if (isClosed) throw errorOf("closed.reader", {}, spoken);
  };
  return {
    async read(picture, { language: spoken = language, images = false } = {}) {
      checkLanguage(spoken);
      checkOpen(spoken);
      const grey = await greyOf(picture, spoken);
      return inTurn(async () => {
        checkOpen(spoken);
        const reading = await reader.read(grey);
        checkOpen(spoken);
        const { advice, ...shown } = asShown(reading, grey);
        const lines = shown.lines.map(({ advice: ofLine, ...line }) => ({
          ...line,
          message: sayIn(spoken, ofLine),
        }));
        if (!images) for (const digit of shown.digits) delete digit.image;
        return { ...shown, lines, message: sayIn(spoken, advice) } as Reading;
      });
    },
    close() {
      isClosed = true;
    },
  };
}

let last: Promise<unknown> = Promise.resolve();

/** One after another, since all readers share the memory in which they work. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work);
  last = done.catch(() => undefined);
  return done;
}
