/** Memory for a network's numbers, and the matrix product over them (matmul.wat). */
import program from "./matmul.wat";

/** Numbers in rows, one after the other. */
export interface Matrix {
  values: Float32Array;
  rows: number;
  columns: number;
}

/**
 * How a matrix on the left of a product lies among numbers: the value in row i and column (line, k) is number
 * i · row + line · line + k · column after the first. Rows may overlap, as the windows of a convolution do.
 */
export interface Layout {
  values: Float32Array;
  rows: number;
  lines: number;
  /** Columns within a line. */
  columns: number;
  /** Distances, in numbers. */
  apart: { row: number; line: number; column: number };
}

const PAGE = 65_536; // bytes
const FLOAT = 4; // bytes
const BEYOND = 16; // bytes that matmul may read after the end of a matrix

type Multiply = (
  rows: number,
  columns: number,
  lines: number,
  inner: number,
  a: number,
  aRow: number,
  aLine: number,
  aColumn: number,
  b: number,
  c: number,
  add: number,
) => void;

export class Workspace {
  readonly #memory: WebAssembly.Memory;
  readonly #multiply: Multiply;
  #used = 0;

  /**
   * @param megabytes for all numbers; the system provides them when they are first used
   */
  constructor(megabytes = 96) {
    this.#memory = new WebAssembly.Memory({ initial: (megabytes * 2 ** 20) / PAGE });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program), {
      page: { memory: this.#memory },
    });
    this.#multiply = exports.matmul as Multiply;
  }

  /** Numbers that are 0 at first. Only such numbers can be multiplied. */
  floats(count: number): Float32Array {
    const values = new Float32Array(this.#memory.buffer, this.#used, count);
    this.#used += Math.ceil((count * FLOAT + BEYOND) / BEYOND) * BEYOND;
    return values;
  }

  /** C = A·B, or C = C + A·B. */
  multiply(a: Layout, b: Matrix, c: Matrix, add = false): void {
    const inner = a.lines * a.columns;
    if (inner !== b.rows || a.rows !== c.rows || b.columns !== c.columns || inner === 0) {
      throw new RangeError(
        `${a.rows} by ${inner} times ${b.rows} by ${b.columns} into ${c.rows} by ${c.columns}`,
      );
    }
    const { row, line, column } = a.apart;
    const last = (a.rows - 1) * row + (a.lines - 1) * line + (a.columns - 1) * column;
    this.#check(a.values, last + 1);
    this.#check(b.values, b.rows * b.columns);
    this.#check(c.values, c.rows * c.columns);
    const [atA, atB, atC] = [a.values.byteOffset, b.values.byteOffset, c.values.byteOffset];
    const strides = [row * FLOAT, line * FLOAT, column * FLOAT] as const;
    this.#multiply(c.rows, c.columns, a.lines, a.columns, atA, ...strides, atB, atC, Number(add));
  }

  #check(values: Float32Array, count: number): void {
    if (values.buffer !== this.#memory.buffer || values.length < count) {
      throw new RangeError(`${count} numbers are not in this workspace`);
    }
  }
}

/** A matrix as the left side of a product. */
export function plain({ values, rows, columns }: Matrix): Layout {
  return { values, rows, lines: 1, columns, apart: { row: columns, line: 0, column: 1 } };
}

/** The same, with its rows and columns exchanged. */
export function transposed({ values, rows, columns }: Matrix): Layout {
  return { values, rows: columns, lines: 1, columns: rows, apart: { row: 1, line: 0, column: columns } };
}
