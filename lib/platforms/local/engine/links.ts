import type { LocalFunctionModel, LocalLink } from '../model.js';
import { linkEdge } from './edges.js';
import type { FaultInjector } from './faults.js';
import type { Buses } from './mail/buses.js';
import type { Deliveries } from './mail/deliveries.js';
import type { Topics } from './mail/topics.js';
import type { Buckets } from './objects/buckets.js';
import type { Signer } from './objects/signer.js';
import type { FunctionRunner } from './runner.js';
import type { SocketServer } from './sockets/server.js';
import type { Invocation } from './worker/worker.js';

/** Operations that each access allows. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  send: ['send'],
  publish: ['publish'],
  push: ['send', 'disconnect'],
  invoke: ['call', 'start'],
  read: ['get', 'list', 'signedUrl:GET'],
  write: ['put', 'delete', 'signedUrl:PUT'],
  readWrite: ['get', 'list', 'put', 'delete', 'signedUrl:GET', 'signedUrl:PUT'],
};

/** A use of a link, as it is shown in traces. */
export interface LinkUse {
  readonly invocationId: string;
  readonly traceId: string;
  readonly edgeId: string;
  readonly resourceId: string;
  /** `put orders/17.json` */
  readonly name: string;
  readonly startTimeMs: number;
  readonly durationMs: number;
  readonly error?: string;
}

export interface LinkTargets {
  readonly runners: ReadonlyMap<string, FunctionRunner>;
  readonly deliveries: Deliveries;
  readonly topics: Topics;
  readonly buses: Buses;
  readonly sockets: ReadonlyMap<string, SocketServer>;
  readonly buckets: Buckets;
  readonly signer: Signer;
  now(): number;
  onUse(use: LinkUse, functionPath: string): void;
  readonly faults?: FaultInjector;
}

/** Answers what a function's links ask for: what it was linked to, and no more. */
export class Links {
  constructor(
    private readonly fn: LocalFunctionModel,
    private readonly targets: LinkTargets,
  ) {}

  async ask(address: string, operation: string, argument: any, invocation: Invocation): Promise<unknown> {
    const [kind, path] = [address.slice(0, address.indexOf(':')), address.slice(address.indexOf(':') + 1)];
    const wanted = operation === 'signedUrl' ? `signedUrl:${argument.method}` : operation;
    const found = Object.entries(this.fn.links).find(
      ([, link]) => link.kind === kind && link.target === path && ALLOWED[link.access]!.includes(wanted),
    );
    if (!found)
      throw Object.assign(new Error(`is not allowed: '${this.fn.path}' has no link to '${path}' that may`), { status: 403 });
    const [name, link] = found;
    const use = {
      invocationId: invocation.about.requestId,
      traceId: invocation.about.trace.traceId,
      edgeId: linkEdge(this.fn.path, name),
      resourceId: path,
      name: argument.key === undefined ? operation : `${operation} ${argument.key}`,
      startTimeMs: this.targets.now(),
    };
    const started = performance.now();
    try {
      await this.targets.faults?.link(this.fn.path, name);
      const result = await this.answer(link, operation, argument, invocation);
      this.targets.onUse({ ...use, durationMs: performance.now() - started }, this.fn.path);
      return result;
    } catch (error) {
      this.targets.onUse({ ...use, durationMs: performance.now() - started, error: (error as Error).message }, this.fn.path);
      throw error;
    }
  }

  private async answer(link: LocalLink, operation: string, argument: any, { about }: Invocation): Promise<unknown> {
    const { runners, deliveries, topics, buses, sockets, buckets, signer } = this.targets;
    const { target } = link;
    const cause = { traceId: about.trace.traceId, parentId: about.requestId };
    switch (operation) {
      case 'send':
        return link.kind === 'websocket'
          ? sockets.get(target)!.send(argument.connectionId, argument.text)
          : deliveries.send(target, { ...argument, ...cause });
      case 'disconnect':
        return sockets.get(target)!.disconnect(argument.connectionId);
      case 'publish':
        return link.kind === 'bus'
          ? buses.publish(target, { ...argument, ...cause })
          : topics.publish(target, { ...argument, ...cause });
      case 'start': {
        const origin = { kind: 'call' as const, resourceId: this.fn.path, title: `started by ${this.fn.path}` };
        return deliveries.event(target, { kind: 'call', body: argument.body, ...cause, origin });
      }
      case 'call': {
        const origin = { kind: 'call' as const, resourceId: this.fn.path, title: `called by ${this.fn.path}` };
        const { result, error } = await runners
          .get(target)!
          .run({ task: { kind: 'call', body: argument.body }, origin, ...cause });
        if (result?.of === 'call' && result.error === undefined) return result.body;
        const reason = result?.of === 'call' ? result.error : error?.message;
        throw Object.assign(new Error(`was answered by an error: ${reason}`), { status: 500 });
      }
      case 'get':
        return buckets.all.get(target)!.get(argument.key);
      case 'put':
        return buckets.change(target, argument.key, cause, (bucket) =>
          bucket.put(argument.key, argument.bytes, argument.contentType),
        );
      case 'delete':
        return buckets.change(target, argument.key, cause, (bucket) => bucket.delete(argument.key));
      case 'list':
        return buckets.all.get(target)!.list(argument.prefix, argument.after);
      case 'signedUrl':
        return signer.url(target, argument);
      default:
        throw new Error(`is no operation of a ${link.kind}`);
    }
  }
}
