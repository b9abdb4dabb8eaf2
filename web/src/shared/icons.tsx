/** Icons drawn as lines in the colour of the surrounding text. */

const PATHS = {
  undo: "M4 8h8.5a4 4 0 0 1 0 8H8M7.5 4.5 4 8l3.5 3.5",
  clear: "M5 5l10 10M15 5 5 15",
  picture: "M3.5 4.5h13v11h-13zM3.5 13l3.5-3.5 3 3 2.5-2 4 3.5M13 8.2v.01",
  camera: "M3.5 6.5h3l1.2-2h4.6l1.2 2h3v9.5h-13zM10 13.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 1 0 0 5.4",
  play: "M7 4.5v11l8.5-5.5z",
  pause: "M7 4.500v11M13 4.500v11",
  pen: "M4 16l.8-3.6L13.2 4 16 6.8 7.6 15.2zM11.5 5.7l2.8 2.8",
  copy: "M7 7V4h9v9h-3M4 7h9v9H4z",
  save: "M10 3.5v9M6.5 9 10 12.5 13.5 9M4 16h12",
  ok: "M4.5 10.5l3.7 3.7 7.3-8.4",
  unsure: "M7 7.2C7.2 5.3 8.5 4.3 10.1 4.3c1.8 0 3.1 1.1 3.1 2.7 0 2.3-3.1 2.6-3.1 5M10.1 15.7v.01",
  "not-a-digit": "M5.5 5.5l9 9M14.5 5.5l-9 9",
  blank: "M4.5 10h11",
  back: "M12 4.500 6.5 10l5.5 5.500",
  next: "M8 4.500 13.5 10 8 15.500",
  remove: "M5.5 5.500 14.500 14.500M14.500 5.500 5.500 14.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
