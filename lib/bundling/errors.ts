import { FaastenError } from '../core/errors.js';
import type { Weight } from './request.js';

/** One function that could not be bundled. */
export interface BundleFailure {
  readonly path: string;
  readonly message: string;
}

/** All failures of one run in one error; functions that fail for the same reason share its text. */
export function bundleFailed(failures: readonly BundleFailure[]): FaastenError {
  const byMessage = new Map<string, string[]>();
  for (const { path, message } of failures) byMessage.set(message, [...(byMessage.get(message) ?? []), path]);
  const texts = [...byMessage].map(([message, paths]) => `cannot bundle ${listed(paths)}: ${message}`);
  return new FaastenError('bundle-failed', texts.join('\n\n'), failures[0]?.path);
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map((path) => `'${path}'`);
  const more = paths.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

export const handlerMissing = (path: string, file: string): BundleFailure => ({
  path,
  message: `there is no handler file '${file}'; give the path of a module whose default export is the handler`,
});

export const noDefaultExport = (file: string): string =>
  `the handler file '${file}' has no default export; write: export default http(...) (or queue, topic, schedule, objects, call)`;

export const overBudget = (path: string, bytes: number, limit: number, heaviest: readonly Weight[]): BundleFailure => ({
  path,
  message:
    `the code has ${bytes} bytes, more than its budget of ${limit} (maxSizeBytes); leave out or replace what is heavy, or raise the budget` +
    heaviest
      .map(
        ({ name, bytes: part }) => `\n  ${String(part).padStart(10)} bytes  ${name === '.' ? "the project's own files" : name}`,
      )
      .join(''),
});

export const badOption = (path: string, option: string, wrong: string, advice: string): BundleFailure => ({
  path,
  message: `${option} ${wrong}; ${advice}`,
});

export const nativeFailed = (name: string, wrong: string, advice: string): string =>
  `the native module '${name}' ${wrong}; ${advice}`;

export const prebuiltMissing = (directory: string): FaastenError =>
  new FaastenError('code-missing', `cannot use the prebuilt code '${directory}': there is no such directory; build it first`);

export const prebuiltEmpty = (directory: string): FaastenError =>
  new FaastenError('code-missing', `cannot use the prebuilt code '${directory}': the directory has no files; build it first`);

export const processFailed = (reason: string): FaastenError =>
  new FaastenError(
    'bundle-process',
    `cannot run the bundler: ${reason}; check that esbuild is installed for this machine (npm rebuild esbuild)`,
  );
