import { Construct } from 'constructs';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Authorizer, FaastenError, HttpApi, ServerlessFunction, toOpenApi, usePlatform } from '../../lib/index.js';
import { PaperPlatform } from './paper-platform.js';

class Root extends Construct {
  constructor() {
    super(undefined as never, '');
  }
}

function shop() {
  const root = new Construct(new Root(), 'Shop');
  usePlatform(root, new PaperPlatform());
  return { root, fn: new ServerlessFunction(root, 'Answer', { entry: __filename }) };
}

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FaastenError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

async function findings(document: object): Promise<unknown> {
  const { Validator } = await import('@seriousme/openapi-schema-validator');
  const { valid, errors } = await new Validator().validate(document as Record<string, unknown>);
  return valid ? [] : errors;
}

const customers = Authorizer.jwt('Customers', { issuer: 'https://id.example', audiences: ['shop'], scopes: ['orders'] });

describe('toOpenApi', () => {
  test('the smallest API', async () => {
    const { root, fn } = shop();
    const document = toOpenApi(new HttpApi(root, 'Api', { routes: { 'GET /orders/{id}': fn } }));
    expect(document).toEqual({
      openapi: '3.1.1',
      info: { title: 'Shop/Api', version: '1.0.0' },
      paths: {
        '/orders/{id}': {
          get: {
            operationId: 'getOrdersById',
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
            responses: { default: { description: 'What the function answers' } },
          },
        },
      },
    });
    expect(await findings(document)).toEqual([]);
  });

  test('the judge finds what is wrong', async () => {
    const { root, fn } = shop();
    const document = toOpenApi(new HttpApi(root, 'Api', { routes: { 'GET /': fn } }));
    expect(await findings({ ...document, info: {} })).not.toEqual([]);
    expect(await findings({ ...document, paths: { '/': { get: { responses: 'none' } } } })).not.toEqual([]);
  });

  test('schemas of a library and of one’s own, authorizers, any method, the rest of a path', async () => {
    const { root, fn } = shop();
    const Order = z.object({ product: z.string(), quantity: z.int().positive() });
    const api = new HttpApi(root, 'Api', {
      description: 'Teapots',
      authorizer: customers,
      routes: {
        'POST /orders': {
          handler: fn,
          scopes: ['orders:write'],
          schema: {
            operationId: 'createOrder',
            summary: 'Orders something',
            tags: ['orders'],
            query: z.object({ dry: z.boolean().optional() }),
            headers: {
              type: 'object',
              properties: { 'X-Tenant': { type: 'string', description: 'whose' } },
              required: ['X-Tenant'],
            },
            body: Order,
            response: z.object({ id: z.string() }),
            responses: { 409: 'There is none left' },
          },
        },
        'GET /orders/{orderId}': { handler: fn, schema: { params: z.object({ orderId: z.uuid() }) } },
        'DELETE /orders/{id}': fn,
        'ANY /files/{path+}': {
          handler: fn,
          authorizer: Authorizer.function('Keys', fn as never, { headers: ['X-Key'], query: ['t'] }),
        },
        'GET /me': { handler: fn, authorizer: Authorizer.iam },
        'GET /health': { handler: fn, authorizer: Authorizer.none },
      },
    });
    const document = toOpenApi(api, { title: 'Shop', version: '2.0.0', servers: ['https://shop.example'] }) as any;
    expect(await findings(document)).toEqual([]);
    expect(document.paths['/orders'].post).toEqual({
      operationId: 'createOrder',
      summary: 'Orders something',
      tags: ['orders'],
      parameters: [
        { name: 'dry', in: 'query', required: false, schema: { type: 'boolean' } },
        {
          name: 'x-tenant',
          in: 'header',
          required: true,
          description: 'whose',
          schema: { type: 'string', description: 'whose' },
        },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                product: { type: 'string' },
                quantity: { type: 'integer', exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER },
              },
              required: ['product', 'quantity'],
            },
          },
        },
      },
      responses: {
        200: {
          description: 'Answer 200',
          content: { 'application/json': { schema: expect.objectContaining({ type: 'object' }) } },
        },
        409: { description: 'There is none left' },
      },
      security: [{ Customers: ['orders:write'] }],
    });
    // One path, with the names of the first of its routes.
    expect(Object.keys(document.paths)).toEqual(['/files/{path}', '/health', '/me', '/orders', '/orders/{id}']);
    expect(document.paths['/orders/{id}'].get.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: expect.objectContaining({ format: 'uuid' }) },
    ]);
    expect(Object.keys(document.paths['/files/{path}'])).toHaveLength(7);
    expect(document.paths['/files/{path}'].put.security).toEqual([{ 'Keys-x-key': [], 'Keys-t': [] }]);
    expect(document.paths['/health'].get.security).toBeUndefined();
    expect(document.components.securitySchemes.Customers).toEqual({
      type: 'openIdConnect',
      openIdConnectUrl: 'https://id.example/.well-known/openid-configuration',
    });
  });

  test('refuses what it cannot say', () => {
    const { root, fn } = shop();
    const api = new HttpApi(root, 'Api', { routes: { 'GET /a-b': fn, 'GET /a/b': fn } });
    expect(errorOf(() => toOpenApi(api))).toBe(
      "HTTP API 'Shop/Api': the routes 'GET /a-b' and 'GET /a/b' have the same operationId 'getAB'; give one of them schema: { operationId }",
    );
    const other = new HttpApi(root, 'Other', { routes: { 'GET /a/{b}': fn, 'GET /a/{b+}': fn } });
    expect(errorOf(() => toOpenApi(other))).toContain('takes several segments');
    const add = (schema: object) => errorOf(() => api.addRoute('POST /x/{id}', { handler: fn, schema }));
    expect(add({ body: v.object({ a: v.string() }) })).toContain(
      "schema.body is a schema of 'valibot', which makes no JSON Schema by itself",
    );
    expect(add({ body: z.object({ when: z.date() }) })).toContain('schema.body has no JSON Schema (Date');
    expect(add({ params: z.object({ name: z.string() }) })).toContain("schema.params has 'name', which is not in the path");
    expect(add({ query: z.string() })).toContain('give the schema of an object');
    expect(add({ responses: { ok: 'fine' } })).toContain("schema.responses has 'ok'");
  });
});

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Pets', version: '1' },
  security: [{ Customers: ['orders'] }],
  paths: {
    '/pets': {
      get: { operationId: 'listPets', responses: { 200: { description: 'All of them' } }, security: [] },
      post: {
        operationId: 'addPet',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } },
        responses: { default: { $ref: '#/components/responses/Any' } },
      },
    },
    '/files/{path}': {
      parameters: [{ name: 'path', in: 'path', required: true, 'x-faasten-rest': true, schema: { type: 'string' } }],
      get: { operationId: 'getFile', responses: { default: { description: 'It' } } },
    },
  },
  components: {
    schemas: { Pet: { type: 'object', properties: { name: { type: 'string' }, friend: { $ref: '#/components/schemas/Pet' } } } },
    responses: { Any: { description: 'Anything' } },
  },
} as const;

