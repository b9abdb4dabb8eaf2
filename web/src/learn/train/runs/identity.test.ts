import { expect, test } from "vitest";
import { STANDARD } from "../../../networks/training/settings";
import { complete, idOf, settingsOf } from "./identity";

test("a run with standard settings has the name of its network", () => {
  expect(idOf(STANDARD.softmax)).toBe("softmax");
  expect(settingsOf("cnn")).toEqual(complete(STANDARD.small_convolutions));
});

test("settings that differ are in the id, and come back from it", () => {
  const changed = complete({
    ...STANDARD.mlp,
    learning_rate: 0.01,
    hidden: 64,
    depth: 2,
    images: 1000,
    seed: 3,
    optimizer: "sgd",
    augment: "squeeze",
  });
  expect(idOf(changed)).toBe("mlp_r0.01_s3_h64_d2_i1000_osgd_a");
  expect(settingsOf(idOf(changed))).toEqual(changed);
});

test.each([
  "0123456789abcdef", // a run of the service
  "mlp_r0",
  "mlp_r200",
  "softmax_n1.5",
  "softmax_s-1",
  "softmax_x5",
  "softmax_r",
  "softmax_b",
  "",
])("%j is not the id of a run in the page", (id) => {
  expect(settingsOf(id)).toBe(null);
});
