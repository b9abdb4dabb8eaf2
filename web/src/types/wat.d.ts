declare module "*.wat" {
  const program: Uint8Array<ArrayBuffer>;
  export default program;
}
