import { StanceError } from '#libs/application';
import { type MqttOptions } from './mqtt-options.js';

/** Where the broker is, with the credentials apart so that `url` can be shown anywhere. */
export interface BrokerAddress {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const SCHEMES = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

/** @throws StanceError `mqtt.bad-url`; the message never repeats the URL, which may hold a password. */
export const brokerAddress = ({
  url,
  username,
  password,
}: Pick<MqttOptions, 'url' | 'username' | 'password'>): BrokerAddress => {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !SCHEMES.includes(parsed.protocol) || parsed.hostname === '')
    throw new StanceError(
      'mqtt.bad-url',
      'The broker URL is not valid: write it as mqtt://host:1883 (or mqtts, ws, wss).',
      {
        owner: 'user',
      },
    );
  const path = parsed.pathname === '/' ? '' : parsed.pathname;
  return {
    url: `${parsed.protocol}//${parsed.host}${path}`,
    username: username ?? unescape(parsed.username),
    password: password ?? unescape(parsed.password),
  };
};

const unescape = (part: string): string | undefined => (part === '' ? undefined : decodeURIComponent(part));
