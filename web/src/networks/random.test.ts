import { expect, test } from "vitest";
import { Order, RandomGenerator } from "./random";

// numpy.random.default_rng(seeds) of NumPy 2.4
test.each([
  [
    [0, 0],
    {
      numbers: [0.6369616873214543, 0.2697867137638703, 0.04097352393619469],
      order: [9, 2, 7, 4, 5, 11, 0, 3, 6, 10, 8, 1],
      last: [15785, 48632, 33375],
    },
  ],
  [
    [3, 1],
    {
      numbers: [0.25325307785026463, 0.40719719128199483, 0.34136758203912354],
      order: [0, 4, 11, 1, 2, 5, 10, 7, 9, 8, 6, 3],
      last: [4027, 12694, 12819],
    },
  ],
  [
    [2147483647, 2, 70000],
    {
      numbers: [0.7047548413430279, 0.9344290571958888, 0.3191473185028256],
      order: [0, 6, 9, 10, 7, 11, 4, 2, 8, 1, 5, 3],
      last: [48673, 3045, 53299],
    },
  ],
  [
    [1, 2, 3, 4, 5],
    {
      numbers: [0.516890162668878, 0.6274779235631688, 0.16585436148247834],
      order: [7, 0, 6, 5, 9, 3, 2, 4, 10, 1, 8, 11],
      last: [25768, 48529, 41227],
    },
  ],
] as const)("seeds %j give NumPy's numbers", (seeds, expected) => {
  const drawn = <T>(draw: (generator: RandomGenerator) => T) => {
    const generator = new RandomGenerator(seeds);
    return Array.from({ length: 3 }, () => draw(generator));
  };
  expect(drawn((generator) => generator.double())).toEqual(expected.numbers);
  expect(Array.from(new RandomGenerator(seeds).permutation(12))).toEqual(expected.order);
  expect(Array.from(new RandomGenerator(seeds).permutation(55_000).subarray(-3))).toEqual(expected.last);
});

test("an order has every image once an epoch, wherever it is entered", () => {
  const order = new Order(7, 5);
  const whole = Array.from(order.take(0, 21));
  for (let epoch = 0; epoch < 3; epoch++) {
    expect(whole.slice(7 * epoch, 7 * epoch + 7).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  }
  expect(Array.from(new Order(7, 5).take(5, 16))).toEqual(whole.slice(5, 16));
});
