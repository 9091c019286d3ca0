import type { Construct } from 'constructs';
import {
  Authorizer,
  Bucket,
  type Capabilities,
  Duration,
  EventBus,
  type Feature,
  HttpApi,
  platformOf,
  Queue,
  Schedule,
  ServerlessFunction,
  Service,
  Topic,
  WebSocketApi,
} from '../../lib/index.js';

export const ISSUER = 'https://id.shop.example';
export const AUDIENCE = 'shop';

const MEMBERS = Authorizer.jwt('Members', { issuer: ISSUER, audiences: [AUDIENCE], jwksUri: `${ISSUER}/keys` });

/** What the parts of a service that not every target has are made with. */
interface Surroundings {
  readonly service: Service;
  readonly api: HttpApi;
  /** Says who sends a request, and decides who may. */
  readonly access: ServerlessFunction;
}

/** What not every target has: the service has it where the target's capability table says so, and elsewhere it is refused. */
export const PARTS = {
  'api.authorizer.jwt': ({ api, access }) => api.addRoute('GET /member', { handler: access, authorizer: MEMBERS }),
  'api.authorizer.scopes': ({ api, access }) =>
    api.addRoute('GET /orders', { handler: access, authorizer: MEMBERS, scopes: ['orders:read', 'orders:all'] }),
  'api.authorizer.function': ({ api, access }) => {
    const partners = Authorizer.function('Partners', access, { headers: ['X-Word'] });
    api.addRoute('GET /partner/{id}', { handler: access, authorizer: partners });
  },
  'websocket.api': ({ service, access }) => {
    const sockets = new WebSocketApi(service, 'Sockets', {
      authorizer: Authorizer.function('Names', access, { query: ['name'] }),
    });
    const chat = new ServerlessFunction(service, 'Chat', { entry: 'handlers/chat.ts', links: { sockets } });
    for (const route of ['$connect', '$disconnect', '$default', 'quiet']) sockets.addRoute(route, chat);
    sockets.addRoute('tell', { handler: chat, replies: true });
  },
  'trigger.event': ({ service }) => {
    const bus = new EventBus(service, 'Bus');
    new ServerlessFunction(service, 'Taker', {
      entry: 'handlers/taker.ts',
      retry: { maxAttempts: 3 },
      triggers: {
        Paid: bus.events({ types: ['order.paid', 'order.refunded'], sources: ['shop', 'till'] }),
        Till: bus.events({ sources: ['till'] }),
        All: bus.events(),
      },
    });
  },
} satisfies Partial<Record<Feature, (around: Surroundings) => void>>;

export type Part = keyof typeof PARTS;

/** The one service that the suite runs on every target. */
export class Conformance extends Service {
  /** @param capabilities by which it has parts, where they are fewer than the platform's */
  constructor(scope: Construct, id: string, capabilities: Capabilities = platformOf(scope).capabilities) {
    super(scope, id, { root: __dirname });
    const orders = new Queue(this, 'Orders', { maxAttempts: 4 });
    const news = new Topic(this, 'News');
    const files = new Bucket(this, 'Files');

    const http = new ServerlessFunction(this, 'Http', { entry: 'handlers/http.ts' });
    const validated = new ServerlessFunction(this, 'Validated', { entry: 'handlers/validated.ts' });
    const access = new ServerlessFunction(this, 'Access', { entry: 'handlers/access.ts' });
    const api = new HttpApi(this, 'Api', {
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
        'GET /anyone': access,
      },
    });

    const events = new ServerlessFunction(this, 'Events', {
      entry: 'handlers/events.ts',
      timeout: Duration.seconds(20),
      retry: { maxAttempts: 3 },
      triggers: {
        Orders: orders.messages({ batchSize: 10 }),
        News: news.messages({ filter: { status: ['paid'] } }),
        Nightly: Schedule.cron('0 3 * * *'),
        Upload: files.objects({ events: ['created', 'deleted'], suffix: '.jpg' }),
      },
    });
    new ServerlessFunction(this, 'Caller', { entry: 'handlers/http.ts', links: { events } });

    for (const [feature, add] of Object.entries(PARTS))
      if (!('unsupported' in capabilities[feature as Part])) add({ service: this, api, access });
  }
}

/** A service of one part and no more. */
export function declarePart(scope: Construct, part: Part): void {
  const service = new Service(scope, 'Service', { root: __dirname });
  const access = new ServerlessFunction(service, 'Access', { entry: 'handlers/access.ts' });
  PARTS[part]({ service, access, api: new HttpApi(service, 'Api') });
}
