import { isIP } from 'node:net'
import { authorityOf } from './request-target.ts'

/** Why a request is not let in before anything else of it is looked at. */
export interface GuardRefusal {
  readonly status: 403
  readonly code: 'foreign_host' | 'foreign_origin'
  /** For the client: what was refused and what to do. Repeats nothing of what the client sent. */
  readonly message: string
}

export interface GuardPorts {
  /** The port that the server listens on; asked for at each request, since port 0 is known late. */
  port(): number
  /** The address of `--host`; one that stands for all addresses admits the address a client connected to. */
  readonly boundHost?: string | undefined
  /** True where the server speaks TLS, and its own pages come by https. */
  readonly tls?: boolean
  /** Further names that the server goes by, each `name` (any port) or `name:port`. */
  readonly extraHosts?: readonly string[]
  /** Further web origins that may call, each as a browser writes it: `https://panel.example`. */
  readonly extraOrigins?: readonly string[]
}

/** The parts of a request that the guard looks at. */
interface GuardedRequest {
  readonly headers: { readonly host?: string | undefined; readonly origin?: string | undefined }
  /** Every value of a header: Node's `headers` has the first Host alone. */
  readonly headersDistinct?: { readonly host?: readonly string[] | undefined }
  readonly socket: { readonly localAddress?: string | undefined }
  /** Its target. One in absolute form names a host, too. */
  readonly url?: string | undefined
}

export type RequestGuard = (request: GuardedRequest) => GuardRefusal | null

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]']
const wildcardHosts = new Set(['0.0.0.0', '::', '[::]', ''])

/**
 * Refuses what a web page could make a browser send here: requests under a foreign name (DNS rebinding) and
 * from a foreign origin. MCP specification, basic/transports, "Security Warning": servers MUST validate Origin.
 * A program that sends no Origin is let through; its token is checked elsewhere. The origin `null` (sandboxed
 * frames, files) is foreign.
 */
export function createGuard(ports: GuardPorts): RequestGuard {
  const { boundHost, tls = false, extraHosts = [], extraOrigins = [] } = ports
  const scheme = tls ? 'https://' : 'http://'
  const defaultPort = tls ? 443 : 80
  const bindsAll = boundHost !== undefined && wildcardHosts.has(boundHost)
  const names = new Set(loopbackNames)
  if (boundHost !== undefined && !bindsAll) names.add(hostLiteral(boundHost))
  const extra = new Set(extraHosts.map(plainHost))
  const origins = new Set(extraOrigins.map((origin) => origin.toLowerCase()))

  function isOwnHost(host: string, localAddress: string | undefined): boolean {
    const { name, port } = splitHost(host)
    if (extra.has(host) || extra.has(name)) return true
    if (port !== null && port !== String(ports.port())) return false
    if (names.has(name)) return true
    // A name can be rebound to this machine by whoever owns it, an address cannot.
    return bindsAll && localAddress !== undefined && name === hostLiteral(unmapped(localAddress))
  }

  return (request) => {
    const host = request.headers.host === undefined ? undefined : plainHost(request.headers.host)
    const localAddress = request.socket.localAddress
    // One Host and no more (RFC 9112, section 3.2): what stands before this server may have gone by another.
    const isOne = (request.headersDistinct?.host?.length ?? 1) === 1
    if (host === undefined || !isOne || !isOwnHost(host, localAddress)) {
      return {
        status: 403,
        code: 'foreign_host',
        message: 'Forbidden: this server does not go by the name in the Host header',
      }
    }
    const authority = authorityOf(request.url ?? '')
    if (authority !== null && !isOwnHost(plainHost(authority), localAddress)) {
      return {
        status: 403,
        code: 'foreign_host',
        message: 'Forbidden: this server does not go by the name in the request target',
      }
    }
    const origin = request.headers.origin?.toLowerCase()
    if (origin === undefined || origins.has(origin)) return null
    const originHost = origin.startsWith(scheme) ? plainHost(origin.slice(scheme.length)) : null
    if (
      originHost !== null &&
      isOwnHost(originHost, localAddress) &&
      hasOwnPort(originHost, ports.port(), extra, defaultPort)
    ) {
      return null
    }
    return {
      status: 403,
      code: 'foreign_origin',
      message: 'Forbidden: requests from this Origin are not allowed',
    }
  }
}

/** An origin without a port means the scheme's own: another server's page, unless this one listens there. */
function hasOwnPort(
  originHost: string,
  port: number,
  extra: ReadonlySet<string>,
  defaultPort: number,
): boolean {
  if (extra.has(originHost)) return true
  const given = splitHost(originHost)
  return extra.has(given.name) || Number(given.port ?? defaultPort) === port
}

/** In lower case, and without the dot of the root: `localhost.` is `localhost` (RFC 1034, section 3.1). */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/^([^:[\]]*[^:[\].])\.(?=$|:)/, '$1')
}

function splitHost(host: string): { name: string; port: string | null } {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/@?#\s]+)(?::(\d{1,5}))?$/.exec(host)
  return { name: match?.[1] ?? '', port: match?.[2] ?? null }
}

function hostLiteral(address: string): string {
  const lower = address.toLowerCase()
  return isIP(lower) === 6 ? `[${lower}]` : lower
}

/** A dual-stack socket shows an IPv4 client's local address as ::ffff:a.b.c.d. */
function unmapped(address: string): string {
  return address.toLowerCase().startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}
