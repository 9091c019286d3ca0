// Must not compile: with types missing, everything would be `any`, and this would.
import { Queue } from 'faasten';
import { http } from 'faasten/runtime';

export const queue: string = Queue;
export const handler = http(async (request) => request.nothing);
