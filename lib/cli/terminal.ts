/** Where a command writes: results to stdout, everything said to a person to stderr or, where it is the result, to stdout. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Select Graphic Rendition: ECMA-48, 8.3.117. */
const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** One output and whether it is coloured. */
export class Terminal {
  readonly hasColour: boolean;

  constructor(
    private readonly output: Output,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.hasColour = wantsColour(output, environment);
  }

  line(text = ''): void {
    this.output.write(`${text}\n`);
  }

  paint(style: Style, text: string): string {
    if (!this.hasColour || text === '') return text;
    const [on, off] = CODES[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  }
}

/** https://no-color.org and https://force-color.org: the first wins where both are set. */
function wantsColour(output: Output, environment: NodeJS.ProcessEnv): boolean {
  if (environment.NO_COLOR) return false;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return output.isTTY === true && environment.TERM !== 'dumb';
}
