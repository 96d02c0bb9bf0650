import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const SOURCES = path.join(__dirname, '..');

/** The two folders as the ES modules a build makes of them. */
function build(into: string): void {
  writeFileSync(path.join(into, 'package.json'), '{"type":"module"}');
  for (const folder of ['air', 'hci']) {
    mkdirSync(path.join(into, folder));
    for (const file of readdirSync(path.join(SOURCES, folder)).filter((name) => !name.endsWith('.spec.ts'))) {
      const source = readFileSync(path.join(SOURCES, folder, file), 'utf8');
      const compilerOptions = {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      };
      writeFileSync(
        path.join(into, folder, file.replace('.ts', '.js')),
        ts.transpileModule(source, { compilerOptions }).outputText,
      );
    }
  }
}

/** Powers both packages up on virtual controllers, prints their addresses, and must then end by itself. */
const PROGRAM = `
import { createRequire } from 'node:module';
import { Air } from './air/air.js';
import { installVirtualHci } from './hci/install-virtual-hci.js';
import { provideVirtualHci } from './hci/virtual-hci-socket.js';
const need = createRequire(process.argv[2]);
const air = new Air({ random: Math.random });
const undo = installVirtualHci();
provideVirtualHci((id) => air.controller({ address: 'c0:00:00:00:00:0' + id }));
const nobles = [need('@abandonware/noble/with-custom-binding')({ deviceId: 1 }), need('@stoprocent/noble').withBindings('hci', { deviceId: 2 })];
await Promise.all(nobles.map((noble) => new Promise((resolve) => noble.on('stateChange', (state) => state === 'poweredOn' && resolve()))));
console.log(nobles.map((noble) => noble.address).join(' '));
undo();
let real = 'not installed';
try { real = need('@abandonware/bluetooth-hci-socket').name; } catch { }
console.log(real === 'VirtualHciSocket');
process.exit(0);
`;

describe('The virtual HCI in a plain Node process', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stance-install-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes the place of both HCI packages, for unchanged nobles, until undone', async () => {
    build(folder);
    writeFileSync(path.join(folder, 'main.js'), PROGRAM);
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(folder, 'main.js'), __filename]);
    expect(stdout.trim().split('\n')).toEqual(['c0:00:00:00:00:01 c0:00:00:00:00:02', 'false']);
  });
});
