import type { Construct } from 'constructs';
import { Bucket, HttpApi, Queue, Schedule, Secret, ServerlessFunction, Service, Topic } from '../../lib/index.js';

/** One of each, for the tests of the harness. */
export class Shop extends Service {
  constructor(scope: Construct, id: string) {
    super(scope, id, { root: __dirname });
    const orders = new Queue(this, 'Orders', { maxAttempts: 3 });
    const events = new Topic(this, 'Events');
    const data = new Bucket(this, 'Data');
    const notes = new Bucket(this, 'Notes');

    const create = new ServerlessFunction(this, 'Create', {
      entry: 'handlers/create.ts',
      links: { orders, data: data.writeOnly() },
      secrets: { KEY: Secret.fromName('shop/key') },
    });
    new HttpApi(this, 'Api', { routes: { 'POST /orders': create } });
    const charge = new ServerlessFunction(this, 'Charge', { entry: 'handlers/charge.ts' });
    new ServerlessFunction(this, 'Fulfil', {
      entry: 'handlers/fulfil.ts',
      links: { data: data.readWrite(), events, charge },
      triggers: { Orders: orders.messages() },
    });
    new ServerlessFunction(this, 'Note', {
      entry: 'handlers/note.ts',
      links: { notes: notes.readWrite() },
      triggers: {
        Paid: events.messages({ filter: { status: ['paid'] } }),
        Upload: data.objects({ prefix: 'raw/', suffix: '.jpg', events: ['created', 'deleted'] }),
        Nightly: Schedule.cron('30 2 * * *', { timeZone: 'Europe/Berlin' }),
      },
    });
  }
}
