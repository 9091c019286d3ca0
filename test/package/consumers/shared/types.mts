import { Duration, FaastenError, Queue, ServerlessFunction, Service } from 'faasten';
import { http, queue } from 'faasten/runtime';
import { synthesize } from 'faasten/testing';

export const names: string[] = [Queue, ServerlessFunction, Service, FaastenError].map(({ name }) => name);
export const timeout: Duration = Duration.minutes(1);
export const handler = http(async (request) => Response.json({ url: request.url }));
export const functions = [queue, synthesize];
