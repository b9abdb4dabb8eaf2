import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { project } from "../build/project";
import { courseAddress, courseFile } from "../src/project";

const site = "https://digits.test/shuzi/";
const source = "https://code.test/shuzi";

test("a lesson is on the published site, else in the published source, else nowhere", () => {
  expect(courseAddress({ site, source }, "en", "03-numpy")).toBe(`${site}course/03-numpy/index.html`);
  expect(courseAddress({ site, source }, "zh", "03-numpy")).toBe(`${site}zh/course/03-numpy/index.html`);
  expect(courseAddress({ site: "", source }, "zh", "03-numpy")).toBe(
    `${source}/blob/main/course/03-numpy/zh.md`,
  );
  expect(courseAddress({ site, source: "" }, "en")).toBe(`${site}course/index.html`);
  expect(courseAddress({ site: "", source: "" }, "en", "03-numpy")).toBe("");
});

test("the files that are named exist", () => {
  const files = [
    courseFile("en"),
    courseFile("zh"),
    courseFile("en", "03-numpy"),
    courseFile("zh", "03-numpy"),
  ];
  expect(files.filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)))).toEqual([]);
});

test("the build knows the version, and takes no folder and no placeholder for an address", () => {
  expect(project("/build/site")).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\./),
    source: "",
    site: "",
  });
  expect(project("https://digits.test/shuzi").site).toBe(site);
});
