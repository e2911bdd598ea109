/** An address in one form: lower case, and IPv4 as such where a dual-stack socket shows it as ::ffff:a.b.c.d. */
export function plainAddress(address: string): string {
  const lower = address.toLowerCase()
  return lower.startsWith('::ffff:') && lower.includes('.') ? lower.slice('::ffff:'.length) : lower
}
