import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '#adapters/config';
import { textOf } from './tree.js';

const README = textOf('README.md');
const SCRIPTS = (JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }).scripts;
const PAGES = ['README.md', 'CONTRIBUTING.md', 'docs/testing.md'];

describe('The README', () => {
  it('shows a config that the hub takes', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stance-readme-'));
    try {
      const file = path.join(folder, 'stance.yaml');
      await fs.writeFile(file, /```yaml\n(.*?)```/s.exec(README)?.[1] ?? '');
      const config = await loadConfig(file, { env: { STANCE_MQTT_PASSWORD: 'secret' }, timeZone: 'Europe/Berlin' });
      expect(config.persons.map(({ id, mode }) => ({ id, mode }))).toEqual([{ id: 'alex', mode: 'notify' }]);
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });

  it.each(PAGES)('%s names only npm scripts that exist', (page) => {
    const named = [...textOf(page).matchAll(/`npm run ([a-z:]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in SCRIPTS))).toEqual([]);
  });
});
