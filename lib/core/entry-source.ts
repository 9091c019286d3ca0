import { dirname, relative } from 'node:path';
import type { EntryRequest, MemberRequest } from './code.js';
import type { PlainLink } from './platform.js';
import type { HandlerKind } from './typing.js';

/** How a platform enters functions, and by which drivers they reach their links: names of files in `lib/runtime`. */
export interface EntryParts {
  /** File of `runtime/adapters`. */
  readonly adapter: 'lambda' | 'lambda-stream' | 'functions-framework' | 'http-server' | 'local';
  /** Files of `runtime/links`. Two kinds may share a driver; those that not every target has may have none. */
  readonly links: Readonly<Record<PlainLink['kind'], string>> & { readonly bus?: string; readonly websocket?: string };
  /** Files of `runtime/secrets`. */
  readonly secrets: readonly string[];
  /** Files of `runtime/entrances`, for kinds that the adapter does not take by itself. @default - none */
  readonly entrances?: Readonly<Partial<Record<HandlerKind, string>>>;
  /** File of `runtime/identity`, for routes that have an authorizer. @default - none: the adapter knows */
  readonly identity?: string;
}

/** Name under which the bundle exports what the platform calls. */
export const EXPORTED_NAME = 'handler';

/**
 * Text of the virtual entry: the user's handler, one adapter, and only the drivers that this function's links and secrets need.
 * Every adapter has the same face, `serve(handler, options)`; see lib/runtime/serve.ts.
 */
export function entrySource(request: EntryRequest, parts: EntryParts): string {
  const links = [...new Set(request.links.flatMap(({ kind }) => parts.links[kind] ?? []))].sort();
  const secrets = request.secrets.length > 0 ? [...parts.secrets].sort() : [];
  const entrances = request.kinds.flatMap((kind) => parts.entrances?.[kind] ?? []);
  const authorized = request.authorized ?? [];
  const identity = authorized.length > 0 ? parts.identity : undefined;
  const text = JSON.stringify;
  return [
    ...(request.members ? joined(request.handlerFile, request.members) : [`import entry from ${text(request.handlerFile)};`]),
    `import { serve } from ${text(`faasten/runtime/adapters/${parts.adapter}`)};`,
    ...links.map((driver) => `import { ${driver} } from ${text(`faasten/runtime/links/${driver}`)};`),
    ...secrets.map((driver) => `import { ${driver} } from ${text(`faasten/runtime/secrets/${driver}`)};`),
    ...entrances.map((each) => `import { ${each} as ${each}Entrance } from ${text(`faasten/runtime/entrances/${each}`)};`),
    ...(identity ? [`import { ${identity} as identity } from ${text(`faasten/runtime/identity/${identity}`)};`] : []),
    `export const ${EXPORTED_NAME} = serve(entry, {`,
    `  kinds: ${text(request.kinds)},`,
    `  routes: ${text(request.routes)},`,
    ...(identity ? [`  identity: { routes: ${text(authorized)}, by: identity },`] : []),
    ...(entrances.length > 0 ? [`  entrances: [${entrances.map((each) => `${each}Entrance`).join(', ')}],`] : []),
    `  links: { ${links.join(', ')} },`,
    `  secrets: { ${secrets.join(', ')} },`,
    '});',
    '',
  ].join('\n');
}

/** Several handlers as one. Their files are named from the folder of one of them: an absolute path is none of the output's business. */
function joined(handlerFile: string, members: readonly MemberRequest[]): string[] {
  const files = [...new Set(members.map(({ file }) => file))];
  const specifier = (file: string) => {
    if (file === handlerFile) return file;
    const path = relative(dirname(handlerFile), file).replaceAll('\\', '/');
    return path.startsWith('.') ? path : `./${path}`;
  };
  return [
    ...files.map((file, index) => `import entry${index} from ${JSON.stringify(specifier(file))};`),
    "import { group } from 'faasten/runtime/group';",
    'const entry = group([',
    ...members.map(({ file, routes, links, secrets }) => {
      const rest = JSON.stringify({ routes, links, secrets }).slice(1);
      return `  { entry: entry${files.indexOf(file)}, ${rest},`;
    }),
    ']);',
  ];
}
