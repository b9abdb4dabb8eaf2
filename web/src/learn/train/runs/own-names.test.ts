import { expect, test } from "vitest";
import { drawnAs, ownName, ownRunOf } from "./own-names";

test("a network trained here is never taken for the shipped one of the same name", () => {
  expect(ownRunOf("softmax")).toBe(null);
  expect(ownRunOf(ownName("softmax"))).toBe("softmax");
  expect(ownRunOf("own.onnx")).toBe(null);
});

test.each([
  ["softmax", "templates"],
  ["tiny", "maps"],
  ["own.softmax_r0.005@2000", "templates"],
  ["own.mlp_h16@60", "neurons"],
  ["own.cnn@1200", "maps"],
])("%s is drawn as %s", (model, kind) => {
  expect(drawnAs(model)).toBe(kind);
});
