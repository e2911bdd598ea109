import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataDirectory, inDataDirectory } from '../../../../src/main/config/data-dir.ts'
import { asNobody } from '../access/as-nobody.ts'

const noPlace =
  'There is no place for Busbar’s data: HOME is not set, and the system knows no home of this user. ' +
  'Set HOME, or name a folder with --data-dir or BUSBAR_DATA_DIR.'

describe('the data directory', () => {
  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
    ['linux', { HOME: '/home/a' }, '/home/a/.local/share/busbar'],
    ['linux', { HOME: '/home/a', XDG_DATA_HOME: '/data' }, '/data/busbar'],
    ['linux', { HOME: '/home/a', XDG_DATA_HOME: '' }, '/home/a/.local/share/busbar'],
    ['linux', { HOME: '/home/a', XDG_DATA_HOME: 'data' }, '/home/a/.local/share/busbar'],
    [
      'linux',
      { HOME: '/home/a', XDG_DATA_HOME: '/home/a/snap/code/164/.local/share' },
      '/home/a/.local/share/busbar',
    ],
    [
      'linux',
      { HOME: '/home/a', XDG_DATA_HOME: '/home/a/.var/app/com.visualstudio.code/data' },
      '/home/a/.local/share/busbar',
    ],
    ['linux', { HOME: '/home/a', XDG_DATA_HOME: '/home/a/snapshots' }, '/home/a/snapshots/busbar'],
    ['linux', { HOME: '/home/a', XDG_DATA_HOME: '/mnt/snap/code/1' }, '/mnt/snap/code/1/busbar'],
    ['linux', { HOME: '' }, '/home/on-file/.local/share/busbar'],
    ['linux', { HOME: 'relative' }, '/home/on-file/.local/share/busbar'],
    ['linux', {}, '/home/on-file/.local/share/busbar'],
    ['freebsd', { HOME: '/home/a' }, '/home/a/.local/share/busbar'],
    ['darwin', { HOME: '/Users/a', XDG_DATA_HOME: '/data' }, '/Users/a/Library/Application Support/busbar'],
    ['darwin', { HOME: '' }, '/home/on-file/Library/Application Support/busbar'],
    ['win32', { USERPROFILE: 'C:\\Users\\a', HOME: '/x' }, 'C:\\Users\\a\\AppData\\Local\\busbar\\Data'],
    ['win32', { USERPROFILE: 'C:\\Users\\a', LOCALAPPDATA: 'D:\\local' }, 'D:\\local\\busbar\\Data'],
    [
      'win32',
      { USERPROFILE: 'C:\\Users\\a', LOCALAPPDATA: 'local' },
      'C:\\Users\\a\\AppData\\Local\\busbar\\Data',
    ],
  ])('on %s with %j is %s', (platform, env, expected) => {
    expect(dataDirectory(undefined, env, { platform, userHome: () => '/home/on-file' })).toBe(expected)
  })

  it('is the one that was asked for, else that of the environment; an empty name is none', () => {
    const env = { BUSBAR_DATA_DIR: '/of/the/environment', HOME: '/home/a' }
    const machine = { platform: 'linux' as const, userHome: () => '/home/a' }
    expect(dataDirectory('asked', env, machine)).toBe(resolve('asked'))
    expect(dataDirectory('', env, machine)).toBe(resolve('/of/the/environment'))
    expect(dataDirectory('', { ...env, BUSBAR_DATA_DIR: '' }, machine)).toBe('/home/a/.local/share/busbar')
  })

  it('is nowhere for a user of whom nothing is known', () => {
    const unknown = {
      platform: 'linux' as const,
      userHome: () => {
        throw new Error('uv_os_get_passwd returned ENOENT')
      },
    }
    expect(() => dataDirectory(undefined, { HOME: '' }, unknown)).toThrow(noPlace)
    expect(() => dataDirectory(undefined, {}, { ...unknown, userHome: () => '' })).toThrow(noPlace)
    expect(dataDirectory(undefined, { XDG_DATA_HOME: '/data' }, unknown)).toBe('/data/busbar')
  })
})

describe('what is done in the data directory', () => {
  let parent: string
  let dataDir: string
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'busbar-data-'))
    await chmod(parent, 0o755)
    dataDir = join(parent, 'deep', 'data')
  })
  afterEach(() => rm(parent, { recursive: true, force: true }))

  const work = () => Promise.resolve('done')
  const unusable = (path: string, code: string) =>
    `The data directory ${path} can’t be used (${code}). Name another folder with --data-dir or BUSBAR_DATA_DIR.`

  it('finds it made, for its owner alone', async () => {
    expect(await inDataDirectory(dataDir, work)).toBe('done')
    const modes = await Promise.all(
      [join(parent, 'deep'), dataDir].map(async (path) => (await stat(path)).mode & 0o777),
    )
    expect(modes).toStrictEqual([0o700, 0o700])
    expect(await inDataDirectory(dataDir, work)).toBe('done')
  })

  it('is not done where there can be none', async () => {
    const file = join(parent, 'file')
    await writeFile(file, '')
    await expect(inDataDirectory(file, work)).rejects.toThrow(unusable(file, 'EEXIST'))
    await expect(inDataDirectory(join(file, 'data'), work)).rejects.toThrow(
      unusable(join(file, 'data'), 'ENOTDIR'),
    )
  })

  it.runIf(process.platform === 'linux')('is not done in a folder in which nothing can be made', async () => {
    await expect(inDataDirectory('/proc/x', work)).rejects.toThrow(unusable('/proc/x', 'ENOENT'))
    await expect(inDataDirectory('/proc/x/y', work)).rejects.toThrow(unusable('/proc/x/y', 'ENOENT'))
  })

  it.skipIf(process.platform === 'win32')(
    'is done where it can’t be made, and not where it is closed',
    async () => {
      expect(await asNobody(() => inDataDirectory(dataDir, work))).toBe('done')
      await mkdir(dataDir, { recursive: true })
      await chmod(join(parent, 'deep'), 0o700)
      if (process.getuid?.() !== 0) await chmod(join(parent, 'deep'), 0)
      await expect(asNobody(() => inDataDirectory(dataDir, work))).rejects.toThrow(
        unusable(dataDir, 'EACCES'),
      )
      await chmod(join(parent, 'deep'), 0o700)
    },
  )

  it('says of a file in it what can be done, and leaves all other errors as they are', async () => {
    const path = join(dataDir, 'settings.json')
    const denied = Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open', path })
    await expect(inDataDirectory(dataDir, () => Promise.reject(denied))).rejects.toThrow(
      `${path} can’t be used (EACCES). Let this user read and write it, or move it away. ` +
        'Name another folder with --data-dir or BUSBAR_DATA_DIR.',
    )
    for (const other of [new Error('a bug'), Object.assign(new Error('no'), { path: '/etc/cert.pem' })]) {
      await expect(inDataDirectory(dataDir, () => Promise.reject(other))).rejects.toBe(other)
    }
    await expect(inDataDirectory(dataDir, () => readFile(join(dataDir, 'none')))).rejects.toThrow('(ENOENT)')
  })
})
