import type { Construct } from 'constructs';
import { Bucket, EventBus, HttpApi, Queue, Schedule, ServerlessFunction, Service, Topic, WebSocketApi } from 'faasten';

const { KILL_LOG = '', KILL_TIMES = '' } = process.env;

/** One of everything that outlives a process: what is sent to it, and who takes it. */
export default (scope: Construct) => {
  const service = new Service(scope, 'Kill', { root: __dirname });
  const jobs = new Queue(service, 'Jobs', { maxAttempts: 1000 });
  const poison = new Queue(service, 'Poison', { maxAttempts: 2 });
  const orders = new Queue<{ n: string }, true>(service, 'Orders', { fifo: true, maxAttempts: 1000 });
  const archive = new Queue(service, 'Archive', { maxAttempts: 1000 });
  const news = new Topic(service, 'News');
  const bus = new EventBus(service, 'Bus');
  const files = new Bucket(service, 'Files');
  archive.subscribe('News', news);
  const work = new ServerlessFunction(service, 'Work', {
    entry: 'work.ts',
    environment: { LOG: KILL_LOG },
    retry: { maxAttempts: 1000 },
    triggers: {
      Jobs: jobs.messages({ batchSize: 4 }),
      Poison: poison.messages(),
      Orders: orders.messages({ batchSize: 3 }),
      Archive: archive.messages(),
      News: news.messages(),
      Bus: bus.events({ types: ['made'] }),
      Files: files.objects({ prefix: 'in/' }),
      ...Object.fromEntries(KILL_TIMES.split(' ').map((time, index) => [`At${index}`, Schedule.at(time)])),
    },
  });
  const web = new ServerlessFunction(service, 'Web', {
    entry: 'web.ts',
    links: { jobs, poison, orders, news, bus, files: files.writeOnly(), work },
  });
  new HttpApi(service, 'Api', { routes: { 'POST /{kind}/{n}': web } });
  new WebSocketApi(service, 'Sockets').addRoute('say', { handler: web, replies: true });
};
