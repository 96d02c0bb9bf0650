import { stringify } from 'yaml';

/** What the demo needs to know of the simulated home. */
export interface DemoHome {
  readonly deskAddress: string;
  readonly bandAddress: string;
  readonly sitMm: number;
  readonly standMm: number;
}

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * The demo's config. `confirm` and `open` are safe choices only because the furniture is simulated, and every name says so;
 * no desk profile's bond matters here.
 */
export function demoConfig(home: DemoHome, options: { readonly timeZone: string; readonly httpPort: number }): string {
  return stringify({
    config_version: 1,
    hub: { id: 'demo', name: 'Stance demo (simulated)' },
    time_zone: options.timeZone,
    units: 'cm',
    data_dir: '.',
    radios: [{ id: 'air', kind: 'noble', adapter: 0 }],
    http: { port: options.httpPort },
    commands: { remote: 'open' },
    desks: [{ id: 'desk', name: 'Desk (simulated)', profile: 'linak-dpg', address: home.deskAddress }],
    bands: [{ id: 'band', name: 'Band (simulated)', profile: 'infinitime', address: home.bandAddress }],
    persons: [
      {
        id: 'alex',
        name: 'Alex (simulated)',
        desk: 'desk',
        band: 'band',
        mode: 'confirm',
        presets: { sit_mm: home.sitMm, stand_mm: home.standMm },
        working_hours: Object.fromEntries(EVERY_DAY.map((day) => [day, '06:00-22:00'])),
      },
    ],
  });
}
