import { type Change, keyOf, type Store } from '../store.js';
import type { Entry, Letter } from './letter.js';

/** Letters of a mailbox in the store, each beside what is known of it: that changes with every delivery, the letter does not. */
export class Letters {
  constructor(
    private readonly boxId: string,
    private readonly store: Store,
  ) {}

  /** What an earlier process left, in the order of sending. */
  async entries(): Promise<Entry[]> {
    return (await this.store.entries(keyOf('state', this.boxId, ''))).map(([, entry]) => entry);
  }

  read(entry: Entry): Letter | undefined {
    return this.store.read(this.key('letter', entry));
  }

  /** What is to be written of a new one, of one that was delivered, and of one that is gone. */
  addition(entry: Entry, letter: Letter): Change[] {
    return [{ key: this.key('letter', entry), value: letter }, this.state(entry)];
  }

  state(entry: Entry): Change {
    return { key: this.key('state', entry), value: { ...entry } };
  }

  removal(entry: Entry): Change[] {
    return [{ key: this.key('letter', entry) }, { key: this.key('state', entry) }];
  }

  private key(what: 'letter' | 'state', entry: Entry): string {
    return keyOf(what, this.boxId, entry.sequence);
  }
}
