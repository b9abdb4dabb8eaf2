/** The letters of the step "not sure" are none of the ten digits, and the reader knows. */
import { expect, test } from "vitest";
import { imageOfLetter, LETTERS } from "../src/learn/letters";
import { Classifier } from "../src/reading/recognise/models";
import { packed } from "./models";

test.each(LETTERS)("%s is no digit to the reader, and softmax still shares out all of it", (letter) => {
  const image = { width: 28, height: 28, pixels: imageOfLetter(letter) };
  const reader = new Classifier(packed("default"));
  const [refused] = reader.classify([image]);
  expect(refused?.isDigit).toBeLessThan(reader.card.thresholds["not-a-digit"] ?? 0.5);
  const [shared] = new Classifier(packed("softmax")).classify([image]);
  expect(shared?.isDigit).toBe(1);
  expect(shared?.probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5);
});
