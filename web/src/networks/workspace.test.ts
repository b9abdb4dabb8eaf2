import { expect, test } from "vitest";
import { plain, transposed, Workspace } from "./workspace";

const SHAPES = [1, 3, 4, 5, 8, 10, 13, 16];

test("a product is what the sums say, for every shape, transposed or added", () => {
  const space = new Workspace(1);
  const [a, b, c] = [space.floats(256), space.floats(256), space.floats(256)];
  for (const rows of SHAPES) {
    for (const columns of SHAPES) {
      for (const inner of SHAPES) {
        for (const turned of [false, true]) {
          for (const add of [false, true]) {
            a.set(a.map((_, index) => ((index * 7) % 11) - 5));
            b.set(b.map((_, index) => ((index * 5) % 13) - 6));
            c.fill(2);
            const [high, wide] = turned ? [inner, rows] : [rows, inner];
            const left = { values: a, rows: high, columns: wide };
            space.multiply(
              turned ? transposed(left) : plain(left),
              { values: b, rows: inner, columns },
              { values: c, rows, columns },
              add,
            );
            const expected = Array.from({ length: rows * columns }, (_, index) => {
              const [row, column] = [Math.floor(index / columns), index % columns];
              let sum = add ? 2 : 0;
              for (let k = 0; k < inner; k++) {
                sum += (a[turned ? k * rows + row : row * inner + k] ?? 0) * (b[k * columns + column] ?? 0);
              }
              return sum;
            });
            expect(Array.from(c.subarray(0, rows * columns))).toEqual(expected);
            expect(c[rows * columns] ?? 2).toBe(2); // nothing is written after the end
          }
        }
      }
    }
  }
});

test("windows that overlap are read where they are", () => {
  const space = new Workspace(1);
  const [picture, kernel, sums] = [space.floats(30), space.floats(4), space.floats(5)];
  picture.set(picture.map((_, index) => index * index));
  kernel.set([1, 10, 100, 1000]);
  // windows of 2 lines by 2 numbers, in a picture with 6 columns
  const windows = { values: picture, rows: 5, lines: 2, columns: 2, apart: { row: 1, line: 6, column: 1 } };
  space.multiply(windows, { values: kernel, rows: 4, columns: 1 }, { values: sums, rows: 5, columns: 1 });
  const expected = Array.from(
    sums,
    (_, at) => at ** 2 + 10 * (at + 1) ** 2 + 100 * (at + 6) ** 2 + 1000 * (at + 7) ** 2,
  );
  expect(Array.from(sums)).toEqual(expected);
});

test("shapes that do not fit, and numbers from elsewhere, are refused", () => {
  const space = new Workspace(1);
  const square = () => ({ values: space.floats(16), rows: 4, columns: 4 });
  const refused = (change: object, sentence: string) => {
    expect(() => space.multiply(plain(square()), { ...square(), ...change }, square())).toThrow(sentence);
  };
  refused({ rows: 2 }, "4 by 4 times 2 by 4");
  refused({ values: new Float32Array(16) }, "workspace");
  refused({ values: space.floats(15) }, "workspace");
});
