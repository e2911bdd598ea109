import { isIPv6 } from 'node:net'

/**
 * An address in the one form that a socket shows it in: lower case, IPv6 in its shortest writing (RFC 5952), and IPv4 as
 * such where a dual-stack socket shows it as ::ffff:a.b.c.d.
 */
export function plainAddress(address: string): string {
  const lower = address.toLowerCase()
  // One with a zone (fe80::1%eth0) is no part of an address on the web, and stays as it is.
  if (!isIPv6(lower) || lower.includes('%')) return lower
  const short = new URL(`http://[${lower}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const [high, low] = [mapped[1], mapped[2]].map((half) => Number.parseInt(half ?? '', 16)) as [
    number,
    number,
  ]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
