/** The two halves of an address: where to call, and what `start` publishes to; or the URL of a broker, and the kind of its events. */
export function halves(address: string): [first: string, second: string] {
  const hash = address.indexOf('#');
  return hash < 0 ? [address, ''] : [address.slice(0, hash), address.slice(hash + 1)];
}
