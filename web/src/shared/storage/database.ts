/** The page's database in the browser (IndexedDB). Whether the browser allows one is known once it was tried. */
import { computed, signal } from "@preact/signals";

const NAME = "shuzi";
const VERSION = 3;
/**
 * "digits": kept digits, numbered; "sheets": the last sheet; "forms": a table, its photographs, a blank form;
 * "networks": those that were trained here.
 */
const STORES = {
  digits: { autoIncrement: true, keyPath: "id" },
  sheets: {},
  forms: {},
  networks: {},
} as const;
export type StoreName = keyof typeof STORES;

/** Why something is not stored: the browser allows nothing, as some do in private windows, or there is no room. */
export type Trouble = "refused" | "full";

/** Everything that failed when it was last tried. */
const failed = signal<ReadonlyMap<string, Trouble>>(new Map());
/** Why something that is shown is not stored; null if everything is. */
export const storageTrouble = computed<Trouble | null>(() => {
  const reasons = [...failed.value.values()];
  return reasons.includes("refused") ? "refused" : (reasons[0] ?? null);
});

let opened: Promise<IDBDatabase> | null = null;

/**
 * Do something in a store, in a transaction of its own.
 *
 * @param what what is read or stored, so that `storageTrouble` ends once the same succeeds
 * @returns what the request gives; null if it failed, and then `storageTrouble` says why
 */
export async function inStore<T>(
  name: StoreName,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
  what = `${name} ${mode}`,
): Promise<T | null> {
  try {
    const result = await transacted(name, mode, act);
    // a browser that stores one thing does not refuse the others
    tell([...failed.peek()].filter(([action, why]) => action !== what && why !== "refused"));
    return result;
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    tell([...failed.peek(), [what, isFull ? "full" : "refused"]]);
    return null;
  }
}

function tell(left: readonly (readonly [string, Trouble])[]): void {
  if (left.length > 0 || failed.peek().size > 0) failed.value = new Map(left);
}

/** Put a thing and what belongs to it, both or neither; if that fails, nothing earlier is left in their place. */
export async function putTogether(name: StoreName, values: Readonly<Record<string, unknown>>): Promise<void> {
  const keys = Object.keys(values);
  const put = (store: IDBObjectStore) =>
    keys.map((key) => store.put(values[key], key)).at(-1) as IDBRequest<IDBValidKey>;
  if ((await inStore(name, "readwrite", put, keys[0])) === null) await removed(name, keys);
}

/** Delete what `putTogether` put; what is gone is in no trouble. */
export async function forget(name: StoreName, keys: readonly string[]): Promise<void> {
  await removed(name, keys);
  tell([...failed.peek()].filter(([action]) => !keys.includes(action)));
}

async function removed(name: StoreName, keys: readonly string[]): Promise<void> {
  const remove = (store: IDBObjectStore) =>
    keys.map((key) => store.delete(key)).at(-1) as IDBRequest<undefined>;
  await transacted(name, "readwrite", remove).catch(() => undefined);
}

/** A random name by which records know each other; `crypto.randomUUID` is missing on pages without https. */
export function newId(): string {
  return String(crypto.getRandomValues(new Uint32Array(4)));
}

async function transacted<T>(
  name: StoreName,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  try {
    opened ??= open();
    const transaction = (await opened).transaction(name, mode);
    const request = act(transaction.objectStore(name));
    // else it waits for the request's answer, and a reload meanwhile undoes it; of what is large and is read, Chromium
    // has no answer yet when such a transaction is complete
    if (mode === "readwrite") transaction.commit();
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error); // after an error too, and only then it is known
    });
    return request.result;
  } catch (error) {
    opened = null; // what failed once may work later, for instance when there is room again
    throw error;
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const { result } = request;
      for (const [name, options] of Object.entries(STORES))
        if (!result.objectStoreNames.contains(name)) result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      // another tab with a newer page may upgrade
      request.result.onversionchange = () => {
        request.result.close();
        opened = null;
      };
      request.result.onclose = () => {
        opened = null;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}
