/** Records of one kind that the browser keeps, as a list that follows what other tabs keep. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { forget, inStore, type StoreName } from "./database";

interface KeptRecord {
  id: string;
  /** When it was kept, in milliseconds. */
  date: number;
}

export class KeptList<Kept extends KeptRecord> {
  readonly #records = signal<readonly Kept[] | null>(null);
  /** In the order of keeping; null until loaded. */
  readonly records: ReadonlySignal<readonly Kept[] | null> = this.#records;
  readonly #store: StoreName;
  readonly #kind: string;
  #loading: Promise<void> | null = null;

  /** @param kind begins the key of each record, and names the channel between tabs */
  constructor(store: StoreName, kind: string) {
    this.#store = store;
    this.#kind = kind;
  }

  keyOf(id: string): string {
    return `${this.#kind} ${id}`;
  }

  get(id: string): Kept | undefined {
    return this.#records.peek()?.find((record) => record.id === id);
  }

  /** Load the records, and follow other tabs from then on. */
  load(): Promise<void> {
    if (!this.#loading) new BroadcastChannel(this.#channel).onmessage = () => void this.#read();
    this.#loading ??= this.#read();
    return this.#loading;
  }

  /** Show a record, in place of an earlier one of its id, without storing it. */
  show(record: Kept): void {
    const others = this.#without(record.id);
    this.#records.value = [...others, record].sort((a, b) => a.date - b.date);
  }

  /** Show a record and store it. */
  async keep(record: Kept): Promise<void> {
    this.show(record);
    const key = this.keyOf(record.id);
    await inStore(this.#store, "readwrite", (store) => store.put(record, key), key);
    this.tellOtherTabs();
  }

  /** @param more keys of what belongs to the record */
  async forget(id: string, more: readonly string[] = []): Promise<void> {
    this.#records.value = this.#without(id);
    await forget(this.#store, [this.keyOf(id), ...more]);
    this.tellOtherTabs();
  }

  tellOtherTabs(): void {
    const channel = new BroadcastChannel(this.#channel);
    channel.postMessage(null);
    channel.close();
  }

  get #channel(): string {
    return `shuzi ${this.#kind}s`;
  }

  #without(id: string): readonly Kept[] {
    return (this.#records.peek() ?? []).filter((record) => record.id !== id);
  }

  async #read(): Promise<void> {
    const all = IDBKeyRange.bound(this.keyOf(""), this.keyOf("\uffff"));
    const read = (store: IDBObjectStore) => store.getAll(all) as IDBRequest<Kept[]>;
    const stored = (await inStore(this.#store, "readonly", read)) ?? this.#records.peek() ?? [];
    this.#records.value = [...stored].sort((a, b) => a.date - b.date);
  }
}
