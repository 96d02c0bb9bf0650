/** Ids are kebab-case `[a-z0-9-]`, given by the config, stable for life: they are MQTT levels and journal keys. */
export type PersonId = string & { readonly __id: 'person' };
export type DeskId = string & { readonly __id: 'desk' };
export type BandId = string & { readonly __id: 'band' };
export type DeviceId = DeskId | BandId;

/** One desk motion transaction, from its proposal to its outcome (docs/policy.md, "Desk motion"). */
export type TxId = string & { readonly __id: 'tx' };
/** One prompt, from being issued to being closed. */
export type PromptId = string & { readonly __id: 'prompt' };

export const personId = (value: string): PersonId => value as PersonId;
export const deskId = (value: string): DeskId => value as DeskId;
export const bandId = (value: string): BandId => value as BandId;
export const txId = (value: string): TxId => value as TxId;
export const promptId = (value: string): PromptId => value as PromptId;
