/** What a problem says beside title and status. */
export interface ProblemOptions extends ErrorOptions {
  /** What is wrong this time, for the client. */
  readonly detail?: string;
  /** Further response headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/**
 * Thrown by an `http()` handler to answer with a status of its choice and an `application/problem+json` body (RFC 9457). Everything
 * in it but `cause` is shown to the client.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly members?: Readonly<Record<string, unknown>>;

  constructor(
    readonly status: number,
    readonly title: string,
    { detail, headers, members, ...options }: ProblemOptions = {},
  ) {
    super(detail ? `${title}: ${detail}` : title, options);
    this.detail = detail;
    this.headers = headers;
    this.members = members;
  }
}

/** The answer that tells a problem. */
export function problemResponse({ status, title, detail, headers, members }: HttpProblem, requestId?: string): Response {
  return new Response(JSON.stringify({ ...members, title, status, detail, requestId }), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  });
}
