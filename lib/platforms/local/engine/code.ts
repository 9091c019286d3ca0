import { dirname } from 'node:path';
import { type BundleRequest, LiveBundle } from '../../../bundling/index.js';
import { Watcher } from './objects/watcher.js';

/** Milliseconds for which saving one file may take several steps. */
const QUIET = 8;

export interface CodeListener {
  /** Another bundle is on the way: workers of the one before are not to be used again. */
  onStale(): void;
  /** It is there, or why it cannot be. */
  onMade(milliseconds: number, problem?: string): void;
}

/** The code of one function: bundled when it is first asked for, and again when a file of it is saved. */
export class FunctionCode {
  private live?: LiveBundle;
  private made?: Promise<string>;
  private again?: () => void;
  private inputs = new Set<string>();
  private readonly watcher: Watcher;

  constructor(
    private readonly request: () => BundleRequest,
    private readonly watch: boolean,
    private readonly listener: CodeListener,
  ) {
    this.watcher = new Watcher((file) => this.saved(file), QUIET);
  }

  /** Path of the bundle. Rejects with esbuild's words where the code does not compile. */
  current(): Promise<string> {
    this.made ??= this.make();
    return this.made;
  }

  async close(): Promise<void> {
    this.watcher.close();
    await this.made?.catch(() => {});
    await this.live?.close();
  }

  private async make(): Promise<string> {
    const started = performance.now();
    this.live ??= new LiveBundle(this.request());
    try {
      const { file, inputs } = await this.live.make();
      if (this.watch) this.follow(inputs);
      this.listener.onMade(performance.now() - started);
      return file;
    } catch (error) {
      // At least the handler: what it imports is not known before it compiles.
      if (this.watch) this.follow([this.request().handlerFile, ...this.inputs]);
      this.listener.onMade(performance.now() - started, (error as Error).message);
      throw error;
    }
  }

  private follow(inputs: readonly string[]): void {
    this.inputs = new Set(inputs);
    for (const file of inputs) this.watcher.add(dirname(file));
  }

  private saved(file: string): void {
    if (!this.inputs.has(file)) return;
    // One at a time: what is saved meanwhile is made after it.
    if (this.again) return;
    const before = this.made?.catch(() => {});
    this.again = () => {
      this.again = undefined;
      this.made = this.make();
      this.made.catch(() => {});
      this.listener.onStale();
    };
    void Promise.resolve(before).then(() => this.again?.());
  }
}
