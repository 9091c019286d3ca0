import type { Construct } from 'constructs';
import { Bucket, Duration, HttpApi, Queue, Schedule, Secret, ServerlessFunction, Service, Topic } from 'faasten';
import type { Order, OrderEvent } from './model.js';

/** A tea shop. Declared once: it imports no cloud, and runs where it is put. */
export class Shop extends Service {
  constructor(scope: Construct, id: string) {
    super(scope, id, { root: __dirname, tags: { service: 'shop' } });

    const orders = new Queue<Order>(this, 'Orders', { maxAttempts: 5 });
    const events = new Topic<OrderEvent>(this, 'OrderEvents');
    const data = new Bucket(this, 'Data');
    const photos = new Bucket(this, 'Photos');

    new HttpApi(this, 'Api', {
      cors: { origins: ['https://shop.example'] },
      routes: {
        'GET /products': new ServerlessFunction<typeof import('./handlers/list-products.js')>(this, 'ListProducts', {
          entry: 'handlers/list-products.ts',
        }),
        'POST /orders': new ServerlessFunction<typeof import('./handlers/create-order.js')>(this, 'CreateOrder', {
          entry: 'handlers/create-order.ts',
          links: { orders, data: data.writeOnly() },
        }),
        'GET /orders/{id}': new ServerlessFunction<typeof import('./handlers/get-order.js')>(this, 'GetOrder', {
          entry: 'handlers/get-order.ts',
          links: { data: data.readOnly() },
        }),
        'POST /products/{id}/photo': new ServerlessFunction<typeof import('./handlers/upload-photo.js')>(this, 'UploadPhoto', {
          entry: 'handlers/upload-photo.ts',
          links: { photos: photos.readWrite() },
        }),
        'GET /photos/{path+}': new ServerlessFunction<typeof import('./handlers/get-photo.js')>(this, 'GetPhoto', {
          entry: 'handlers/get-photo.ts',
          links: { photos: photos.readOnly() },
        }),
      },
    });

    const charge = new ServerlessFunction<typeof import('./handlers/charge.js')>(this, 'Charge', {
      entry: 'handlers/charge.ts',
      secrets: { PAYMENT_KEY: Secret.fromName('shop-payment-key') },
    });

    new ServerlessFunction<typeof import('./handlers/fulfil.js')>(this, 'Fulfil', {
      entry: 'handlers/fulfil.ts',
      links: { charge, data: data.writeOnly(), events },
      triggers: { Orders: orders.messages({ batchSize: 10 }) },
    });

    new ServerlessFunction<typeof import('./handlers/notify.js')>(this, 'Notify', {
      entry: 'handlers/notify.ts',
      triggers: { Settled: events.messages({ filter: { status: ['paid', 'refused'] } }) },
    });

    new ServerlessFunction<typeof import('./handlers/nightly-report.js')>(this, 'NightlyReport', {
      entry: 'handlers/nightly-report.ts',
      timeout: Duration.minutes(5),
      links: { data: data.readWrite() },
      triggers: { Nightly: Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlin' }) },
    });

    new ServerlessFunction<typeof import('./handlers/thumbnail.js')>(this, 'Thumbnail', {
      entry: 'handlers/thumbnail.ts',
      memoryMiB: 1024,
      timeout: Duration.minutes(1),
      links: { photos: photos.readWrite() },
      triggers: { Upload: photos.objects({ prefix: 'raw/', suffix: '.jpg' }) },
    });
  }
}
