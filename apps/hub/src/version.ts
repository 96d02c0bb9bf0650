import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Root of the installation: the folder of package.json, found upwards from this file, built or not. */
export const installationRoot = (from = import.meta.dirname): string => {
  let folder = from;
  while (!isRoot(folder)) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no package.json of stance above ${from}`);
    folder = parent;
  }
  return folder;
};

/** The version in package.json. */
export const stanceVersion = (): string => manifest(installationRoot())?.version ?? '0.0.0';

const isRoot = (folder: string): boolean => manifest(folder)?.name === 'stance';

function manifest(folder: string): { readonly name: string; readonly version: string } | null {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name: string; version: string };
  } catch {
    return null;
  }
}
