/** What may happen to an invocation on purpose, in tests. */
export type Fault =
  /** It fails before the handler runs. */
  | 'fail'
  /** The handler runs, and nobody hears what came of it. */
  | 'crashAfter'
  /** It runs twice; not for requests. */
  | 'duplicate';

/** Says what goes wrong. */
export interface FaultInjector {
  /** Asked once for each invocation that is about to begin. */
  invocation(functionPath: string): Fault | undefined;
  /** Awaited before a link is used. What it throws is what the handler gets. */
  link(functionPath: string, link: string): Promise<void>;
}
