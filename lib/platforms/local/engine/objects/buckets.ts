import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LocalModel } from '../../model.js';
import { triggerEdge } from '../edges.js';
import type { Incoming } from '../history/events.js';
import type { Deliveries } from '../mail/deliveries.js';
import { type Posting, post } from '../mail/posting.js';
import type { Change, Store } from '../store.js';
import { Bucket, type ObjectChange } from './bucket.js';

/** Who caused a change, where that is known. */
export interface Cause {
  readonly traceId?: string;
  readonly parentId?: string;
  readonly eventId?: string;
}

/** All buckets, and the events of what happens in them. */
export class Buckets {
  readonly all = new Map<string, Bucket>();
  onChange: (bucketPath: string, change: ObjectChange) => void = () => {};
  /** Causes of changes that are under way, by bucket and key. */
  private readonly causes = new Map<string, Cause>();

  constructor(
    private readonly model: LocalModel,
    /** Parent of the buckets' folders. */
    folder: string,
    private readonly store: Store,
    private readonly deliveries: Deliveries,
    private readonly now: () => number,
    private readonly record: (event: Incoming) => string,
  ) {
    for (const [path, spec] of Object.entries(model.buckets)) {
      const name = path.replaceAll('/', '.').replace(/[^\w.-]/g, '_');
      this.all.set(path, new Bucket(spec, join(folder, name), store, (change, more) => this.changed(path, change, more)));
    }
  }

  async open(): Promise<void> {
    for (const bucket of this.all.values()) await bucket.open();
  }

  close(): void {
    for (const bucket of this.all.values()) bucket.close();
  }

  /** Changes a bucket on behalf of an invocation or event, so that what follows belongs to its trace. */
  async change(bucketPath: string, key: string, cause: Cause, work: (bucket: Bucket) => Promise<void>): Promise<void> {
    const at = `${bucketPath}\0${key}`;
    this.causes.set(at, cause);
    try {
      await work(this.all.get(bucketPath)!);
    } finally {
      this.causes.delete(at);
    }
  }

  /** Writes the events of a change in one step. */
  private async changed(bucketPath: string, change: ObjectChange, more: readonly Change[]): Promise<void> {
    const { key, type } = change;
    const {
      traceId = randomBytes(16).toString('hex'),
      parentId,
      eventId: given,
    } = this.causes.get(`${bucketPath}\0${key}`) ?? {};
    const timeMs = this.now();
    const request = () => ({ kind: 'objects' as const, bucketId: bucketPath, key, type });
    const incoming = { kind: 'objects' as const, resourceId: bucketPath, title: `${key} ${type}`, timeMs, traceId, request };
    const eventId = given ?? this.record(incoming);
    const time = new Date(timeMs).toISOString();
    const postings: Posting[] = [];
    for (const [functionPath, { triggers }] of Object.entries(this.model.functions)) {
      for (const [trigger, spec] of Object.entries(triggers)) {
        if (spec.kind !== 'objects' || spec.source !== bucketPath || !spec.events.includes(type)) continue;
        if (!key.startsWith(spec.prefix) || !key.endsWith(spec.suffix)) continue;
        const edgeId = triggerEdge(functionPath, trigger);
        postings.push(
          this.deliveries.prepare(functionPath, {
            ...{ kind: 'objects', trigger, traceId, parentId, eventId },
            body: JSON.stringify({ bucket: bucketPath, ...change, time }),
            origin: { kind: 'objects', resourceId: bucketPath, edgeId, title: `${key} ${type}` },
          }),
        );
      }
    }
    await post(this.store, postings, more);
    this.onChange(bucketPath, change);
  }
}
