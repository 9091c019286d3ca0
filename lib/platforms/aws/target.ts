/** What everything that makes a function run leads to. */
export interface InvocationTarget {
  /** ARN of the function, or of the alias where it has one. */
  readonly arn: string;
  /** What Lambda's own resources call it by: the function's name, or the ARN of the alias. */
  readonly functionName: string;
  /** Name of the alias; without it, calls run the code that was deployed last. */
  readonly qualifier?: string;
}
