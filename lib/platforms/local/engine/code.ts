import { join } from 'node:path';
import { type BundleRequest, bundle } from '../../../bundling/index.js';

/** The bundle of one function, made when it is first asked for. */
export class FunctionCode {
  private file?: Promise<string>;

  constructor(private readonly request: () => BundleRequest) {}

  /** Path of the bundle. Rejects with esbuild's words where the code does not compile. */
  current(): Promise<string> {
    this.file ??= Promise.resolve().then(() => {
      const request = this.request();
      return join(bundle([request])[0]!.directory, 'index.mjs');
    });
    return this.file;
  }

  async close(): Promise<void> {}
}
