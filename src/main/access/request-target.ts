/** `http://host:port` at the start of a request's target: what a program sends that takes this server for a proxy. */
const absoluteForm = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i

/** The host that a target in absolute form names, as `host:port`; null for a target in any other form. */
export function authorityOf(target: string): string | null {
  return absoluteForm.exec(target)?.[1] ?? null
}

/** The target in origin form, `/path?query`. Servers must take absolute forms, too (RFC 9112, section 3.2.2). */
export function originForm(target: string): string {
  const rest = target.replace(absoluteForm, '')
  return rest === target || rest.startsWith('/') ? rest : `/${rest}`
}
