/**
 * Terraform schemas read from the installed bindings of the google provider. The bindings are generated from the provider's own
 * schema, so they hold it: `synthesizeHclAttributes()` names every argument, its type and nesting, the `.d.ts` says which are
 * required, and a getter without a setter is a computed attribute. They do not hold: enumerations, conflicts, name patterns.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Type =
  | 'string'
  | 'number'
  | 'bool'
  | readonly ['list' | 'set' | 'map', Type]
  | readonly ['object', Readonly<Record<string, Type>>];

export interface Attribute {
  readonly type: Type;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
}

export interface NestedBlock {
  readonly nesting: 'SINGLE' | 'LIST' | 'SET';
  readonly block: Block;
  readonly minItems: number;
  /** 0 is no limit. */
  readonly maxItems: number;
}

export interface Block {
  readonly attributes: Record<string, Attribute>;
  readonly blocks: Record<string, NestedBlock>;
}

const PACKAGE = '@cdktf/provider-google';
const load = createRequire(__filename);
const ARGUMENT =
  /(\w+): \{\s+value: ([^\n]+),\n\s+isBlock: (true|false),\s+type: "(list|set|map|struct|simple)",\s+storageClassType: "(\w+)"/g;
const GETTER = /\n\s+get (\w+)\(\) \{\s+return ([^;]+);/g;
const SIMPLE: Record<string, Type> = { string: 'string', number: 'number', boolean: 'bool' };

/** The schema of the provider's own configuration. */
export function providerBlock(): Block {
  const { attributes, blocks } = new Bindings('provider').block('GoogleProvider');
  const { alias: _, ...own } = attributes;
  return notComputed({ attributes: own, blocks });
}

/** The schema of a resource (`google_pubsub_topic`), or of a data source; undefined when the bindings have none. */
export function typeBlock(kind: 'resource' | 'data', type: string): Block | undefined {
  const folder = `${kind === 'data' ? 'data-' : ''}${kind === 'data' ? type : type.replace(/^google_/, '')}`.replaceAll('_', '-');
  const root = dirname(load.resolve(`${PACKAGE}/package.json`));
  if (!type.startsWith('google_') || !existsSync(join(root, 'lib', folder, 'index.js'))) return undefined;
  const bindings = new Bindings(folder);
  const name = bindings.className(type);
  return name === undefined ? undefined : bindings.block(name);
}

/** One sub-path of the bindings: never the package's root, which loads every resource there is. */
class Bindings {
  private readonly module: Record<string, any>;
  private readonly declarations: string;

  constructor(folder: string) {
    this.module = load(`${PACKAGE}/lib/${folder}/index.js`);
    const path = dirname(load.resolve(`${PACKAGE}/lib/${folder}/index.js`));
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'));
    this.declarations = files.map((name) => readFileSync(join(path, name), 'utf8')).join('\n');
  }

  className(type: string): string | undefined {
    return Object.keys(this.module).find((name) => this.module[name]?.tfResourceType === type);
  }

  /** A resource, data source or provider. */
  block(name: string): Block {
    const found = this.module[name];
    return this.read(`${name}Config`, found.prototype.synthesizeHclAttributes.toString(), found.toString());
  }

  /** A nested structure, e.g. `pubsubTopicSchemaSettings`. */
  private structure(name: string): Block {
    const pascal = name[0]!.toUpperCase() + name.slice(1);
    const source = this.module[`${name}ToHclTerraform`]?.toString();
    if (source === undefined) throw new Error(`the bindings have no '${name}ToHclTerraform'`);
    return this.read(pascal, source, this.module[`${pascal}OutputReference`]?.toString() ?? '');
  }

  private read(interfaceName: string, hcl: string, classSource: string): Block {
    const block: Block = { attributes: {}, blocks: {} };
    const required = this.required(interfaceName);
    for (const [, name, value, isBlock, kind, storage] of hcl.matchAll(ARGUMENT) as Iterable<string[]>) {
      const property = /(?:this\._|struct[!?]?\.)(\w+)/.exec(value!)?.[1];
      if (property === undefined) throw new Error(`${interfaceName}: cannot read '${value}'`);
      const must = required.has(property);
      const structure = /(?:^|[^\w.])(?:\w+_\d+\.)?(\w+)ToHclTerraform/.exec(
        value!.replaceAll(/cdktf\.\w+ToHclTerraform/g, ''),
      )?.[1];
      if (
        structure !== undefined &&
        isBlock === 'true' &&
        !/ListMapperHcl\(.*, false\)|listMapperHcl\([^)]*, false\)/.test(value!)
      ) {
        block.blocks[name!] = {
          nesting: kind === 'struct' ? 'SINGLE' : kind === 'set' ? 'SET' : 'LIST',
          block: kind === 'struct' ? notComputed(this.structure(structure)) : this.structure(structure),
          minItems: must && kind !== 'struct' ? 1 : 0,
          maxItems: kind === 'struct' || /listMapperHcl/.test(value!) ? 0 : 1,
        };
      } else {
        const type = structure === undefined ? plainType(kind!, storage!) : listOf(kind!, objectType(this.structure(structure)));
        // Which optional arguments the provider may also compute is not in the bindings. Taken as all, so that a plan knows no
        // value that the provider might still choose.
        block.attributes[name!] = must ? { type, required: true } : { type, optional: true, computed: true };
      }
    }
    for (const [name, type] of Object.entries(this.getters(classSource))) {
      if (!block.attributes[name] && !block.blocks[name]) block.attributes[name] = { type, computed: true };
    }
    return block;
  }

  private required(interfaceName: string): Set<string> {
    const start = this.declarations.search(new RegExp(`export interface ${interfaceName}\\b`));
    if (start < 0) return new Set();
    const body = this.declarations.slice(start, this.declarations.indexOf('\n}', start));
    return new Set([...body.matchAll(/^ {4}readonly (\w+):/gm)].map((match) => match[1]!));
  }

  private getters(source: string): Record<string, Type> {
    const found: Record<string, Type> = {};
    for (const [, property, value] of source.matchAll(GETTER) as Iterable<string[]>) {
      if (property!.endsWith('Input')) continue;
      const set = value!.startsWith('cdktf.Fn.tolist(');
      const plain = /get(String|Number|Boolean|List|NumberList|StringMap)Attribute\('(\w+)'\)/.exec(value!);
      if (plain) {
        const collection = set ? 'set' : 'list';
        const types: Record<string, Type> = {
          String: 'string',
          Number: 'number',
          Boolean: 'bool',
          List: [collection, 'string'],
          NumberList: [collection, 'number'],
          StringMap: ['map', 'string'],
        };
        found[plain[2]!] = types[plain[1]!]!;
        continue;
      }
      const complex = new RegExp(`this\\._${property} = new (?:\\w+\\.)?(\\w+)\\(this, "(\\w+)"(?:, (true|false))?`).exec(source);
      if (complex) found[complex[2]!] = this.computedType(complex[1]!, complex[3] === 'true');
    }
    return found;
  }

  private computedType(className: string, set: boolean): Type {
    if (className === 'StringMap') return ['map', 'string'];
    if (className === 'StringMapList') return ['list', ['map', 'string']];
    const single = className.endsWith('OutputReference');
    const name = single ? className : className.replace(/List$/, 'OutputReference');
    const type: Type = ['object', this.getters(this.module[name].toString())];
    return single ? type : [set ? 'set' : 'list', type];
  }
}

/** Timeouts and the provider's own settings: what is not given stays unset. */
function notComputed(block: Block): Block {
  const attributes = Object.entries(block.attributes).map(([name, { computed: _, ...rest }]): [string, Attribute] => [
    name,
    rest,
  ]);
  return { attributes: Object.fromEntries(attributes), blocks: block.blocks };
}

function plainType(kind: string, storage: string): Type {
  const collection = /^(string|number|boolean)(List|Map)$/.exec(storage);
  if (collection) return collection[2] === 'Map' ? ['map', SIMPLE[collection[1]!]!] : listOf(kind, SIMPLE[collection[1]!]!);
  const simple = SIMPLE[storage];
  if (simple === undefined) throw new Error(`unknown storage class '${storage}' in the bindings`);
  return simple;
}

function listOf(kind: string, type: Type): Type {
  if (kind === 'struct') return type;
  return [kind === 'set' ? 'set' : kind === 'map' ? 'map' : 'list', type];
}

function objectType(block: Block): Type {
  const nested = Object.entries(block.blocks).map(([name, each]): [string, Type] => {
    const type = objectType(each.block);
    return [name, each.nesting === 'SINGLE' ? type : [each.nesting === 'SET' ? 'set' : 'list', type]];
  });
  const plain = Object.entries(block.attributes).map(([name, each]): [string, Type] => [name, each.type]);
  return ['object', Object.fromEntries([...plain, ...nested])];
}
