import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogDestination, createProgramLog } from '../../../../src/main/config/program-log.ts'

const levels = (env: NodeJS.ProcessEnv): unknown[] => {
  const lines: string[] = []
  const log = createProgramLog(env, { write: (line) => void lines.push(line) })
  log.debug({}, 'debug')
  log.info({}, 'info')
  log.error({}, 'error')
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
}

describe('the level of the log', () => {
  it.each([
    [{}, ['info', 'error']],
    [{ BUSBAR_LOG_LEVEL: '' }, ['info', 'error']],
    [{ BUSBAR_LOG_LEVEL: 'debug' }, ['debug', 'info', 'error']],
    [{ BUSBAR_LOG_LEVEL: 'ERROR' }, ['error']],
    [{ BUSBAR_LOG_LEVEL: 'silent' }, []],
  ])('with %j lets through %j', (env, expected) => {
    expect(levels(env)).toStrictEqual(expected)
  })

  it.each([
    ['verbose', '"verbose"'],
    ['7', '"7"'],
    [' info', '" info"'],
    ['a\nb', String.raw`"a\nb"`],
    ['__proto__', '"__proto__"'],
  ])('is refused in one line where it is %j', (BUSBAR_LOG_LEVEL, shown) => {
    expect(() => createProgramLog({ BUSBAR_LOG_LEVEL })).toThrow(
      new RangeError(
        `BUSBAR_LOG_LEVEL must be trace, debug, info, warn, error, fatal or silent, not ${shown}.`,
      ),
    )
  })
})

describe('a line of the log', () => {
  let folder: string
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'busbar-log-'))))
  afterEach(() => rm(folder, { recursive: true }))

  it('is written whole, at once', async () => {
    const path = join(folder, 'log')
    const fd = openSync(path, 'w')
    const destination = createLogDestination(fd)
    destination.write('grüße\n')
    expect(await readFile(path, 'utf8')).toBe('grüße\n')
    closeSync(fd)
  })

  it.runIf(existsSync('/dev/full'))('is lost on a full disk, and the program goes on', () => {
    const fd = openSync('/dev/full', 'w')
    const destination = createLogDestination(fd)
    expect(() => {
      destination.write('lost\n')
      destination.write('lost\n')
    }).not.toThrow()
    closeSync(fd)
  })

  it('that can be written after others were lost comes behind their number', async () => {
    const path = join(folder, 'log')
    const fd = openSync(path, 'w')
    closeSync(fd)
    const destination = createLogDestination(fd)
    destination.write('lost\n')
    destination.write('lost\n')
    // The system gives the lowest number that is free: the same one again.
    const again = openSync(path, 'w')
    expect(again).toBe(fd)
    destination.write('{"msg":"back"}\n')
    closeSync(again)
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as object)).toStrictEqual([
      {
        level: 40,
        time: expect.any(Number) as number,
        lost: 2,
        msg: 'lines of the log could not be written',
      },
      { msg: 'back' },
    ])
  })
})
