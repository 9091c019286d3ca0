/** How keys of objects become paths of files, and back. Slashes are folders; what a file's name cannot hold is percent-encoded. */

const UNSAFE = /[<>:"\\|?*%\p{Cc}]|[. ]$|^\./gu;

export function fileOf(key: string): string {
  return key
    .split('/')
    .map((segment) => (segment === '' ? '%' : segment.replace(UNSAFE, percent)))
    .join('/');
}

export function keyOfFile(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment === '%' ? '' : decoded(segment)))
    .join('/');
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
}

/** Names that somebody gave by hand may hold a `%` that encodes nothing. */
function decoded(segment: string): string {
  return segment.replace(/%([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}
