/** What is being reviewed, kept in the browser's database, since it may be too large for local storage. */

const NAME = "shuzi.forms";
const STORE = "review";

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** Keep a value; null forgets it. If that is forbidden, it lasts as long as the page is open. */
export async function keep(key: string, value: unknown): Promise<void> {
  try {
    const store = (await opened()).transaction(STORE, "readwrite").objectStore(STORE);
    if (value === null) store.delete(key);
    else store.put(value, key);
  } catch {
    // a private window
  }
}

/** What was kept; undefined if nothing was. */
export async function kept(key: string): Promise<unknown> {
  try {
    const asked = (await opened()).transaction(STORE).objectStore(STORE).get(key);
    return await new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } catch {
    return undefined;
  }
}
