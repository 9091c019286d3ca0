/** Ids of the graph's edges, by which traffic is told. */
export const routeEdge = (api: string, key: string): string => `route:${api} ${key}`;
export const isRouteEdge = (edge = ''): boolean => edge.startsWith('route:');
export const triggerEdge = (functionPath: string, trigger: string): string => `trigger:${functionPath}/${trigger}`;
export const linkEdge = (functionPath: string, link: string): string => `link:${functionPath}/${link}`;
export const subscriptionEdge = (queue: string, id: string): string => `subscription:${queue}/${id}`;
export const authorizerEdge = (api: string, name: string): string => `authorizer:${api} ${name}`;
