// Every entry point that needs no framework, by the ways to resolve that know neither .mts nor .cts.
import { Queue } from 'faasten';
import { http } from 'faasten/runtime';
import { synthesize } from 'faasten/testing';

export const queue: typeof Queue = Queue;
export const handler = http(async (request) => Response.json({ url: request.url }));
export const template: (unit: never) => object = synthesize;
// @ts-expect-error: not any
export const wrong: string = synthesize;
