import { createHash, createHmac } from 'node:crypto';

/** Query parameters in canonical order and encoding. Names are plain ASCII, whose order encoding does not change. */
export function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${encoded(name)}=${encoded(parameters[name]!)}`)
    .join('&');
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** {@link encoded}, slashes left as they are. */
export function encodedPath(key: string): string {
  return encoded(key).replaceAll('%2F', '/');
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/**
 * Headers of a signed S3 request, signature version 4. The URL's path and query are canonical already.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signedHeaders(
  identity: AwsIdentity,
  request: { method: string; url: URL; headers?: Record<string, string>; content: string | Uint8Array; date: Date },
): Record<string, string> {
  const { method, url, content, date } = request;
  const hash = sha256(content);
  const time = timestamp(date);
  const scope = `${time.slice(0, 8)}/${identity.region}/s3/aws4_request`;
  const headers: Record<string, string> = { ...request.headers, 'x-amz-content-sha256': hash, 'x-amz-date': time };
  const all: Record<string, string> = { ...headers, host: url.host };
  const names = Object.keys(all).sort();
  const canonical = [
    method,
    url.pathname,
    url.search.slice(1),
    ...names.map((name) => `${name}:${all[name]!.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    hash,
  ].join('\n');
  const signature = awsSignature(identity, scope, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n'));
  const authorization = `AWS4-HMAC-SHA256 Credential=${identity.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** A URL that carries its own signature: the form of S3, and, with other words, of Cloud Storage. */
export async function signedUrl(request: {
  readonly dialect: 'X-Amz' | 'X-Goog';
  readonly algorithm: string;
  readonly method: string;
  /** Path in canonical encoding, no query. */
  readonly url: URL;
  readonly account: string;
  /** What follows the date in the scope: `us-east-1/s3/aws4_request`. */
  readonly place: string;
  readonly date: Date;
  readonly expiresInSeconds: number;
  sign(scope: string, text: string): string | Promise<string>;
}): Promise<string> {
  const { dialect, algorithm, method, url } = request;
  const time = timestamp(request.date);
  const scope = `${time.slice(0, 8)}/${request.place}`;
  const query = canonicalQuery({
    [`${dialect}-Algorithm`]: algorithm,
    [`${dialect}-Credential`]: `${request.account}/${scope}`,
    [`${dialect}-Date`]: time,
    [`${dialect}-Expires`]: String(request.expiresInSeconds),
    [`${dialect}-SignedHeaders`]: 'host',
  });
  const canonical = [method, url.pathname, query, `host:${url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const signature = await request.sign(scope, [algorithm, time, scope, sha256(canonical)].join('\n'));
  return `${url.origin}${url.pathname}?${query}&${dialect}-Signature=${signature}`;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function awsSignature(identity: AwsIdentity, scope: string, text: string): string {
  let key: string | Buffer = `AWS4${identity.secretAccessKey}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(text).digest('hex');
}

/** `20130524T000000Z` */
function timestamp(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}
