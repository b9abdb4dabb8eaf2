/** A button that opens the file picker, or a phone's camera. */
import { Icon, type IconName } from "./icons";

/** All that a picture may be. */
export const PICTURES = "image/*,.pdf,.heic,.heif,.tif,.tiff";

interface Properties {
  label: string;
  icon?: IconName;
  accept: string;
  /** For tests. */
  test: string;
  take: (files: readonly File[]) => void;
  look?: "primary" | "plain" | "";
  isMultiple?: boolean;
  isCamera?: boolean;
}

export function FileButton(properties: Properties) {
  const { label, icon, accept, test, take, look = "", isMultiple = false, isCamera = false } = properties;
  return (
    <label class={`button file ${look} ${isCamera ? "camera" : ""}`}>
      {icon && <Icon name={icon} />}
      {label}
      <input
        type="file"
        class="covering"
        accept={accept}
        multiple={isMultiple}
        {...(isCamera ? { capture: "environment" as const } : {})}
        data-testid={test}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          if (files.length > 0) take(files);
          currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
    </label>
  );
}
