// Has requests to hosts of the internet go to the server of a test: `https://host/path` becomes `$REROUTED/host/path`.
const { fetch: send } = globalThis;

globalThis.fetch = (input, init) => {
  const { host, pathname, search } = new URL(String(input));
  return send(`${process.env.REROUTED}/${host}${pathname}${search}`, init);
};
