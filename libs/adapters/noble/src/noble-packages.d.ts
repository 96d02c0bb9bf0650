declare module '@abandonware/noble/with-custom-binding.js' {
  const create: (options: { readonly deviceId?: number }) => unknown;
  export default create;
}
