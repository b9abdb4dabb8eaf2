/** Python as the judge, where it is installed with what a test needs. */
import { execFileSync } from "node:child_process";

/** What a program prints; null if there is no Python that runs it. */
export function python(program: string, ...values: string[]): string | null {
  for (const name of ["../.venv/bin/python", "python3"]) {
    try {
      return execFileSync(name, ["-c", program, ...values], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    } catch {
      // the next one
    }
  }
  return null;
}
