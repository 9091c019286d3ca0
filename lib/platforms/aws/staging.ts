import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Stack, Stage } from 'aws-cdk-lib/core';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { ArtifactFile, CodeArtifact } from '../../bundling/index.js';

const FILE_MODE = 0o644;
const EXECUTABLE_MODE = 0o755;

/**
 * Copies code into the cloud assembly, as the CDK does with its own assets, so that the assembly can be moved to another
 * machine and names no folder of this one. One folder per content, however many stacks and functions use it.
 * @returns the path for the asset manifest of `stack`: relative to it, or absolute where the app has turned staging off
 */
export function stageCode(stack: Stack, artifact: CodeArtifact): string {
  if (stack.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT)) return artifact.directory;
  const stage = Stage.of(stack)!;
  const target = join(stage.assetOutdir, `asset.${artifact.hash}`);
  if (!isStaged(target, artifact.files)) copy(artifact, stage.assetOutdir, target);
  return relative(stage.outdir, target);
}

/** The name says what the code is; source maps are not in the name, so that sizes are compared. */
function isStaged(target: string, files: readonly ArtifactFile[]): boolean {
  return (
    existsSync(target) &&
    files.every(({ name, bytes }) => statSync(join(target, name), { throwIfNoEntry: false })?.size === bytes)
  );
}

function copy(artifact: CodeArtifact, outdir: string, target: string): void {
  // Renamed when it is whole: a run that is stopped half-way leaves nothing that looks like code.
  const made = mkdtempSync(join(outdir, '.code-'));
  for (const { name } of artifact.files) {
    const from = join(artifact.directory, name);
    const to = join(made, name);
    if (name.includes('/')) mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
    // Modes end up in the zip, where Lambda's own user must be able to read: no matter what umask made the folder.
    chmodSync(to, statSync(from).mode & 0o100 ? EXECUTABLE_MODE : FILE_MODE);
  }
  chmodSync(made, EXECUTABLE_MODE);
  rmSync(target, { recursive: true, force: true });
  renameSync(made, target);
}
