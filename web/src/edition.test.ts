import { expect, test } from "vitest";
import { isOtherMachine } from "./edition";

test("a service on another machine is not called this machine", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
    expect(isOtherMachine(host)).toBe(false);
  for (const host of ["192.168.1.7", "shuzi.example", "localhost.example", "127.example"])
    expect(isOtherMachine(host)).toBe(true);
});