describe('fromOpenApi', () => {
  test('makes a route of each operation, and what it makes says the same', async () => {
    const { root, fn } = shop();
    const authorizers = { Customers: customers };
    const api = HttpApi.fromOpenApi(
      root,
      'Pets',
      DOCUMENT,
      { listPets: fn, addPet: { handler: fn }, getFile: fn },
      { authorizers },
    );
    const document = toOpenApi(api) as any;
    expect(await findings(document)).toEqual([]);
    expect(api._model().routes.map(({ key }) => key)).toEqual(['GET /pets', 'POST /pets', 'GET /files/{path+}']);
    expect(document.paths['/pets'].get.security).toBeUndefined();
    expect(document.paths['/pets'].post).toEqual({
      operationId: 'addPet',
      requestBody: {
        required: true,
        content: {
          // A pet's friend may be a pet's friend's friend: the circle ends with anything.
          'application/json': { schema: { type: 'object', properties: { name: { type: 'string' }, friend: {} } } },
        },
      },
      responses: { default: { description: 'Anything' } },
      security: [{ Customers: ['orders'] }],
    });
    // Read again, it is what it was.
    const { root: second, fn: other } = shop();
    const again = HttpApi.fromOpenApi(
      second,
      'Pets',
      document,
      { listPets: other, addPet: other, getFile: other },
      { authorizers },
    );
    expect(toOpenApi(again)).toEqual(document);
  });

  test('names handlers that are missing or left over', () => {
    const { root, fn } = shop();
    const document: { openapi: string; paths: object } = DOCUMENT;
    expect(errorOf(() => HttpApi.fromOpenApi(root, 'Pets', document, { addPet: fn, addDog: fn, getFile: fn }))).toBe(
      "HTTP API 'Shop/Pets': operations without a handler: listPets; handlers without an operation: addDog; " +
        'name each handler by the operationId that it answers',
    );
  });

  test('opens nothing that the document protects', () => {
    const { root, fn } = shop();
    const handlers = { listPets: fn, addPet: fn, getFile: fn };
    expect(errorOf(() => HttpApi.fromOpenApi(root, 'Pets', DOCUMENT, handlers))).toContain(
      `the operation 'addPet' asks for [{"Customers":["orders"]}], and no authorizer is given for it`,
    );
  });

  test('refuses documents that it cannot read', () => {
    const { root, fn } = shop();
    const from = (document: object, handlers = {}) => errorOf(() => HttpApi.fromOpenApi(root, 'Pets', document as any, handlers));
    const one = (operation: object) => ({ openapi: '3.1.0', paths: { '/a': { get: operation } } });
    expect(from({ swagger: '2.0' })).toContain("is of OpenAPI 'undefined'");
    expect(from(one({}))).toContain('GET /a has no operationId');
    expect(from(one({ operationId: 'a', requestBody: { $ref: './other.yaml#/b' } }), { a: fn })).toContain('which is not in it');
  });
});
