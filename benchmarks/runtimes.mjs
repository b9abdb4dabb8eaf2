// The page's own runtime against ONNX Runtime Web, in Node on one core: how large each is, and how much processor time
// a run takes.
//
//     npm install --prefix /tmp/ort onnxruntime-web
//     (cd web && npm run build:node)
//     node benchmarks/runtimes.mjs /tmp/ort/node_modules/onnxruntime-web > benchmarks/results/page-runtimes.json
//
// The times are of the process, not of the clock, since other work may share the machine. Models come at full precision
// for ONNX Runtime Web and at half precision for ours, which makes them floats before the first run: that is in `start`.
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);
const MODELS = new URL("../src/shuzi/models/", import.meta.url).pathname;
const NODE = new URL("../build/node/read.mjs", import.meta.url).pathname;

const ort = await import(pathToFileURL(join(folder, "dist", "ort.wasm.min.mjs")).href);
ort.env.wasm.numThreads = 1;

function spent(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(times) {
  const sorted = times.toSorted((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

async function time({ model, n, height, width, times }) {
  const started = process.cpuUsage();
  const options = { executionProviders: ["wasm"] };
  const session = await ort.InferenceSession.create(readFileSync(join(MODELS, `${model}.onnx`)), options);
  const images = Float32Array.from({ length: n * height * width }, (_, place) => (place * 7919) % 256);
  const run = () => session.run({ images: new ort.Tensor("float32", images, [n, height, width]) }, [session.outputNames[0]]);
  await run();
  const start = spent(started);
  const found = [];
  for (let place = 0; place < times.length; place++) {
    const before = process.cpuUsage();
    await run();
    found.push(spent(before));
  }
  return { start, median: median(found), times: found };
}

function size(...files) {
  const contents = files.map((file) => readFileSync(file));
  return {
    bytes: contents.reduce((sum, { length }) => sum + length, 0),
    gzipped: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0),
  };
}

const ours = JSON.parse(execFileSync("node", [NODE, MODELS, "time"]));
const rows = [];
for (const mine of ours) {
  const { model, n, height, width, ...own } = mine;
  const theirs = await time(mine);
  rows.push({ model, n, height, width, own, "ONNX Runtime Web": theirs, ratio: own.median / theirs.median });
}
const round = (_, value) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value);
const version = JSON.parse(readFileSync(join(folder, "package.json"))).version;
console.log(
  JSON.stringify(
    {
      command: "node benchmarks/runtimes.mjs FOLDER",
      machine: { processor: cpus()[0].model, cores: cpus().length, node: process.version },
      "ONNX Runtime Web": {
        version,
        ...size(join(folder, "dist", "ort.wasm.min.mjs"), join(folder, "dist", "ort-wasm-simd-threaded.wasm")),
      },
      // with the whole reading, of which the runtime is a third
      own: { ...size(NODE), "bytes of read.mjs": statSync(NODE).size },
      "milliseconds of processor time": rows,
    },
    round,
    1,
  ),
);
