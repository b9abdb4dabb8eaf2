/** The page's database in the browser (IndexedDB). Whether the browser allows one is known once it was tried. */
import { signal } from "@preact/signals";

const NAME = "shuzi";
const VERSION = 1;
/** "digits": kept digits, numbered; "sheets": the last sheet, under the key "last". */
const STORES = { digits: { autoIncrement: true, keyPath: "id" }, sheets: {} } as const;
export type StoreName = keyof typeof STORES;

/** Whether the browser refuses to store anything, as some do in private windows and for files from disk. */
export const isStorageRefused = signal(false);

let opened: Promise<IDBDatabase> | null = null;

/**
 * Do something in a store, in a transaction of its own.
 *
 * @returns what the request gives; null if the browser stores nothing, and then `isStorageRefused` is set
 */
export async function inStore<T>(
  name: StoreName,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | null> {
  try {
    opened ??= open();
    const transaction = (await opened).transaction(name, mode);
    const request = act(transaction.objectStore(name));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
    return request.result;
  } catch {
    opened = null; // what failed once may work later, for instance when there is room again
    isStorageRefused.value = true;
    return null;
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      // another tab with a newer page may upgrade
      request.result.onversionchange = () => request.result.close();
      request.result.onclose = () => {
        opened = null;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}
