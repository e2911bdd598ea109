import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPanelFile } from '../../../../src/main/panel/static-files.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

let parent: string
let root: string

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'busbar-files-'))
  root = join(parent, 'renderer')
  await mkdir(join(root, 'assets', 'folder.js'), { recursive: true })
  await writeFile(join(parent, 'secret.json'), 'SECRET')
  await writeFile(join(root, '.hidden.json'), 'SECRET')
  await writeFile(join(root, 'notes.key'), 'SECRET')
  await writeFile(join(root, 'index.html'), '<p>hi</p>')
  await writeFile(join(root, 'assets', 'index-Ab_1-.js'), 'let a')
})
afterAll(() => rm(parent, { recursive: true }))

async function read(path: string) {
  const { status, headers, body } = await readPanelFile(root, path)
  return { status, headers, text: new TextDecoder().decode(body) }
}

describe('readPanelFile', () => {
  it('serves the page at the root, to be asked for again each time', async () => {
    expect(await read('/')).toEqual({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-length': '9',
        'cache-control': 'no-cache',
        'content-security-policy': policy,
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      },
      text: '<p>hi</p>',
    })
  })

  it('serves an asset for a year, its name holds its hash', async () => {
    expect(await read('/assets/index-Ab_1-.js')).toEqual({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'content-length': '5',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': policy,
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      },
      text: 'let a',
    })
  })

  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/%2E%2e%2fsecret.json',
    '/assets/../../secret.json',
    '/assets/..%5c..%5csecret.json',
    '/..\\secret.json',
    '//secret.json',
    '/index.html%00.js',
    '/.hidden.json',
    '/notes.key',
    '/assets',
    '/assets/',
    '/assets/folder.js',
    '/index.html/x.js',
    '/none.js',
    'index.html',
    '',
    '/C:/secret.json',
    `/${'a'.repeat(5000)}.js`,
  ])('answers 404 to %s', async (path) => {
    const { status, headers, text } = await read(path)
    expect({ status, text }).toEqual({ status: 404, text: 'The panel has no such file.\n' })
    expect(headers['content-security-policy']).toBe(policy)
  })

  it('answers 400 to broken percent-encoding', async () => {
    expect(await read('/%zz')).toMatchObject({
      status: 400,
      text: 'This address is not valid percent-encoding.\n',
    })
  })

  it('says what to do when the panel is not built', async () => {
    const { status, body } = await readPanelFile(join(parent, 'nowhere'), '/')
    expect({ status, text: new TextDecoder().decode(body) }).toEqual({
      status: 404,
      text: 'The panel is not built. Run `npm run build`.\n',
    })
  })

  it('never leaves its folder, whatever is asked', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '',
      '/',
      '\\',
      '%2e',
      '%2f',
      '%5c',
      '%00',
      'secret.json',
      'assets',
      '~',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        expect((await read(`/${pieces.join('')}`)).text).not.toContain('SECRET')
        expect((await read(`/${pieces.join('/')}`)).text).not.toContain('SECRET')
      }),
    )
  })
})
