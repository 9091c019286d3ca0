import { AWS_ACCESS } from './aws-access.js';
import { AWS_HTTP } from './aws-http.js';
import { AWS_MESSAGES } from './aws-messages.js';
import { MESSAGES } from './messages.js';
import { NEUTRAL } from './neutral.js';
import type { Sample } from './sample.js';
import { STORAGE } from './storage.js';

/** Every sample by its name; by origin, in the order of the help. */
export const CATALOGUE: ReadonlyMap<string, Sample> = new Map(
  (['faasten', 'AWS', 'Google Cloud', 'Kubernetes'] as const).flatMap((origin) =>
    Object.entries({ ...NEUTRAL, ...AWS_HTTP, ...AWS_ACCESS, ...AWS_MESSAGES, ...STORAGE, ...MESSAGES }).filter(
      ([, sample]) => sample.origin === origin,
    ),
  ),
);
