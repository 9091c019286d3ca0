import type { Construct } from 'constructs';
import { Bucket, Duration, HttpApi, Queue, Schedule, ServerlessFunction, Service, Topic } from '../../lib/index.js';

/** The one service that the suite runs on every target. */
export class Conformance extends Service {
  constructor(scope: Construct, id: string) {
    super(scope, id, { root: __dirname });
    const orders = new Queue(this, 'Orders');
    const news = new Topic(this, 'News');
    const files = new Bucket(this, 'Files');

    const http = new ServerlessFunction(this, 'Http', { entry: 'handlers/http.ts' });
    const validated = new ServerlessFunction(this, 'Validated', { entry: 'handlers/validated.ts' });
    new HttpApi(this, 'Api', {
      routes: {
        'ANY /echo/{id}/part/{name}': http,
        'GET /files/{path+}': http,
        'POST /echo': http,
        'GET /echo': http,
        'HEAD /echo': http,
        'POST /binary': http,
        'GET /cookies': http,
        'DELETE /empty': http,
        'GET /fail': http,
        'GET /redirect': http,
        'POST /validated': validated,
      },
    });

    const events = new ServerlessFunction(this, 'Events', {
      entry: 'handlers/events.ts',
      timeout: Duration.seconds(20),
      triggers: {
        Orders: orders.messages({ batchSize: 10 }),
        News: news.messages({ filter: { status: ['paid'] } }),
        Nightly: Schedule.cron('0 3 * * *'),
        Upload: files.objects({ events: ['created', 'deleted'], suffix: '.jpg' }),
      },
    });
    new ServerlessFunction(this, 'Caller', { entry: 'handlers/http.ts', links: { events } });
  }
}
