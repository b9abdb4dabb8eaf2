import { expect, test } from "vitest";
import { KeyPen } from "./pen";

const CANVAS = { width: 800, height: 400 };

test("space puts the pen down and lifts it, escape only lifts it", () => {
  const pen = new KeyPen();
  expect(pen.press("Escape", false, CANVAS)).toBeNull();
  expect(pen.press(" ", false, CANVAS)).toBe("down");
  expect(pen.press("Escape", false, CANVAS)).toBe("up");
  expect(pen.isDown).toBe(false);
});

test("two arrows that are held go diagonally, until one is released", () => {
  const pen = new KeyPen();
  pen.press("ArrowRight", false, CANVAS);
  const before = pen.at;
  pen.press("ArrowDown", false, CANVAS);
  expect(pen.at.x).toBeGreaterThan(before.x);
  expect(pen.at.y).toBeGreaterThan(before.y);
  pen.release("ArrowRight");
  const then = pen.at;
  pen.press("ArrowDown", false, CANVAS);
  expect(pen.at.x).toBe(then.x);
});

test("fine steps are shorter", () => {
  const [coarse, fine] = [new KeyPen(), new KeyPen()];
  coarse.press("ArrowRight", false, CANVAS);
  fine.press("ArrowRight", true, CANVAS);
  expect(fine.at.x).toBeLessThan(coarse.at.x);
});

test("where the pen is can be told, whatever the size of the canvas", () => {
  const pen = new KeyPen();
  pen.stayOn(CANVAS);
  expect(pen.shareOf(CANVAS)).toEqual({ x: 0.5, y: 0.25 });
  for (let step = 0; step < 200; step++) pen.press("ArrowDown", false, CANVAS);
  expect(pen.shareOf(CANVAS)).toEqual({ x: 0.5, y: 1 });
});

test("the pen stays on the canvas, also when that becomes smaller", () => {
  const pen = new KeyPen();
  for (let step = 0; step < 200; step++) pen.press("ArrowRight", false, CANVAS);
  expect(pen.at.x).toBe(CANVAS.width);
  pen.stayOn({ width: 300, height: 200 });
  expect(pen.at.x).toBe(300);
});

test("leaving with the pen down lifts it, and says so", () => {
  const pen = new KeyPen();
  pen.press(" ", false, CANVAS);
  expect(pen.leave()).toBe(true);
  expect(pen.leave()).toBe(false);
});

test("other keys are left to the page", () => {
  expect(new KeyPen().press("a", false, CANVAS)).toBeNull();
});
