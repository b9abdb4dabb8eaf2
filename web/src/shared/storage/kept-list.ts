/** Records of one kind that the browser keeps, as a list that follows what other tabs keep. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { forget, inStore } from "./database";

interface KeptRecord {
  id: string;
  /** When it was kept, in milliseconds. */
  date: number;
}

export class KeptList<Kept extends KeptRecord> {
  readonly #records = signal<readonly Kept[] | null>(null);
  /** In the order of keeping; null until loaded. */
  readonly records: ReadonlySignal<readonly Kept[] | null> = this.#records;
  #loading: Promise<void> | null = null;

  /** @param kind begins the key of each record, and names the channel between tabs */
  constructor(readonly kind: string) {}

  #keyOf(id: string): string {
    return `${this.kind} ${id}`;
  }

  /** Load the records, and follow other tabs from then on; a tab in the background may have been asleep. */
  load(): Promise<void> {
    if (!this.#loading) {
      new BroadcastChannel(this.#channel).onmessage = () => void this.#read();
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") void this.#read();
      });
    }
    this.#loading ??= this.#read();
    return this.#loading;
  }

  /** Show records and store them, in place of earlier ones of their ids. */
  async keep(records: readonly Kept[]): Promise<void> {
    const ids = new Set(records.map(({ id }) => id));
    this.#records.value = [...this.#without(ids), ...records].sort((a, b) => a.date - b.date);
    const put = (store: IDBObjectStore) =>
      records.map((record) => store.put(record, this.#keyOf(record.id))).at(-1) as IDBRequest<IDBValidKey>;
    await inStore("kept", "readwrite", put, this.#channel);
    this.#tellOtherTabs();
  }

  async forget(id: string): Promise<void> {
    this.#records.value = this.#without(new Set([id]));
    await forget("kept", [this.#keyOf(id)]);
    this.#tellOtherTabs();
  }

  #tellOtherTabs(): void {
    const channel = new BroadcastChannel(this.#channel);
    channel.postMessage(null);
    channel.close();
  }

  get #channel(): string {
    return `shuzi ${this.kind}s`;
  }

  #without(ids: ReadonlySet<string>): readonly Kept[] {
    return (this.#records.peek() ?? []).filter(({ id }) => !ids.has(id));
  }

  async #read(): Promise<void> {
    const all = IDBKeyRange.bound(this.#keyOf(""), this.#keyOf("\uffff"));
    const read = (store: IDBObjectStore) => store.getAll(all) as IDBRequest<Kept[]>;
    const stored = (await inStore("kept", "readonly", read)) ?? this.#records.peek() ?? [];
    this.#records.value = [...stored].sort((a, b) => a.date - b.date);
  }
}
