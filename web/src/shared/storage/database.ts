/** The page's database in the browser (IndexedDB). Whether the browser allows one is known once it was tried. */
import { computed, signal } from "@preact/signals";

const NAME = "shuzi";
const VERSION = 4;
/**
 * "sheets": the last sheet; "forms": a table, its photographs, a blank form; "kept": digits, and networks that were
 * trained here or scanned.
 */
const STORES = ["sheets", "forms", "kept"] as const;
export type StoreName = (typeof STORES)[number];

/** Why something is not stored: the browser allows nothing, as some do in private windows, or there is no room. */
type Trouble = "refused" | "full";

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
      for (const name of STORES) if (!result.objectStoreNames.contains(name)) result.createObjectStore(name);
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

type Kept = "localStorage" | "sessionStorage";

/** @param where "sessionStorage" is this tab's own */
export function remembered(name: string, where: Kept = "localStorage"): string | null {
  try {
    return globalThis[where].getItem(`shuzi.${name}`);
  } catch {
    return null;
  }
}

/** Remember a value; null forgets it. */
export function remember(name: string, value: string | null, where: Kept = "localStorage"): void {
  try {
    if (value === null) globalThis[where].removeItem(`shuzi.${name}`);
    else globalThis[where].setItem(`shuzi.${name}`, value);
  } catch {
    // a private window: the choice lasts as long as the page is open
  }
}

/** Kept by an earlier version, and by whoever uses one tab only. */
const FIRST = "";
const RELOADED = 10_000; // ms in which the page before a reload lets its record go, or another tab answers
const ANSWERED = 250; // ms in which other tabs say what they have, where the browser has no locks

/**
 * Which stored record this tab works on. Each open tab has one of its own, so that what is written in one never takes
 * the place of what is written in another; a new tab goes on with one that no open tab has.
 */
export class OwnRecord {
  /** The number of other records that no open tab has. */
  readonly others = signal(0);
  #id: Promise<string> | null = null;

  /**
   * @param store where it is
   * @param keys the keys of what belongs together
   */
  constructor(
    readonly store: StoreName,
    readonly keys: readonly string[],
  ) {}

  /** What is stored of a part; null if it cannot be had. */
  async get<T>(part: string): Promise<T | undefined | null> {
    const key = await this.#key(part);
    return inStore(this.store, "readonly", (store) => store.get(key) as IDBRequest<T | undefined>);
  }

  async put(part: string, value: unknown): Promise<void> {
    const key = await this.#key(part);
    await inStore(this.store, "readwrite", (store) => store.put(value, key), key);
  }

  /** Put parts that belong together, all or none. */
  async putTogether(values: Readonly<Record<string, unknown>>): Promise<void> {
    const keys = await Promise.all(Object.keys(values).map((part) => this.#key(part)));
    const keyed = Object.values(values).map((value, index) => [keys[index], value]);
    await putTogether(this.store, Object.fromEntries(keyed));
  }

  async forget(parts: readonly string[]): Promise<void> {
    await forget(this.store, await Promise.all(parts.map((part) => this.#key(part))));
  }

  /** The key under which a part of this tab's record is stored. */
  async #key(part: string): Promise<string> {
    this.#id ??= this.#claim();
    return keyOf(await this.#id, part);
  }

  async #claim(): Promise<string> {
    const name = `record.${this.store}`;
    const [ids, held] = await Promise.all([this.#ids(), heldIn(this.store)]);
    const own = remembered(name, "sessionStorage");
    const wanted = [...ids.filter((id) => id !== own), ...(ids.includes(FIRST) ? [] : [FIRST])];
    let claimed = own !== null && (await hold(this.store, own, held, true)) ? own : null;
    for (const id of wanted) claimed ??= (await hold(this.store, id, held)) ? id : null;
    if (claimed === null) {
      claimed = `${String(Date.now()).padStart(15, "0")} ${newId()}`;
      await hold(this.store, claimed, held);
    }
    // if that fails, a reload finds it among those that no tab has
    remember(name, claimed, "sessionStorage");
    this.others.value = ids.filter((id) => id !== claimed && !held.has(id)).length;
    return claimed;
  }

  /** The ids of all records, the newest first. */
  async #ids(): Promise<string[]> {
    const keys = (await inStore(this.store, "readonly", (store) => store.getAllKeys())) ?? [];
    const ids = keys.flatMap((key) =>
      this.keys.flatMap((part) => {
        const text = String(key);
        if (text === part) return [FIRST];
        return text.endsWith(`/${part}`) ? [text.slice(0, -part.length - 1)] : [];
      }),
    );
    return [...new Set(ids)].sort().reverse();
  }
}

function keyOf(id: string, part: string): string {
  return id === FIRST ? part : `${id}/${part}`;
}

function lockOf(store: StoreName, id: string): string {
  return `shuzi ${store} ${id}`;
}

/** The records of other open tabs. */
async function heldIn(store: StoreName): Promise<Set<string>> {
  const start = lockOf(store, "");
  if (navigator.locks) {
    const { held = [] } = await navigator.locks.query();
    return new Set(
      held.flatMap(({ name = "" }) => (name.startsWith(start) ? [name.slice(start.length)] : [])),
    );
  }
  const heldIds = new Set<string>();
  const end = ask(store, (id) => heldIds.add(id));
  await new Promise((resolve) => setTimeout(resolve, ANSWERED));
  end();
  return heldIds;
}

/**
 * Take a record until the page is closed.
 *
 * @param isReload whether the page may be waiting for itself
 * @returns whether no other tab has it
 */
async function hold(store: StoreName, id: string, held: Set<string>, isReload = false): Promise<boolean> {
  if (navigator.locks ? !(await isLocked(store, id, isReload)) : held.has(id)) return false;
  const channel = new BroadcastChannel(lockOf(store, ""));
  channel.addEventListener("message", ({ data }) => {
    if (data === null) channel.postMessage(id);
  });
  return true;
}

/** Ask other tabs what they have, until the returned function is called. */
function ask(store: StoreName, hear: (id: string) => void): () => void {
  const channel = new BroadcastChannel(lockOf(store, ""));
  channel.addEventListener("message", ({ data }) => {
    if (typeof data === "string") hear(data);
  });
  channel.postMessage(null);
  return () => channel.close();
}

/** After a reload, wait until the page before is gone, which on a busy machine takes long, or another tab answers. */
function isLocked(store: StoreName, id: string, isReload: boolean): Promise<boolean> {
  const waiting = new AbortController();
  const end = isReload ? ask(store, (heldId) => heldId === id && waiting.abort()) : () => undefined;
  if (isReload) setTimeout(() => waiting.abort(), RELOADED);
  const options = isReload ? { signal: waiting.signal } : { ifAvailable: true };
  return new Promise<boolean>((resolve) => {
    navigator.locks
      .request(lockOf(store, id), options, (lock) => {
        resolve(lock !== null);
        return lock && new Promise(() => undefined);
      })
      .catch(() => resolve(false)); // another tab has it
  }).finally(end);
}
