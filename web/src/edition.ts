/**
 * Which edition of the page this is: "served" by shuzi serve; "static", a folder on any web server; or one "file" that
 * is opened from disk. Only the first has a service to ask.
 */
export const edition = import.meta.env.EDITION;

export const hasService = edition === "served";

/** Whether a host is another machine than the browser's, as it is for a phone. */
export function isOtherMachine(host: string): boolean {
  return !/^(localhost|127\.[\d.]+|\[::1\])$/.test(host);
}

/** Whether it has the model of displays, which is left out of the smaller file. */
export const hasDisplays = import.meta.env.DISPLAYS;

/** How many images networks can be trained on in this edition; a twelfth more is for validation. */
export const trainingImages = import.meta.env.TRAINING_IMAGES;

/** How many test images there are then: of MNIST's 70,000 images, a seventh. */
export const testImages = (trainingImages * 2) / 11;

/** Return those of the numbers of training images that this edition has; the last means all images. */
export function sizesHere<Size extends number>(sizes: readonly Size[]): Size[] {
  return sizes.filter((size, index) => size < trainingImages || index === sizes.length - 1);
}
