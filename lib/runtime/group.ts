import { LinkError } from './clients.js';
import type { HttpContext } from './context.js';
import { jsonOf } from './dispatch.js';
import type { Handler } from './handlers.js';
import { validated } from './schema.js';

/** One handler of a function that several share. */
export interface Member {
  readonly entry: Handler<'http'>;
  readonly routes: readonly string[];
  /** Names that the handler knows links by, and the function. */
  readonly links: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** One handler of several: each answers its own routes, and sees its own links and secrets. */
export function group(members: readonly Member[]): Handler<'http'> {
  for (const { entry, routes } of members) {
    if (!entry?.['~handler']?.parts.http)
      throw new Error(`the handler of ${routes.join(', ')} does not answer requests; export http(...)`);
  }
  const run = async (request: Request, context: HttpContext<any>) => {
    // REST APIs of AWS name the method that a route for any method was asked by.
    const { route } = context;
    const any = route?.replace(/^\S+/, 'ANY');
    const member = members.find(({ routes }) => routes.includes(route!)) ?? members.find(({ routes }) => routes.includes(any!));
    if (!member) throw new Error(`no handler answers ${route}`);
    const part = member.entry['~handler'].parts.http!;
    const body = part.schema && (await validated(part.schema, await jsonOf(request), 'the body'));
    const secrets = Object.fromEntries(member.secrets.map((name) => [name, context.secrets[name]]));
    return part.run(request, { ...context, links: linksOf(member, context.links), secrets, body });
  };
  return { '~handler': { kinds: ['http'], parts: { http: { run } } } } as never;
}

function linksOf({ links, routes }: Member, all: Readonly<Record<string, unknown>>): object {
  return new Proxy(Object.freeze({}), {
    get: (_, name) => {
      if (typeof name === 'symbol') return undefined;
      if (name in links) return all[links[name]!];
      const known = Object.keys(links).sort().join(', ') || 'none at all';
      throw new LinkError(
        `the handler of ${routes.join(', ')} has no link '${name}', but ${known}; give it links: { ${name}: ... }`,
      );
    },
  });
}
