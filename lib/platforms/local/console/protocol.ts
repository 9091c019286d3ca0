/**
 * What the console and the engine of the local platform say to each other: plain data which survives JSON, and the
 * {@link Inspector} that an engine implements. The server in this folder puts an HTTP API and a stream of events before it.
 *
 * Rules for an engine:
 * - **Ids** are construct paths (`Shop/Orders`); a schedule, which is a trigger, has `<function>/<trigger>`. Invocations, messages and
 *   events have ids of the engine's own. Whatever has an id is found by it until it is dropped; then methods throw `not-found`.
 * - **Units** are in the names: `…Ms` is milliseconds, `…TimeMs` milliseconds since 1970, `…MiB` mebibytes.
 * - **Nothing secret**: values of secrets are replaced by `[secret]` before they get here, as in logs. Environment is shown by name only.
 * - **Untrusted text** (payloads, logs, errors) goes through as text. The console never reads it as HTML.
 * - **Limits**: a list gives a {@link Page} and honours its `limit`; a payload is cut at {@link MAX_PAYLOAD_BYTES}.
 * - **Errors**: throw a FaastenError with one of the {@link ProblemCode}s; anything else is an error of the engine (HTTP 500).
 * - Kinds may grow (`kind`, `type`): the console shows what it does not know in a plain form.
 */
export * from './protocol/common.js';
export * from './protocol/graph.js';
export * from './protocol/inspector.js';
export * from './protocol/invocations.js';
export * from './protocol/live.js';
export * from './protocol/metrics.js';
export * from './protocol/queues.js';
export * from './protocol/resources.js';
export * from './protocol/send.js';
export * from './protocol/sockets.js';
