/** Checked by the compiler, never run: schemas of every library that follows Standard Schema fit. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import { call, http, queue, type Schema } from 'faasten/runtime';
import * as v from 'valibot';
import { z } from 'zod';

http({ body: z.object({ n: z.number() }) }, async (_, { body }) => Response.json(body.n.toFixed()));
http({ body: v.object({ n: v.number() }) }, async (_, { body }) => Response.json(body.n.toFixed()));
http({ body: type({ n: 'number' }) }, async (_, { body }) => Response.json(body.n.toFixed()));
queue({ message: v.pipe(v.string(), v.transform(Number)) }, async ([message]) => void message?.body.toFixed());

// What is sent is the schema's input, what the handler gets its output.
const parsing = call({ input: z.object({ day: z.string().transform((day) => new Date(day)) }) }, async ({ day }) =>
  day.getTime(),
);
type Sent = Parameters<(typeof parsing)['~handler']['input']>[0];
const sent: Sent = { day: '2026-11-24' };
// @ts-expect-error the input is text
const wrong: Sent = { day: new Date() };

declare const any: StandardSchemaV1<string, number>;
const ours: Schema<string, number> = any;

export { ours, sent, wrong };
