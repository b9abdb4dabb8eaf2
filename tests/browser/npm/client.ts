// compiled by `tsc --strict`, with and without the browser's types
import { type Digit, type LoadOptions, load, type Picture, PictureError, type Reader, type Reading } from "shuzi";
import { load as loadWorker } from "shuzi/worker";

const options: LoadOptions = { model: "default", language: "zh", models: { href: "https://digits.test/models/" } };

function advise({ status, message, confidence }: Reading): string {
  switch (status) {
    case "ok":
      return confidence.toFixed(2);
    case "unsure":
    case "not-a-digit":
    case "blank":
      return message;
    default:
      return status satisfies never;
  }
}

async function readAll(reader: Reader, pictures: readonly Picture[]): Promise<string[]> {
  const readings = await Promise.all(pictures.map((picture) => reader.read(picture, { images: true })));
  const digits: Digit[] = readings.flatMap((reading) => reading.digits);
  const left: number[] = digits.map(({ box: [x] }) => x);
  return [...readings.map(advise), ...left.map(String)];
}

const reader: Reader = await (Math.random() < 0.5 ? load() : loadWorker(options));
try {
  await readAll(reader, [{ width: 1, height: 1, data: new Uint8Array(1) }]);
} catch (error) {
  if (error instanceof PictureError) throw new Error(error.key);
}
// @ts-expect-error a path is no picture
await reader.read("meter.png");
reader.close();
