// node read.mjs PICTURES: for each line of the file (JSON: width, height, and data in base64) its readings, one line of JSON
import { readFileSync } from "node:fs";
import { load } from "shuzi";
import { load as loadWorker } from "shuzi/worker";

const pictures = readFileSync(process.argv[2], "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const readers = [await load(), await loadWorker({ language: "zh" })];
for (const { width, height, data } of pictures) {
  const picture = { width, height, data: Buffer.from(data, "base64") };
  console.log(JSON.stringify(await Promise.all(readers.map((reader) => reader.read(picture)))));
}
// nothing is closed: the worker keeps no program from ending
