/** Limits of Cloud Monitoring, read in November 2026. */
import type { Limit } from '../limits.js';

/** How long a condition in PromQL must hold before it opens an incident, in seconds («retest window»). */
export const RETEST_SECONDS: Limit = { min: 0, max: 86_400, source: 'https://cloud.google.com/monitoring/alerts/using-promql' };

/** How often conditions are looked at, in seconds: a multiple of 30. Points of Google's own metrics come each minute. */
export const EVALUATION_SECONDS = 60;

/** After how long without data an incident closes, in seconds: the least that Google takes. */
export const AUTO_CLOSE_SECONDS = 1800;

/** Channels of one alert policy: https://cloud.google.com/monitoring/quotas */
export const CHANNELS_PER_POLICY: Limit = { min: 0, max: 16, source: 'https://cloud.google.com/monitoring/quotas' };

/** Length of the subject of notifications: https://cloud.google.com/monitoring/alerts/doc-variables */
export const SUBJECT_LENGTH = 255;

/**
 * Functions, or queues, of one alert policy. Google has no limit for the length of a query in PromQL; this many names, which are of
 * 49 characters at most and stand in it up to nine times, can still be read. A project has some hundred policies, which a policy for
 * each function would use up: https://cloud.google.com/monitoring/quotas
 */
export const OWNERS_PER_POLICY = 50;
