/** The networks from QR codes that this browser keeps, beside those that were trained in the page. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { inStore } from "../../shared/storage/database";

/** A network as it was scanned. */
export interface KeptCode {
  /** The hash of the code's content, so that a code scanned twice is one network. */
  id: string;
  /** The name from the code or the user; "" if none. */
  name: string;
  /** When it was kept, in milliseconds. */
  date: number;
  onnx: Uint8Array<ArrayBuffer>;
}

const STORE = "networks";
const CHANNEL = "shuzi codes";
const PREFIX = "scanned.";
const keyOf = (id: string) => `code ${id}`;

const known = signal<readonly KeptCode[] | null>(null);
/** In the order of keeping; null until loaded. */
export const keptCodes: ReadonlySignal<readonly KeptCode[] | null> = known;

/** How it is named among models, and in the address. */
export function codeName(id: string): string {
  return PREFIX + id;
}

export function isCodeName(name: string): boolean {
  return name.startsWith(PREFIX);
}

let loading: Promise<void> | null = null;

/** Load the kept networks, and follow other tabs from then on. */
export function loadCodes(): Promise<void> {
  if (!loading) new BroadcastChannel(CHANNEL).onmessage = () => void load();
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const all = IDBKeyRange.bound(keyOf(""), keyOf("\uffff"));
  const found = await inStore(STORE, "readonly", (store) => store.getAll(all) as IDBRequest<KeptCode[]>);
  known.value = [...(found ?? known.peek() ?? [])].sort((a, b) => a.date - b.date);
}

/** Keep a network, or keep it under another name. */
export async function keepCode(code: KeptCode): Promise<void> {
  await loadCodes();
  const others = (known.peek() ?? []).filter(({ id }) => id !== code.id);
  known.value = [...others, code].sort((a, b) => a.date - b.date);
  await inStore(STORE, "readwrite", (store) => store.put(code, keyOf(code.id)), keyOf(code.id));
  tellOtherTabs();
}

export async function forgetCode(id: string): Promise<void> {
  known.value = (known.peek() ?? []).filter((code) => code.id !== id);
  await inStore(STORE, "readwrite", (store) => store.delete(keyOf(id)), keyOf(id));
  tellOtherTabs();
}

function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}
