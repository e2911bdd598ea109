import { describe, expect, it } from 'vitest'
import { startedWith } from '../../../../src/main/desktop/started-with.ts'

describe('what the desktop program was started with', () => {
  it('are the options of a server, among switches that are Chromium’s', () => {
    const args = [
      '--no-sandbox',
      '--data-dir',
      'd',
      '--ozone-platform=wayland',
      'a file',
      '--port',
      '81',
      '-x',
    ]
    expect(startedWith(args, {})).toMatchObject({ dataDir: 'd', port: 81 })
  })

  it('says which option makes no sense', () => {
    expect(() => startedWith(['--port', 'http'], {})).toThrow(
      "error: option '--port <number>' argument 'http' is invalid. A port is a number from 0 to 65535.",
    )
    expect(() => startedWith(['--data-dir'], {})).toThrow(
      "error: option '--data-dir <folder>' argument missing",
    )
  })
})
