import type { ObjectsTriggerSpec } from './bucket.js';
import type { EventTriggerSpec } from './event.js';
import type { QueueTriggerSpec } from './queue.js';
import type { ScheduleTriggerSpec } from './schedule.js';
import type { ChangesTriggerSpec, StreamTriggerSpec } from './stream.js';
import type { TopicTriggerSpec } from './topic.js';

export type TriggerSpec =
  | ScheduleTriggerSpec
  | QueueTriggerSpec
  | TopicTriggerSpec
  | ObjectsTriggerSpec
  | ChangesTriggerSpec
  | StreamTriggerSpec
  | EventTriggerSpec;
export type TriggerKind = TriggerSpec['kind'];
