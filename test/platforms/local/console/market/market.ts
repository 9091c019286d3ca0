import type { Construct } from 'constructs';
import {
  Authorizer,
  Bucket,
  Duration,
  EventBus,
  HttpApi,
  Queue,
  Schedule,
  Secret,
  ServerlessFunction,
  Service,
  Topic,
  WebSocketApi,
} from 'faasten';

/** One of everything, with objectives, whose functions do what they are told: work, fail, take long. */
export class Market extends Service {
  constructor(scope: Construct, id = 'Market') {
    super(scope, id, {
      root: __dirname,
      defaults: { memoryMiB: 128 },
      slo: { availability: 99, latency: { percentile: 95, threshold: Duration.millis(300) } },
    });
    const fn = (name: string, props: object = {}) =>
      new ServerlessFunction(this, name, { entry: 'handlers/anything.ts', ...props });

    const orders = new Queue(this, 'Orders', { maxAttempts: 3 });
    const news = new Topic(this, 'News');
    const bus = new EventBus(this, 'Bus');
    const photos = new Bucket(this, 'Photos');
    const sockets = new WebSocketApi(this, 'Sockets', {
      authorizer: Authorizer.function('Names', fn('Names'), { query: ['token'] }),
    });

    const charge = fn('Charge', { secrets: { PAYMENT_KEY: Secret.fromName('market/payment-key') } });
    const web = fn('Web', { links: { orders, photos: photos.readWrite() } });
    const partners = Authorizer.function('Partners', fn('Doorkeeper'), { headers: ['X-Word'], cacheFor: Duration.seconds(0) });
    const customers = Authorizer.jwt('Customers', { issuer: 'https://id.market.example', audiences: ['market', 'admin'] });
    new HttpApi(this, 'Api', {
      routes: {
        'GET /products': web,
        'POST /orders': { handler: fn('CreateOrder', { links: { orders } }), authorizer: customers, scopes: ['orders:write'] },
        'GET /partner': { handler: web, authorizer: partners },
        'GET /busy': { handler: web, throttle: { requestsPerSecond: 1, burst: 1 } },
      },
    });
    fn('Fulfil', {
      memoryMiB: 512,
      links: { charge, news, bus, sockets },
      triggers: { Orders: orders.messages({ batchSize: 5 }) },
    });
    fn('Notify', { triggers: { News: news.messages({ filter: { status: ['paid'] } }) } });
    fn('Audit', { triggers: { Paid: bus.events({ types: ['order.paid'] }) } });
    fn('Thumbnail', { memoryMiB: 1024, triggers: { Upload: photos.objects({ prefix: 'raw/' }) } });
    fn('Hourly', { triggers: { Hourly: Schedule.rate(Duration.hours(1)) } });
    const chat = fn('Chat', { links: { sockets } });
    sockets.addRoute('$connect', chat);
    sockets.addRoute('$disconnect', chat);
    sockets.addRoute('say', { handler: chat, replies: true });
  }
}
