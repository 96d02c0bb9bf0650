import { type NobleApi } from './noble-api.js';

/** The two packages with noble's interface: the original's successor, and the fork with prebuilt native parts. */
export type NoblePackage = 'abandonware' | 'stoprocent';

interface StoprocentModule {
  withBindings(kind: 'default', options: { readonly deviceId?: number }): unknown;
}

const OPENERS: Record<NoblePackage, (options: { readonly deviceId?: number }) => Promise<unknown>> = {
  // Not the index: that builds a default instance at once, which throws where the kernel has no Bluetooth.
  abandonware: async (options) => {
    const { default: create } = await import('@abandonware/noble/with-custom-binding.js');
    return create(options);
  },
  stoprocent: async (options) => {
    const loaded = (await import('@stoprocent/noble')) as unknown as { readonly default: StoprocentModule };
    return loaded.default.withBindings('default', options);
  },
};

/** Codes Node gives when a package or its native part is not there, or does not fit. */
const MISSING = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Whether the error says that the package, or its native part, is not installed. */
export const isMissing = (error: unknown): boolean => MISSING.has(codeOf(error));

export const openNoble = async (name: NoblePackage, adapterIndex: number | undefined): Promise<NobleApi> =>
  (await OPENERS[name](adapterIndex === undefined ? {} : { deviceId: adapterIndex })) as NobleApi;

/** Cause and fix of a failed start, in words for the user. */
export const explainFailure = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  if (isMissing(error))
    return `No Bluetooth library is installed (${text.split('\n')[0] ?? ''}). Run "npm install" again without --omit=optional.`;
  if (text.includes('EAFNOSUPPORT') || text.includes('not supported by protocol'))
    return 'This machine has no Bluetooth support in its kernel. Use a machine or container that has it and a Bluetooth adapter.';
  if (text.includes('ENODEV') || text.includes('No such device'))
    return 'There is no such Bluetooth adapter. Plug one in, or set its number under radios in the configuration.';
  if (text.includes('EPERM') || text.includes('not permitted')) return PERMISSION_PROBLEM;
  return `The Bluetooth adapter could not be opened: ${text}. Check that it is plugged in and free.`;
};

export const PERMISSION_PROBLEM =
  'The process may not use the Bluetooth adapter. Give Node the right: sudo setcap cap_net_raw+eip "$(readlink -f "$(which node)")".';
