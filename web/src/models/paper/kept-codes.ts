/** The networks from QR codes that this browser keeps, beside those that were trained in the page. */
import { KeptList } from "../../shared/storage/kept-list";

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

const PREFIX = "scanned.";

const list = new KeptList<KeptCode>("networks", "code");
/** In the order of keeping; null until loaded. */
export const keptCodes = list.records;

/** How it is named among models, and in the address. */
export function codeName(id: string): string {
  return PREFIX + id;
}

export function isCodeName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Load the kept networks, and follow other tabs from then on. */
export function loadCodes(): Promise<void> {
  return list.load();
}

/** Keep a network, or keep it under another name. */
export async function keepCode(code: KeptCode): Promise<void> {
  await list.load();
  await list.keep(code);
}

export function forgetCode(id: string): Promise<void> {
  return list.forget(id);
}
