/** Limits of Cloud Monitoring, read in November 2026. */
import type { Limit } from '../limits.js';

/** How long a condition in PromQL must hold before it opens an incident, in seconds («retest window»). */
export const RETEST_SECONDS: Limit = { min: 0, max: 86_400, source: 'https://cloud.google.com/monitoring/alerts/using-promql' };

/**
 * How far back conditions may look, in seconds. PromQL itself may for two years, and past 25 hours since June 2026
 * (https://docs.cloud.google.com/release-notes#June_29_2026); metrics of Google's services are kept for six weeks at least.
 */
export const KEPT_SECONDS: Limit = {
  min: 0,
  max: 42 * 86_400,
  source: 'https://cloud.google.com/monitoring/quotas#data_retention_policy',
};

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

const OBJECTIVE = 'https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives';

/** `rolling_period_days` of an objective. */
export const SLO_DAYS: Limit = { min: 1, max: 30, source: OBJECTIVE };
/** `goal` of an objective, a share. */
export const GOAL: Limit = { min: 0.01, max: 0.9999, source: OBJECTIVE };

/** Longest id of a service that objectives are of. */
export const SERVICE_ID_LENGTH = 63;

/** Length of a filter, in characters: https://cloud.google.com/monitoring/quotas */
export const FILTER_LENGTH: Limit = { min: 1, max: 2048, source: 'https://cloud.google.com/monitoring/quotas' };

/** Widgets of a dashboard. */
export const WIDGETS_PER_DASHBOARD: Limit = { min: 1, max: 100, source: 'https://cloud.google.com/monitoring/quotas' };
