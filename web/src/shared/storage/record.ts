/**
 * Which stored record this tab works on. Each open tab has one of its own, so that what is written in one never takes
 * the place of what is written in another; a new tab goes on with one that no open tab has.
 */
import { signal } from "@preact/signals";
import { forget, inStore, newId, putTogether, type StoreName } from "./database";
import { remember, remembered } from "./settings";

/** Kept by an earlier version, and by whoever uses one tab only. */
const FIRST = "";
const RELOADED = 10_000; // ms in which the page before a reload lets its record go, or another tab answers
const ANSWERED = 250; // ms in which other tabs say what they have, where the browser has no locks

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
