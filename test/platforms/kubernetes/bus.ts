import { type EventBusClient, event } from 'faasten/runtime';

/** Answers an event with another one. */
export default event<{ bus: EventBusClient }>(async ({ type, source, data }, { links, log, trigger }) => {
  log.info('got', { type, source, data, trigger });
  await links.bus.publish('answered', { to: type });
});
