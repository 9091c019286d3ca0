import type { Client } from '../clients.js';

/** One link of a function, as its environment tells. */
export interface LinkConfiguration {
  /** Name in the handler's `links`. */
  readonly name: string;
  /** What follows the scheme in `FAASTEN_LINK_<name>`; see wire.ts. */
  readonly address: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes the client of a link. A bundle holds only the drivers its links need: `links/sqs.ts` exports `sqs`, `links/s3http.ts`
 * exports `s3http`, and so on, each named by its scheme in wire.ts. Called once per link and process, when first used.
 */
export type LinkDriver = (link: LinkConfiguration) => Client;
