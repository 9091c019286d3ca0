/**
 * Between a class of the web's and what stands in for its objects: members that ask the real object, which is made for that. Stand-ins
 * override those that they know the answer of.
 */
export function asking<T extends object>(prototype: T, real: (standIn: any) => T): T {
  const members = Object.create(prototype);
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === 'constructor') continue;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
    if (descriptor.get) descriptor.get = asGetter(key, real);
    else if (typeof descriptor.value === 'function') descriptor.value = asMethod(key, real);
    Object.defineProperty(members, key, descriptor);
  }
  return members;
}

function asGetter(key: PropertyKey, real: (standIn: any) => any) {
  return function get(this: unknown) {
    return real(this)[key];
  };
}

function asMethod(key: PropertyKey, real: (standIn: any) => any) {
  return function call(this: unknown, ...values: unknown[]) {
    return real(this)[key](...values);
  };
}

/** Has a stand-in's class override `members`. Its objects say that they are made by the real constructor. */
export function override({ prototype }: { readonly prototype: object }, members: object): void {
  Reflect.deleteProperty(prototype, 'constructor');
  Object.setPrototypeOf(prototype, members);
}

/** Of names and values in turn. */
export function headersOf(list: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index < list.length; index += 2) headers.append(list[index]!, list[index + 1]!);
  return headers;
}

export function listOf(headers: Headers): string[] {
  const list: string[] = [];
  headers.forEach((value, name) => {
    list.push(name, value);
  });
  return list;
}

/** Has the real object's headers be those that were given out in its place. */
export function copyHeaders(from: Headers | undefined, to: Headers): void {
  if (!from || from === to) return;
  for (const name of [...to.keys()]) to.delete(name);
  from.forEach((value, name) => {
    to.append(name, value);
  });
}
