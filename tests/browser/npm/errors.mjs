// node errors.mjs: one line of JSON for each thing that goes wrong, the same in this thread and in a worker
import * as here from "shuzi";
import * as there from "shuzi/worker";

const grey = { width: 8, height: 8, data: new Uint8Array(64) };

async function tell(shuzi, ask) {
  try {
    await ask(shuzi.load, readers.get(shuzi));
  } catch (error) {
    const isOurs = error instanceof shuzi.ShuziError && error instanceof shuzi[error.name];
    return [isOurs ? error.name : "?", error.key, error.message];
  }
  return null;
}

const readers = new Map();
for (const shuzi of [here, there]) readers.set(shuzi, await shuzi.load({ language: "zh" }));
const reading = (picture, how) => (_, reader) => reader.read(picture, how);
const asks = {
  "a path": reading("meter.png"),
  nothing: reading(undefined),
  "a file where nothing opens files": reading(new Blob(["PNG"])),
  "a side of 0": reading({ ...grey, width: 0 }),
  "half a pixel": reading({ ...grey, height: 7.5 }),
  "wide values": reading({ ...grey, data: new Uint16Array(64) }),
  "too few values": reading({ ...grey, data: new Uint8Array(63) }),
  "too many pixels": reading({ width: 10_000, height: 5_001, data: new Uint8Array(1) }),
  "a language": reading(grey, { language: "de" }),
  "a model": (load) => load({ model: "best" }),
  "a folder": (load) => load({ models: new URL("./nowhere", import.meta.url) }),
  closed: async (load) => {
    const reader = await load();
    reader.close();
    return reader.read(grey);
  },
  "closed while it reads": async (load) => {
    const reader = await load();
    const asked = reader.read(grey);
    reader.close();
    return asked;
  },
};

for (const [name, ask] of Object.entries(asks))
  console.log(JSON.stringify([name, await tell(here, ask), await tell(there, ask)]));
