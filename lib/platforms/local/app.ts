import { Construct } from 'constructs';

const MARKER = Symbol.for('faasten.LocalApp');

/**
 * The root of what runs on this machine: `new Shop(new LocalApp(), 'Shop')`. A synthesis unit like a Stack or a Chart, only that
 * nothing is deployed: `startLocal` (and `npx faasten dev`) runs it.
 */
export class LocalApp extends Construct {
  constructor() {
    // As roots of every framework do, though the type of `scope` does not say so.
    super(undefined as never, '');
    Object.defineProperty(this, MARKER, { value: true });
  }
}
