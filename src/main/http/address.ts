import { isIPv6 } from 'node:net'
import { plainAddress } from '../access/address.ts'

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

/** An address to listen on, without the brackets that IPv6 has in URLs: `[::1]` is `::1`. */
export function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

/** The host of the printed address: a wildcard is reached over loopback, and IPv6 stands in brackets. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return isIPv6(host) ? `[${host}]` : host
}

/** One end of a connection, written alike at both: `127.0.0.1:9877`, `[::1]:9877`. */
export function socketAddress(address: string | undefined, port: number | undefined): string {
  // A zone (fe80::1%eth0) has another name at each end.
  const host = plainAddress(address ?? '').replace(/%.*$/, '')
  return `${isIPv6(host) ? `[${host}]` : host}:${String(port ?? 0)}`
}
