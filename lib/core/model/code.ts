/** Code that faasten bundles: a file of the user's, relative to the folder that relative entries start from. */
export interface EntryCodeSpec {
  readonly kind: 'entry';
  /** As the user wrote it, with `/`. */
  readonly entry: string;
}
/** Code that is already built, in the target's native signature. */
export interface PrebuiltCodeSpec {
  readonly kind: 'prebuilt';
  readonly directory: string;
  readonly handler: string;
  readonly runtime: string;
}
/** A container image: an HTTP server on `$PORT` which receives requests and CloudEvents. */
export interface ImageCodeSpec {
  readonly kind: 'image';
  readonly image: string;
}
/** An image that is built from a Dockerfile. */
export interface BuildCodeSpec {
  readonly kind: 'build';
  readonly context: string;
  readonly dockerfile: string;
}
export type CodeSpec = EntryCodeSpec | PrebuiltCodeSpec | ImageCodeSpec | BuildCodeSpec;
