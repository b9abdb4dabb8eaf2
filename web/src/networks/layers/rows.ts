/** Operations on matrices stored row by row. */

/** Copy a matrix with its rows and columns exchanged. */
export function exchange(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      to[column * rows + row] = from[row * columns + column] as number;
    }
  }
}

/** Write the same row again and again: twice as many each time, which is quicker than one by one. */
export function repeat(row: Float32Array, to: Float32Array, times: number): void {
  const end = times * row.length;
  to.set(row);
  for (let done = row.length; done < end; done *= 2) to.copyWithin(done, 0, Math.min(done, end - done));
}

/** Add all rows to `sum`. */
export function addRows(values: Float32Array, sum: Float32Array, rows: number): void {
  const columns = sum.length;
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, index++) {
      sum[column] = (sum[column] as number) + (values[index] as number);
    }
  }
}
