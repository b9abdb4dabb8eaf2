/** The service's readings and models, and the requests for them. */
import { type Request, request } from "./api";
import type { Digit, Ignored, Model, Models, Reading, Readings, Score, Unread } from "./shapes";

export type { Digit, Ignored, Model, Reading, Score, Unread };
export type Status = Reading["status"];
/** x, y, width, height in the upright picture, in pixels. */
export type Box = Readonly<Digit["box"]>;

/** Read one picture; a File is sent with its name. A PDF with several pages gives several readings. */
export async function readPicture(
  picture: Blob,
  asked: { model: string; explain: boolean } & Pick<Request, "signal" | "onBusy">,
): Promise<(Reading | Unread)[]> {
  const { model, explain, ...rest } = asked;
  const path = `v1/read?${new URLSearchParams({ model, explain: String(explain) })}`;
  let body: Blob | FormData = picture;
  if (picture instanceof File) {
    body = new FormData();
    body.append("picture", picture);
  }
  return (await request<Readings>(path, { method: "POST", body, ...rest })).readings;
}

export async function listModels(asked: Pick<Request, "signal" | "onBusy"> = {}): Promise<Model[]> {
  return (await request<Models>("v1/models", asked)).models;
}
