/** The service traces the picture of a blank form, or says where drawn fields are on it. */
import { request } from "../../api";
import type { TracedForm } from "../../generated/shapes";
import { MOST_BYTES, smaller } from "../photographs/smaller";

const SIDE = 4_000; // pixels on the longer side of a picture that is larger than that

export interface Asked {
  file: File;
  page: number;
  paper: string;
  /** Drawn fields, in TOML; "" to have them found. */
  fields: string;
}

/**
 * Trace a page of a picture.
 *
 * @throws ApiError where the service refuses or does not answer
 */
export async function askTrace(
  { file, page, paper, fields }: Asked,
  signal: AbortSignal,
): Promise<TracedForm> {
  const small = file.size > MOST_BYTES ? await smaller(file, SIDE) : null;
  const body = new FormData();
  body.append("picture", small?.file ?? file, file.name);
  if (fields) body.append("fields", new Blob([fields]), "fields");
  const query = new URLSearchParams({ paper, page: String(page) });
  return request<TracedForm>(`v1/forms/trace?${query}`, { body, signal, onBusy: () => undefined });
}
