/** The portable API. No type of a cloud or framework other than `constructs` appears here. */
export { HttpApi } from './api.js';
export type { HttpApiProps, RouteOptions, RouteTarget, ThrottleOptions } from './api-props.js';
export { Authorizer, type FunctionAuthorizerOptions, type JwtOptions } from './authorizer.js';
export { Bucket, type BucketProps, type ObjectsTriggerOptions } from './bucket.js';
export { defineConfig, type FaastenConfig } from './config.js';
export {
  type Capabilities,
  type Emulated,
  FEATURES,
  type Feature,
  type Native,
  type Support,
  type Unsupported,
} from './core/capabilities.js';
export type { BundlePreset, BundlingOptions, CodeReference, EntryRequest, MemberRequest, PreparedCode } from './core/code.js';
export {
  type AlarmModel,
  type ApiModel,
  describe,
  type FunctionModel,
  type QueueModel,
  type ServiceModel,
  type SloModel,
} from './core/describe.js';
export { Duration, type DurationLike } from './core/duration.js';
export { FaastenError } from './core/errors.js';
export type * from './core/model.js';
export type { ChannelBackend, DashboardView, MonitoringPlatform, Notify, Subject } from './core/monitoring/port.js';
export { physicalName } from './core/names.js';
export type { Grant, PermissionModel } from './core/permissions.js';
export {
  type ApiBackend,
  type Backend,
  type BackendLink,
  type BucketBackend,
  type Framework,
  type FunctionBackend,
  type Platform,
  type QueueBackend,
  type TopicBackend,
  Tuning,
  type TuningEntry,
  type WebSocketApiBackend,
} from './core/platform.js';
export type { RouteKey } from './core/route.js';
export { platformOf, usePlatform } from './core/scope.js';
export { Trigger } from './core/trigger.js';
export type { HandlerKind, Linkable, LinkShape, TriggerOf } from './core/typing.js';
export type { CorsOptions } from './cors.js';
export { EventBus, type EventBusProps, type EventTriggerOptions } from './event-bus.js';
export { type EnteredAs, ServerlessFunction } from './function.js';
export type {
  BuildCode,
  EntryCode,
  FunctionProps,
  FunctionSettings,
  ImageCode,
  PrebuiltCode,
  RetryOptions,
} from './function-props.js';
export {
  type AlarmOptions,
  AlertChannel,
  type AlertChannelProps,
  type AlertRouting,
  type ApiAlarms,
  type Existing,
  type FunctionAlarms,
  type MonitoringOptions,
  type QueueAlarms,
  type ServiceMonitoringOptions,
  type SilenceWindow,
  type SlackOptions,
  type SloOptions,
  type WebhookOptions,
  type Weekday,
} from './monitoring.js';
export type { OpenApiDocument } from './openapi/document.js';
export { type OpenApiOptions, toOpenApi } from './openapi/export.js';
export type { OpenApiSource, OperationHandlers, OperationIds, SchemeAuthorizers } from './openapi/import.js';
export {
  type FifoArguments,
  type FifoProps,
  Queue,
  type QueueProps,
  type QueueTriggerOptions,
  type SubscriptionOptions,
} from './queue.js';
export { type HandlerProps, routeHandler } from './route-handlers.js';
export type { RouteSchema, SchemaSource, StandardJsonSchema } from './route-schema.js';
export { type AtOptions, type CronOptions, type RateOptions, Schedule, type ScheduleOptions } from './schedule.js';
export { Secret, type SecretOptions } from './secret.js';
export { type FunctionDefaults, type Rollout, Service, type ServiceProps } from './service.js';
export { Topic, type TopicProps, type TopicTriggerOptions } from './topic.js';
export { WebSocketApi, type WebSocketApiProps, type WebSocketRouteOptions } from './websocket-api.js';
