import type { AuthorizerSummary } from '../../console/protocol.js';
import type { LocalAuthorizer, LocalModel, LocalRoute } from '../../model.js';

export function authorizerId(api: string, { name }: LocalAuthorizer): string {
  return `${api}/${name}`;
}

/** The authorizers of an API, each once. */
export function authorizersOf(api: string, routes: Readonly<Record<string, LocalRoute>>) {
  const specs = new Map<string, LocalAuthorizer>();
  for (const { authorizer } of Object.values(routes)) if (authorizer) specs.set(authorizer.name, authorizer);
  return [...specs.values()].map((spec) => ({ spec, summary: summaryOf(api, spec, routes) }));
}

/** Ids of those that take tokens. */
export function mintingAuthorizers(model: LocalModel): string[] {
  return Object.entries(model.apis).flatMap(([api, { routes }]) =>
    authorizersOf(api, routes).flatMap(({ summary }) => (summary.mintsTokens ? [summary.id] : [])),
  );
}

/** One of the model's, by its id. */
export function authorizerNamed(model: LocalModel, id: string): LocalAuthorizer | undefined {
  return guardNamed(model, id)?.spec;
}

/** The same, with its API and one of the routes that it guards. */
export function guardNamed(model: LocalModel, id: string) {
  for (const [api, { routes }] of Object.entries(model.apis)) {
    const found = authorizersOf(api, routes).find(({ summary }) => summary.id === id);
    if (!found) continue;
    const [route] = Object.entries(routes).find(([, { authorizer }]) => authorizer?.name === found.spec.name)!;
    return { api, route, spec: found.spec };
  }
  return undefined;
}

function summaryOf(api: string, spec: LocalAuthorizer, routes: Readonly<Record<string, LocalRoute>>): AuthorizerSummary {
  const scopes = Object.values(routes).flatMap((route) => (route.authorizer?.name === spec.name ? (route.scopes ?? []) : []));
  const requires = [
    ...(spec.kind === 'jwt' ? [`audience ${spec.audiences.join(' or ')}`] : [...spec.headers, ...spec.query]),
    ...(scopes.length > 0 ? [`for some routes a scope of ${[...new Set(scopes)].join(', ')}`] : []),
  ];
  return {
    ...{ id: authorizerId(api, spec), label: spec.name, mintsTokens: spec.kind === 'jwt', requires: requires.join('; ') },
    ...(spec.kind === 'jwt' && { audiences: spec.audiences }),
  };
}
