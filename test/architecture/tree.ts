import fs from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', '.git', '.stryker-tmp', '.stance']);

/** Every file of the tree that a person wrote, relative to the root with forward slashes. */
export function filesOf(folder = ''): string[] {
  return fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : filesOf(name);
    return entry.isFile() ? [name] : [];
  });
}

export const textOf = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');
export const exists = (file: string): boolean => fs.existsSync(path.join(ROOT, file));
