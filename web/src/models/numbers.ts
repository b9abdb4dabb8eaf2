/** Numbers in the current language's format. */
import { language } from "../language";
import { inPercent } from "../shared/percent";

const format = (value: number, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(language.value, options).format(value);

export const whole = (value: number): string => format(value, { maximumFractionDigits: 0 });

/** 0.917 is 91.70 %. */
export const percentage = (value: number): string =>
  inPercent(format(100 * value, { minimumFractionDigits: 2, maximumFractionDigits: 2 }));

/** 33,277 is 33 kB, as on the command line. */
export function bytes(size: number): string {
  return size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e3).toFixed(0)} kB`;
}
