import runtime = require('faasten/runtime');
import faasten = require('faasten');
import testing = require('faasten/testing');

export const queue: typeof faasten.Queue = faasten.Queue;
export const handler = runtime.http(async (request) => Response.json({ url: request.url }));
export const { synthesize } = testing;
