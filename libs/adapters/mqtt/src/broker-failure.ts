import { type BrokerAddress } from './broker-address.js';

/** What MQTT.js told about a connection that ended: a Node error code, an MQTT reason code, or nothing at all. */
export interface Failure {
  readonly code?: string | number | undefined;
  readonly message?: string;
}

/** CONNACK codes of MQTT 3.1.1 (below 128) and reason codes of MQTT 5. */
const UNSUPPORTED_VERSION = [1, 132];
const NOT_ALLOWED = [4, 5, 134, 135, 138, 140];
/** What brokers that never heard of MQTT 5 answer instead: unspecified, malformed packet, protocol error. */
const CONFUSED = [128, 129, 130];
const SESSION_TAKEN_OVER = 142;

/** What a broker says, or should say, when another client came with our client id. */
export const TAKEN_OVER: Failure = { code: SESSION_TAKEN_OVER };

/** Whether the broker said in so many words that it does not speak this version. */
export const refusesVersion = ({ code }: Failure): boolean =>
  typeof code === 'number' && UNSUPPORTED_VERSION.includes(code);

/** Whether the other version may fare better: a refusal, or a socket that was open and closed without an answer. */
export const isVersionDoubt = (failure: Failure): boolean => {
  const { code } = failure;
  if (typeof code === 'number') return refusesVersion(failure) || CONFUSED.includes(code);
  return code === undefined || code === 'ECONNRESET' || code === 'EPIPE';
};

/** The failure in words with its cure; serious where it will not heal by waiting. Never a credential. */
export const describeFailure = (
  { code, message }: Failure,
  address: BrokerAddress,
): { readonly text: string; readonly serious: boolean } => {
  if (typeof code === 'number' && NOT_ALLOWED.includes(code)) {
    const given = address.username === undefined ? 'no username is set' : 'username or password is not accepted';
    return { text: `the broker refused the log-in, ${given}: check mqtt.username and mqtt.password`, serious: true };
  }
  if (code === SESSION_TAKEN_OVER)
    return { text: 'another client takes over this client id: does a second hub run with the same id?', serious: true };
  if (code === 'ECONNREFUSED') return { text: 'nothing listens there (ECONNREFUSED)', serious: false };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { text: `the host name is not known (${code})`, serious: false };
  return { text: message ?? (code === undefined ? 'closed by the broker' : `reason ${String(code)}`), serious: false };
};
