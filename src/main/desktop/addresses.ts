/** Which addresses are the panel's own, and which may open outside it. Pure. */

/** The panel's own scheme and host, under which it has an origin that no web server can ever have. */
export const panelScheme = 'busbar'
export const panelHost = 'panel'
/** Address of the panel's page, the only page a window of this program shows. */
export const panelUrl = 'busbar://panel/'

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
