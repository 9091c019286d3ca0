import type { ObjectsTriggerSpec } from './bucket.js';
import type { QueueTriggerSpec } from './queue.js';
import type { ScheduleTriggerSpec } from './schedule.js';
import type { TopicTriggerSpec } from './topic.js';

export type TriggerSpec = ScheduleTriggerSpec | QueueTriggerSpec | TopicTriggerSpec | ObjectsTriggerSpec;
export type TriggerKind = TriggerSpec['kind'];
