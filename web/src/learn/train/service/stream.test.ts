import { beforeAll, expect, it, vi } from "vitest";

// the client only needs the address and the language from a browser
beforeAll(() => {
  vi.stubGlobal("location", { search: "?lang=en", pathname: "/", hash: "" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { documentElement: {} });
});

const TOLD = [
  'id: 1\nevent: started\ndata: {"recipe": {"steps": 2}}\n\n',
  ": \n\n", // keep-alive
  'id: 2\nevent: failed\ndata: {"detail": "数字: 太大"}\n\n',
  'id: 3\nevent: done\ndata: {"st', // cut off
].join("");

/** The text in pieces of so many bytes, cut anywhere, even within a character. */
function streamOf(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let start = 0; start < bytes.length; start += size)
        controller.enqueue(bytes.slice(start, start + size));
      controller.close();
    },
  });
}

it.each([1, 2, 3, 7, 50, 1000])(
  "events are whole, however they are cut: %i bytes at a time",
  async (size) => {
    const { eventsOf } = await import("./stream");
    const events = [];
    for await (const event of eventsOf(streamOf(TOLD, size))) events.push(event);
    expect(events).toEqual([
      { id: 1, name: "started", data: { recipe: { steps: 2 } } },
      { id: 2, name: "failed", data: { detail: "数字: 太大" } },
    ]);
  },
);
