"""A network leaves Python: run from its file, rebuilt from its numbers, put into one page that reads by itself."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

import shuzi

shutil.rmtree("my-network", ignore_errors=True)
options = ["mlp", "--hidden", "64", "--out", "my-network"]
subprocess.run([sys.executable, "-m", "shuzi", "train", *options], check=True, stdout=subprocess.DEVNULL)

images, labels = shuzi.load_mnist().validation.images, shuzi.load_mnist().validation.labels
session = onnxruntime.InferenceSession("my-network/model.onnx")
theirs = session.run(["probabilities"], {"images": images.astype(np.float32)})[0].argmax(axis=1)
print("runtime %.4f  tensorflow %s" % (np.mean(theirs == labels), "tensorflow" in sys.modules))

graph = onnx.load("my-network/model.onnx").graph
print(round(Path("my-network/model.onnx").stat().st_size / 1000), "kB:", *(node.op_type for node in graph.node))
numbers = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
layers = [(numbers[f"{name}/kernel"].round(3), numbers[f"{name}/bias"].round(3)) for name in ("hidden", "output")]


def scores(x):
    (w, b), (v, c) = layers
    return np.maximum(x @ w + b, 0) @ v + c


ours = scores(images.reshape(-1, 784) / 255).argmax(axis=1)
print("by hand %.4f  same answers %.4f" % (np.mean(ours == labels), np.mean(ours == theirs)))

PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>0-9</title>
<canvas width="280" height="280" style="border: 1px solid; touch-action: none"></canvas>
<p><button onclick="pen.clearRect(0, 0, 280, 280)">&#10005;</button> <output style="font-size: 3em"></output></p>
<script>
const layers = LAYERS, pen = document.querySelector("canvas").getContext("2d", { willReadFrequently: true });
let last = Object.assign(pen, { lineWidth: 20, lineCap: "round" }) && null;
function scores(x) {
  layers.forEach(([w, b], layer) => {
    const sums = b.map((bias, j) => x.reduce((sum, value, i) => sum + value * w[i][j], bias));
    x = layer === 0 ? sums.map((sum) => Math.max(sum, 0)) : sums;
  });
  return x;
}
function small(left, top, side, x, y) { // `side` pixels of the drawing become 20, laid at x, y in 28x28
  const canvas = new OffscreenCanvas(28, 28).getContext("2d");
  canvas.drawImage(pen.canvas, left, top, side, side, x, y, 20, 20);
  return Array.from(canvas.getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 3);
}
function framed() {
  const ink = pen.getImageData(0, 0, 280, 280).data, rows = [], columns = [];
  for (let i = 0; i < 78400; i++) if (ink[4 * i + 3] > 60) rows.push(Math.floor(i / 280)), columns.push(i % 280);
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const side = Math.max(Math.max(...rows) - top, Math.max(...columns) - left) + 1;
  const seen = small(left, top, side, 4, 4), total = seen.reduce((sum, value) => sum + value, 0);
  const middle = (place) => seen.reduce((sum, value, i) => sum + value * place(i), 0) / total;
  const [x, y] = [4 + 13.5 - middle((i) => i % 28), 4 + 13.5 - middle((i) => Math.floor(i / 28))].map(Math.round);
  return small(left, top, side, x, y).map((value) => value / 255);
}
pen.canvas.onpointermove = (event) => {
  const here = [event.offsetX, event.offsetY];
  if (event.buttons) pen.beginPath(), pen.moveTo(...(last ?? here)), pen.lineTo(...here), pen.stroke();
  last = event.buttons ? here : null;
};
pen.canvas.onpointerup = () => {
  const x = framed(), y = scores(x);
  document.querySelector("output").value = x.some((value) => value > 0) ? y.indexOf(Math.max(...y)) : "";
};
</script>"""

written = json.dumps([[each.astype(float).round(3).tolist() for each in layer] for layer in layers])
Path("digit.html").write_text(PAGE.replace("LAYERS", written, 1), encoding="utf-8")
print("digit.html", round(Path("digit.html").stat().st_size / 1000), "kB")
