import { build } from '../../scripts/build.mjs';

/** Tests run the compiled library; compile what changed (incremental, well under a second when nothing did). */
export default function setup(): void {
  build();
}
