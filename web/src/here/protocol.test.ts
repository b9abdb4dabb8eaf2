import { expect, test } from "vitest";
import { Queue, type Urgency } from "./protocol";

/** A queue that is busy until released, and a record of its tasks. */
function busy() {
  const done: string[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const queue = new Queue(() => Promise.resolve());
  queue.add("load", () => held);
  const add = (urgency: Urgency, name: string) =>
    queue.add(urgency, async () => {
      done.push(name);
    });
  const finished = async () => {
    const end = new Promise<void>((resolve) => queue.add("load", async () => resolve()));
    letGo();
    await end;
    return done;
  };
  return { queue, add, finished };
}

test("a reading is done before the looks that came earlier, and those before loads", async () => {
  const { add, finished } = busy();
  add("load", "model");
  add("look", "first look");
  add("look", "second look");
  add("reading", "answer");
  expect(await finished()).toEqual(["answer", "first look", "second look", "model"]);
});

test("what fails stops nothing", async () => {
  const { queue, add, finished } = busy();
  queue.add("reading", () => Promise.reject(new Error("no such picture")));
  add("reading", "answer");
  expect(await finished()).toEqual(["answer"]);
});
