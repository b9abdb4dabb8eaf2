/** Pictures that were chosen, dropped, pasted or taken; each is read separately, two at a time. */
import { computed, type Signal, signal } from "@preact/signals";
import type { HowToRead, Reading, Unread } from "../../readings";
import { Corrections } from "../digits";
import type { Patch } from "../patches";
import { Question } from "./question";

export interface Picture {
  id: number;
  file: File;
  /** The URL for showing it. */
  url: string;
  /** Whether the browser can show it: it cannot show PDF and HEIC, which the service reads anyway. */
  isShowable: Signal<boolean>;
  question: Question<null>;
  /** Of each of its pages. */
  corrections: Corrections[];
}

/** One entry in the list: a picture, or one of its pages. */
export interface Entry {
  picture: Picture;
  page: number;
  reading: Reading | Unread | null;
  corrections: Corrections;
}

/** The corrections of a page of a picture, both numbered from 0. */
export interface Corrected {
  picture: number;
  page: number;
  patches: readonly Patch[];
}

const AT_ONCE = 2;

export class Pictures {
  readonly #all = signal<readonly Picture[]>([]);
  readonly #chosen = signal(0);
  #numbered = 0;
  /** Incremented when all are read again, so that an earlier round stops. */
  #round = 0;
  /** How they were last read, or are being read. */
  how: HowToRead | null = null;

  readonly entries = computed<readonly Entry[]>(() =>
    this.#all.value.flatMap((picture): Entry[] => {
      const readings = picture.question.answer.value?.readings ?? [];
      if (readings.length === 0)
        return [{ picture, page: 0, reading: null, corrections: correctionsOf(picture, 0) }];
      return readings.map((reading, page) => ({
        picture,
        page,
        reading,
        corrections: correctionsOf(picture, page),
      }));
    }),
  );
  readonly chosen = computed<Entry | null>(
    () => this.entries.value[Math.min(this.#chosen.value, this.entries.value.length - 1)] ?? null,
  );

  readonly files = computed<readonly File[]>(() => this.#all.value.map(({ file }) => file));
  /** Of all pages, also of those that are not read yet, or were not this time. */
  readonly corrected = computed<readonly Corrected[]>(() => {
    void this.entries.value; // pages get theirs when they are first shown
    return this.#all.value
      .flatMap(({ corrections }, picture) =>
        corrections.map((correction, page) => ({ picture, page, patches: correction.patches.value })),
      )
      .filter(({ patches }) => patches.length > 0);
  });

  choose(index: number): void {
    this.#chosen.value = index;
  }

  /** Show these pictures in place of the current ones. */
  async show(files: readonly File[], how: HowToRead, corrected: readonly Corrected[] = []): Promise<void> {
    this.close();
    this.#all.value = files.map((file, index) => ({
      id: ++this.#numbered,
      file,
      url: URL.createObjectURL(file),
      isShowable: signal(true),
      question: new Question<null>(),
      corrections: correctionsFrom(corrected.filter(({ picture }) => picture === index)),
    }));
    await this.read(how);
  }

  /** Read all of them, the selected one first; not yet if the model is "". */
  async read(how: HowToRead): Promise<void> {
    this.how = how;
    if (how.model === "") return;
    const round = ++this.#round;
    const first = this.chosen.peek()?.picture;
    const waiting = [...this.#all.peek()].sort((a, b) => Number(b === first) - Number(a === first));
    const readOn = async () => {
      for (let next = waiting.shift(); next && round === this.#round; next = waiting.shift()) {
        await next.question.ask(next.file, null, how);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, readOn));
  }

  close(): void {
    this.#round++;
    for (const { url, question } of this.#all.peek()) {
      question.reset();
      URL.revokeObjectURL(url);
    }
    this.#all.value = [];
    this.#chosen.value = 0;
  }
}

/** The same ones whenever the picture is read, by whatever model. */
function correctionsOf({ corrections }: Picture, page: number): Corrections {
  corrections[page] ??= new Corrections();
  return corrections[page];
}

function correctionsFrom(corrected: readonly Corrected[]): Corrections[] {
  const pages: Corrections[] = [];
  for (const { page, patches } of corrected) pages[page] = new Corrections(patches);
  return pages;
}
