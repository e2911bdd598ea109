/** `node:sqlite` is there without a flag since 22.13. The same number stands in package.json as `engines`. */
const minimum = { major: 22, minor: 13 }

/**
 * Why the server can't run on this Node, null where it can. Electron brings a Node of its own.
 *
 * @param versions as `process.versions` has them
 */
export function nodeRefusal(versions: { node: string; electron?: string | undefined }): string | null {
  if (versions.electron !== undefined) return null
  const [major = 0, minor = 0] = versions.node.split('.').map(Number)
  if (major > minimum.major || (major === minimum.major && minor >= minimum.minor)) return null
  return (
    `Busbar needs Node.js ${minimum.major}.${minimum.minor} or newer, and this is ${versions.node}. ` +
    'Install a newer one from https://nodejs.org, or start Busbar with "npm run serve", which brings its own.'
  )
}
