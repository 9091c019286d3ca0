/**
 * An error a user can act on: what, where, what is wrong with which value, and what to do. `code` is stable and may be
 * matched in tests; the message may be improved at any time.
 */
export class FaastenError extends Error {
  constructor(
    /** Stable, kebab-case: `platform-unknown`, `value-out-of-range`, … */
    readonly code: string,
    message: string,
    /** Path of the construct it is about, as in `Stack/Shop/CreateOrder`. */
    readonly path?: string,
  ) {
    super(message);
    this.name = 'FaastenError';
  }
}

/** Shows a value inside a message: strings in quotes, everything else as JSON, cut where it gets long. */
export function shown(value: unknown): string {
  let text: string;
  if (typeof value === 'string') text = `'${value}'`;
  else if (value === undefined) text = 'undefined';
  else if (typeof value === 'function') text = `the function ${value.name || '(anonymous)'}`;
  else {
    try {
      text = JSON.stringify(value) ?? String(value);
    } catch {
      text = String(value);
    }
  }
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}

export const invalid = (what: string, path: string, wrong: string, advice: string): FaastenError =>
  new FaastenError('invalid-value', `${what} '${path}': ${wrong}; ${advice}`, path);

export const conflicting = (what: string, path: string, wrong: string, advice: string): FaastenError =>
  new FaastenError('conflict', `${what} '${path}': ${wrong}; ${advice}`, path);

export const unknownPlatform = (path: string): FaastenError =>
  new FaastenError(
    'platform-unknown',
    `cannot tell where '${path}' runs: none of its parents is an aws-cdk-lib Stack, a cdktf TerraformStack, a cdk8s Chart or a LocalApp; ` +
      'create it inside one of these, or call usePlatform(scope, ...)',
    path,
  );

export const undecidedPlatform = (path: string, unit: string, found: readonly string[], known: readonly string[]): FaastenError =>
  new FaastenError(
    'platform-undecided',
    `cannot tell which cloud '${path}' runs on: the TerraformStack '${unit}' ` +
      `${found.length === 0 ? 'has no provider' : `has the providers ${found.join(', ')}`}, of which exactly one must be of ${known.join(', ')}; ` +
      'create the provider before the service (new GoogleProvider(stack, ...)), or call usePlatform(scope, ...)',
    path,
  );

export const missingPeer = (platform: string, module: string, path: string, cause: string): FaastenError =>
  new FaastenError(
    'peer-missing',
    `cannot load the ${platform} platform for '${path}': the package '${module}' is not installed (${cause}); run: npm install ${module}`,
    path,
  );

export const unsupported = (platform: string, path: string, feature: string, reason: string): FaastenError =>
  new FaastenError(
    'unsupported',
    `'${path}' uses ${feature}, which the ${platform} platform does not have: ${reason}; ` +
      'leave it out, or set it for another platform only through that platform’s tune()',
    path,
  );

export const foreignToken = (path: string, property: string, token: string, framework: string, platform: string): FaastenError =>
  new FaastenError(
    'foreign-token',
    `'${path}': ${property} holds a late value of ${framework} (${token}), which cannot be resolved on the ${platform} platform; ` +
      `pass a plain value, or a late value made by the framework of the stack that '${path}' is in`,
    path,
  );

export const otherPlatform = (
  path: string,
  what: string,
  other: string,
  otherPlatformName: string,
  platform: string,
): FaastenError =>
  new FaastenError(
    'platform-mismatch',
    `'${path}' is on the ${platform} platform, but ${what} '${other}' is on ${otherPlatformName}; put both into one stack, app or chart`,
    path,
  );

export const apart = (path: string, what: string, other: string, reason: string): FaastenError =>
  new FaastenError('places-apart', `'${path}' cannot work with ${what} '${other}': ${reason}`, path);

export const elsewhere = (platform: string, what: string, path: string, view: string): FaastenError =>
  new FaastenError(
    'platform-mismatch',
    `${what} '${path}' is not on the ${platform} platform; use ${view}.tryOf(...), which gives undefined then`,
    path,
  );
