import type { LiveEvent } from '../console/protocol.js';
import type { Engine } from './engine.js';
import { bucketState, queueState, scheduleState, socketState, topicState } from './inspector/states.js';

/** Milliseconds between two events of one resource. */
const LEAST = 250;

/** Tells how queues, topics, buckets and schedules are, when they changed and somebody listens. */
export class LiveStates {
  private readonly waiting = new Set<string>();

  constructor(private readonly parts: Engine['parts']) {
    const { deliveries, topics, buckets, schedules, sockets, monitoring, model, now } = parts;
    for (const [id, box] of deliveries.queues) {
      const fifo = model.queues[id]!.fifo !== undefined;
      box.onChange = () => this.later(id, () => ({ type: 'queue', queue: queueState(box, id, 'queue', fifo, now()) }));
    }
    for (const [id, box] of deliveries.functions) {
      box.onChange = () => this.later(id, () => ({ type: 'queue', queue: queueState(box, id, 'function', false, now()) }));
    }
    monitoring.alarms.onChange = (alarm) => parts.history.emit({ type: 'alarm', alarm });
    topics.onPublish = (id) => {
      const state = () => topicState(id, topics.published.get(id)!, topics.subscriptions.get(id)!);
      this.later(id, () => ({ type: 'topic', topic: state() }));
    };
    buckets.onChange = (id) => this.later(id, () => ({ type: 'bucket', bucket: bucketState(id, buckets.all.get(id)!) }));
    for (const [id, server] of sockets) {
      server.onChange = () => this.later(id, () => ({ type: 'socket', socket: socketState(server) }));
    }
    schedules.onRun = (schedule) => {
      const state = () => scheduleState(schedule, (count) => schedules.next(schedule.id, count));
      this.later(schedule.id, () => ({ type: 'schedule', schedule: state() }));
    };
  }

  private later(id: string, make: () => LiveEvent): void {
    const { history } = this.parts;
    if (!history.watched || this.waiting.has(id)) return;
    this.waiting.add(id);
    setTimeout(() => {
      this.waiting.delete(id);
      history.emit(make());
    }, LEAST).unref();
  }
}
