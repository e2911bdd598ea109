/** Which addresses are the panel's own, and which may open outside it. Pure. */

/** The panel's own scheme and host, under which it has an origin that no web server can ever have. */
export const panelScheme = 'busbar'
export const panelHost = 'panel'
/** Address of the panel's page, the only page a window of this program shows. */
const panelUrl = 'busbar://panel/'

/** The page that the window shows: where it is, and what its world is given. */
export type WindowPage = {
  /** The whole address that is loaded. */
  url: string
  /** Path of the preload script that hands the page a port; null where the page finds its server by itself. */
  preload: string | null
  /** True for an address or an origin of the page's own. */
  owns: (url: string) => boolean
}

/** The panel of the server in this process. */
export function ownPage(preload: string): WindowPage {
  return { url: panelUrl, preload, owns: isPanelUrl }
}

/** The panel that another process serves to browsers. @param url with the key in its fragment */
export function servedPage(url: string): WindowPage {
  const { origin } = new URL(url)
  return { url, preload: null, owns: (other) => URL.parse(other)?.origin === origin }
}

/** True where two addresses are those of one document, at whatever place in it. */
export function isSameDocument(a: string, b: string): boolean {
  return a.split('#', 1)[0] === b.split('#', 1)[0]
}

/** Hosts whose pages a link in the panel may open in the person's browser. */
const externalHosts: ReadonlySet<string> = new Set(['docs.blender.org', 'modelcontextprotocol.io'])

/** True for an address or an origin of the panel. Text that is not an address is not. */
export function isPanelUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && parsed.protocol === `${panelScheme}:` && parsed.host === panelHost
}

/** True for an address that a link may open outside: HTTPS, a known host, no other port and no credentials. */
export function isExternalLink(url: string): boolean {
  const parsed = URL.parse(url)
  return (
    parsed !== null &&
    parsed.protocol === 'https:' &&
    externalHosts.has(parsed.host) &&
    parsed.username === '' &&
    parsed.password === ''
  )
}
