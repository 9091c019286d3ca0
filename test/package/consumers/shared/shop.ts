import type { Construct } from 'constructs';
import { Duration, HttpApi, describe as model, Queue, ServerlessFunction, Service, Topic } from 'faasten';
import type { Order } from './handlers/create-order';

export class Shop extends Service {
  readonly create: ServerlessFunction<typeof import('./handlers/create-order')>;

  constructor(scope: Construct, id: string) {
    super(scope, id, { root: __dirname });
    const orders = new Queue<Order>(this, 'Orders', { maxAttempts: 5 });
    new Topic<Order>(this, 'Events');
    this.create = new ServerlessFunction<typeof import('./handlers/create-order')>(this, 'Create', {
      entry: 'handlers/create-order.ts',
      timeout: Duration.seconds(20),
      links: { orders },
    });
    new HttpApi(this, 'Api', { routes: { 'POST /orders': this.create } });
  }

  functions(): string[] {
    return model(this).functions.map(({ path }) => path);
  }
}
