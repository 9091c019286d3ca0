/**
 * A provider for Terraform that knows schemas and touches nothing: it answers plugin protocol 5 on a unix socket, so that the real
 * `terraform` validates and plans with no provider installed and no network. It applies nothing.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadPackageDefinition, Server, ServerCredentials, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { addExtension, Packr } from 'msgpackr';
import type { Block, NestedBlock, Type } from './schema.js';

export interface ProviderSchema {
  readonly provider: Block;
  readonly resources: Readonly<Record<string, Block>>;
  readonly dataSources: Readonly<Record<string, Block>>;
}

const NESTING = { SINGLE: 1, LIST: 2, SET: 3 } as const;

// An unknown value is msgpack extension 0 (12 when refined). msgpackr reads and writes extension 0 as `undefined`, so that in this
// file `undefined` is "unknown until applied" and `null` is "not set".
addExtension({ type: 12, unpack: () => undefined } as never);
const packr = new Packr({ useRecords: false, mapsAsObjects: true, encodeUndefinedAsNil: false, int64AsType: 'auto' } as never);

/** Starts a provider; `reattach` is its entry for `TF_REATTACH_PROVIDERS`. */
export async function startProvider(socket: string, schema: ProviderSchema): Promise<{ reattach: object; stop(): void }> {
  const file = join(__dirname, 'plugin.proto');
  const definition = loadPackageDefinition(loadSync(file, { keepCase: true, defaults: true, longs: Number }));
  const service = ((definition as any).tfplugin5.Provider as ServiceClientConstructor).service;
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  server.addService(service, unary(methods(schema)));
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
  return {
    reattach: { Protocol: 'grpc', ProtocolVersion: 5, Pid: process.pid, Test: true, Addr: { Network: 'unix', String: socket } },
    stop() {
      server.forceShutdown();
      rmSync(socket, { force: true });
    },
  };
}

type Method = (request: any) => object;

function methods(schema: ProviderSchema): Record<string, Method> {
  return {
    GetSchema: () => ({
      provider: wireSchema(schema.provider),
      resource_schemas: mapValues(schema.resources, wireSchema),
      data_source_schemas: mapValues(schema.dataSources, wireSchema),
    }),
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    Configure: () => ({}),
    ValidateResourceTypeConfig: ({ type_name, config }) => ({
      diagnostics: chosenByProvider(schema.resources[type_name]!, unpack(config) as Values).map((name) => ({
        severity: 1,
        summary: 'Value for unconfigurable attribute',
        detail: `Can't configure a value for "${name}": the provider decides it.`,
      })),
    }),
    ValidateDataSourceConfig: () => ({}),
    UpgradeResourceState: ({ type_name, raw_state }) => ({
      state: pack(complete(schema.resources[type_name]!, JSON.parse(raw_state.json.toString()))),
    }),
    ReadResource: ({ config }) => ({ state: config }),
    ReadDataSource: ({ type_name, config }) => ({
      state: pack(known(schema.dataSources[type_name]!, unpack(config) as Values, type_name)),
    }),
    PlanResourceChange: ({ type_name, proposed_new_state }) => {
      const proposed = unpack(proposed_new_state) as Values | null;
      const planned = proposed === null ? null : unknowns(schema.resources[type_name]!, proposed);
      // The google provider is of the same kind; Terraform then checks its plans less strictly.
      return { planned_state: pack(planned), legacy_type_system: true };
    },
    ApplyResourceChange: () => ({
      diagnostics: [{ severity: 1, summary: 'nothing is applied here', detail: 'This provider only validates and plans.' }],
    }),
    Stop: () => ({}),
  };
}

type Values = Record<string, unknown>;

/** What the provider will choose is unknown: every computed attribute which the configuration leaves out. */
function unknowns(block: Block, values: Values): Values {
  return walk(block, values, (attribute, value) => (attribute.computed && value === null ? undefined : value));
}

/** Computed attributes for which the configuration has a value all the same. Terraform leaves this check to the provider. */
function chosenByProvider(block: Block, values: Values): string[] {
  const own = Object.entries(block.attributes)
    .filter(([name, each]) => each.computed && !each.optional && values[name] !== null)
    .map(([name]) => name);
  const nested = Object.entries(block.blocks).flatMap(([name, each]) =>
    [values[name] ?? []]
      .flat()
      .filter((value) => typeof value === 'object' && value !== null)
      .flatMap((value) => chosenByProvider(each.block, value as Values).map((inner) => `${name}.${inner}`)),
  );
  return [...own, ...nested];
}

/** A state written by an earlier schema may lack attributes. */
function complete(block: Block, values: Values): Values {
  return walk(block, values, (_, value) => value ?? null);
}

/** A data source must be known at once: a text that says where it comes from, zero, or an empty collection. */
function known(block: Block, values: Values, path: string): Values {
  return walk(block, values, (attribute, value, name) =>
    attribute.computed && value === null ? sample(attribute.type, `${path}.${name}`) : value,
  );
}

function sample(type: Type, path: string): unknown {
  if (type === 'string') return path;
  if (type === 'number') return 0;
  if (type === 'bool') return false;
  if (type[0] === 'object') return mapValues(type[1], (each, name) => sample(each, `${path}.${name}`));
  return type[0] === 'map' ? {} : [];
}

function walk(
  block: Block,
  values: Values,
  change: (attribute: Block['attributes'][string], value: unknown, name: string) => unknown,
) {
  const result: Values = {};
  for (const [name, attribute] of Object.entries(block.attributes)) result[name] = change(attribute, values[name], name);
  for (const [name, nested] of Object.entries(block.blocks)) {
    const value = values[name];
    if (Array.isArray(value)) result[name] = value.map((each) => (each ? walk(nested.block, each, change) : each));
    else
      result[name] = value
        ? walk(nested.block, value as Values, change)
        : value === null && nested.nesting !== 'SINGLE'
          ? []
          : value;
  }
  return result;
}

function wireSchema(block: Block): object {
  return { version: 0, block: wireBlock(block) };
}

function wireBlock(block: Block): object {
  return {
    version: 0,
    attributes: Object.entries(block.attributes).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    block_types: Object.entries(block.blocks).map(([name, nested]: [string, NestedBlock]) => ({
      type_name: name,
      nesting: NESTING[nested.nesting],
      min_items: nested.minItems,
      max_items: nested.maxItems,
      block: wireBlock(nested.block),
    })),
  };
}

function unpack(value: { msgpack: Buffer }): unknown {
  return packr.unpack(value.msgpack);
}

function pack(value: unknown): object {
  return { msgpack: packr.pack(value) };
}

function unary(all: Record<string, Method>): Record<string, any> {
  return mapValues(all, (method) => (call: { request: unknown }, done: (error: Error | null, response?: object) => void) => {
    try {
      done(null, method(call.request));
    } catch (error) {
      done(error as Error);
    }
  });
}

function mapValues<In, Out>(object: Readonly<Record<string, In>>, change: (value: In, key: string) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
