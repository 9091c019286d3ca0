import { call, type FunctionClient, handlers, http, links } from 'faasten/runtime';

type Other = FunctionClient<{ from: string }, { answer: string }>;

/** One of two that call each other, whichever nested stacks they are in. */
export default handlers({
  http: http({ links: links<{ other: Other }>() }, async (_request, { links: { other }, functionName }) =>
    Response.json(await other.call({ from: functionName })),
  ),
  call: call<{ answer: string }, { from: string }>({}, ({ from }) => ({ answer: `hello ${from}` })),
});
