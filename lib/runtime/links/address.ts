/** The two halves of an address, before and after `#`: where to call, and what `start` publishes to; a queue, and what is special about it. */
export function halves(address: string): [first: string, second: string] {
  const hash = address.indexOf('#');
  return hash < 0 ? [address, ''] : [address.slice(0, hash), address.slice(hash + 1)];
}
