/** Makes deployable code of handlers. Knows functions as requests only: no constructs, no platform. */
export { prebuilt } from './artifact.js';
export { bundle } from './bundle.js';
export { type InlineCode, inlineCode } from './inline.js';
export { LiveBundle, type LiveResult } from './live.js';
export type * from './request.js';
export { type ZipOptions, zip } from './zip.js';
