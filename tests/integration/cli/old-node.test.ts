import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const entry = join(import.meta.dirname, '../../../src/main/cli/main.ts')

/** Runs before the entry: calls this Node an older one, and says which modules of the program are loaded. */
const pretendOld = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
  registerHooks({
    load(url, context, next) {
      if (url.startsWith('file:')) process.stdout.write(url.slice(url.lastIndexOf('/') + 1) + '\\n')
      return next(url, context)
    },
  })
`)}`

it('a Node that is too old is told so in one line, before anything that it can’t read is loaded', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', pretendOld, entry, 'serve', '--port', '0'],
    { encoding: 'utf8' },
  )
  expect({ status, stdout, stderr }).toStrictEqual({
    status: 1,
    stdout: 'main.ts\nnode-version.ts\n',
    stderr:
      'busbar: Busbar needs Node.js 22.13 or newer, and this is 20.20.2. ' +
      'Install a newer one from https://nodejs.org, or start Busbar with "npm run serve", which brings its own.\n',
  })
})
